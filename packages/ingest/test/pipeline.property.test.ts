/**
 * Proves that the whole way, from delivered files to the queried table, gives what the interpreter gives, for random
 * streams in any order, any split and with redelivery. Fewer runs than the fold's own property: each is a pipeline.
 */
import fc from 'fast-check';
import { interpret, keyOf, type ChangeEvent, type Row } from '@farelake/qlik';
import { runs } from '../../../jest.property.ts';
import { Delivery, type Cell } from './support/delivery.ts';
import { eventsOf, streams, type Stream } from './support/streams.ts';
import { closeWorlds, openWorld, type World } from './support/world.ts';

const RUNS = runs(12);

afterAll(closeWorlds, 120_000);

const NAMES = ['k1', 'k2', 'a', 'b', 'c'] as const;
const COLUMNS = NAMES.map((name, index) => ({
  name: name.toUpperCase(),
  type: name === 'k1' || name === 'a' ? 'INT4' : 'STRING',
  key: index < 2 ? index + 1 : 0,
}));
/** Ids in the streams → ordinals of the change table (four header columns first); 105 is a column that is no more. */
const ORDINALS: Readonly<Record<number, number>> = { 103: 7, 104: 8, 105: 30, 106: 9 };
/** Ids in the streams → ids that the drafted contract gives. */
const IDS: Readonly<Record<number, number>> = { 103: 103, 104: 104, 105: 999, 106: 105 };

const cells = (values: Row): Cell[] =>
  NAMES.map((name) => (values[name] === null || values[name] === undefined ? null : String(values[name])));

function maskText(ids: readonly number[]): string {
  const bytes = new Uint8Array(4);
  for (const bit of ids.map((id) => (ORDINALS[id] ?? 1) - 1))
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7));
  // Trailing zero bytes may be missing.
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/(00)+$/, '');
}

async function deliver(delivery: Delivery, stream: Stream, index: number): Promise<void> {
  const { events } = stream.files[index]!;
  const snapshots = stream.files.filter((file, i) => i <= index && isSnapshot(file)).length;
  if (isSnapshot(stream.files[index]!))
    await delivery.snapshot(
      `LOAD${snapshots}`,
      events.map((e) => cells(e.values)),
    );
  else
    await delivery.changes(
      `20260101-0000${String(index).padStart(2, '0')}000`,
      events.map((e) => ({
        seq: e.seq,
        oper: e.oper,
        time: time(e),
        mask: e.mask === null ? null : maskText(e.mask),
        row: cells(e.values),
      })),
    );
}

const isSnapshot = (file: Stream['files'][number]): boolean => file.events.some((event) => event.oper === 'L');
const time = (event: { seq: string | null }): string => `2026-01-01 00:00:0${Number(event.seq)}.000000`;

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

it(`gives what the interpreter gives, on ${RUNS.numRuns} random streams`, async () => {
  await fc.assert(
    fc.asyncProperty(streams, async (stream) => {
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
      for (const batch of stream.batches) {
        for (const index of batch) await deliver(delivery, stream, index);
        await world.ingest();
      }
      if (stream.batches.length === 0) await world.ingest();
      const rules = { ...stream.rules, columns: contract.columns.map(({ id, name }) => ({ id, name })) };
      expect(await actual(world, rules)).toEqual(expected(stream, rules));
      await closeWorlds();
    }),
    { ...RUNS, endOnFailure: true },
  );
}, 900_000);
