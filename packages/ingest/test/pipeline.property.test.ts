/**
 * Proves that the whole way, from delivered files to the queried table, gives what the interpreter gives, for random
 * streams in any order, any split and with redelivery. Half of the runs take in every file by itself, so that history is
 * many small files, of which what comes late opens few. Fewer runs than the fold's own property: each is a pipeline.
 */
import fc from 'fast-check';
import { interpret, keyOf, type ChangeEvent, type Row } from '@farelake/qlik';
import { runs } from '../../../jest.property.ts';
import type { Progress } from '../src/index.ts';
import { cells, COLUMNS, deliver, IDS, isSnapshot, time } from './support/deliver-stream.ts';
import { Delivery, type Cell } from './support/delivery.ts';
import { eventsOf, streams, type Stream } from './support/streams.ts';
import { closeWorlds, openWorld, type World } from './support/world.ts';

const RUNS = runs(12);

afterAll(closeWorlds, 120_000);

const asPipeline = (e: ChangeEvent): ChangeEvent => ({
  ...e,
  timestamp: e.seq === null ? null : time(e),
  mask: e.mask?.map((id) => IDS[id] ?? 0) ?? null,
});

function expected(stream: Stream, rules: Stream['rules']) {
  const result = interpret(rules, eventsOf(stream).map(asPipeline));
  if (result.state === 'held') return { state: 'held' };
  const rows = [...result.rows].map(([key, { values, seq, timestamp }]) => [key, [...cells(values), seq, timestamp]]);
  const { orphans, conflicts, movesOntoLive } = result;
  return { state: 'live', rows: new Map(rows as [string, Cell[]][]), orphans, conflicts, movesOntoLive };
}

async function actual(world: World, rules: Stream['rules']) {
  const [status] = await world.status();
  if (status?.state !== 'live')
    return { state: status?.state, ...(status?.state === 'held' ? {} : { reason: status?.reason }) };
  const rows = await world.rows(
    'SELECT k1::INTEGER AS k1, k2, a::INTEGER AS a, b, c, header__change_seq, header__timestamp::VARCHAR AS t FROM edw_s',
  );
  const { orphans, conflicts, movesOntoLive } = status;
  const keyed = rows.map((row) => {
    const stamp = row['t'] === null ? null : `${row['t'] as string}.000000`;
    return [keyOf(rules, row as Row), [...cells(row as Row), row['header__change_seq'], stamp]] as [string, Cell[]];
  });
  return { state: 'live', rows: new Map(keyed), orphans, conflicts, movesOntoLive };
}

/** Files of history opened for what came late, of how many. */
const looked = { opened: 0, of: 0 };
const onProgress = (progress: Progress): void => {
  if (progress.step !== 'looking up') return;
  looked.opened += progress.opened;
  looked.of += progress.of;
};

it(
  `gives what the interpreter gives, on ${RUNS.numRuns} random streams`,
  async () => {
    await fc.assert(
      fc.asyncProperty(streams, fc.boolean(), async (stream, byItself) => {
        const world = await openWorld();
        const delivery = new Delivery(world.delivered, 'EDW.S', COLUMNS);
        // A snapshot without rows, so that streams of changes alone have a generation to belong to.
        const none = !stream.files.some(isSnapshot);
        if (none) await delivery.snapshot('LOAD1', []);
        else await new Delivery(`${world.folder}/draft`, 'EDW.S', COLUMNS).snapshot('LOAD1', []);
        const { updateImage, beforeImage } = stream.rules;
        const contract = await world.addTable('EDW.S', {
          from: none ? world.delivered : `${world.folder}/draft`,
          key: stream.rules.key,
          cdc: { updateImage, beforeImage },
          segmentRows: 3,
        });
        const batches = byItself ? stream.batches.flat().map((index) => [index]) : stream.batches;
        for (const batch of batches) {
          for (const index of batch) await deliver(delivery, stream, index);
          await world.ingest(undefined, { onProgress });
        }
        if (batches.length === 0) await world.ingest();
        const rules = { ...stream.rules, columns: contract.columns.map(({ id, name }) => ({ id, name })) };
        expect(await actual(world, rules)).toEqual(expected(stream, rules));
        await closeWorlds();
      }),
      { ...RUNS, endOnFailure: true },
    );
  },
  RUNS.numRuns * 75_000,
);

it('left files of history out', () => {
  // A few runs may meet nothing late.
  expect(RUNS.numRuns < 10 || looked.opened < looked.of).toBe(true);
});
