/**
 * Proves that after every ingest the published table holds just the rows of the current table, for random streams in any
 * order and split, with NULL keys, moves, truncations and late files.
 */
import fc from 'fast-check';
import { runs } from '../../../jest.property.ts';
import { Delivery, type Cell } from './support/delivery.ts';
import { bothSides, publish } from './support/published.ts';
import { streams, type Stream } from './support/streams.ts';
import { closeWorlds, openWorld } from './support/world.ts';

const RUNS = runs(8);

afterAll(closeWorlds, 120_000);

const NAMES = ['k1', 'k2', 'a', 'b', 'c'] as const;
const COLUMNS = NAMES.map((name, index) => ({
  name: name.toUpperCase(),
  type: name === 'k1' || name === 'a' ? 'INT4' : 'STRING',
  key: index < 2 ? index + 1 : 0,
}));

type Event = Stream['files'][number]['events'][number];

const cells = ({ values }: Event): Cell[] =>
  NAMES.map((name) => (values[name] === null || values[name] === undefined ? null : String(values[name])));

/** Masks are left out: what an update sets is the fold's matter, not the publication's. */
async function deliver(delivery: Delivery, { events }: Stream['files'][number], index: number, loads: number) {
  if (events.some(({ oper }) => oper === 'L')) await delivery.snapshot(`LOAD${loads}`, events.map(cells));
  else
    await delivery.changes(
      `20260101-0000${String(index).padStart(2, '0')}000`,
      events.map((event) => ({ seq: event.seq, oper: event.oper, row: cells(event) })),
    );
}

it(`shows what the lake shows, after every ingest of ${RUNS.numRuns} random streams`, async () => {
  await fc.assert(
    fc.asyncProperty(streams, async (stream) => {
      const world = await openWorld();
      const delivery = new Delivery(world.delivered, 'EDW.S', COLUMNS);
      const loads = (index: number) =>
        stream.files.filter((file, i) => i <= index && file.events.some(({ oper }) => oper === 'L')).length;
      if (loads(stream.files.length) === 0) await delivery.snapshot('LOAD1', []);
      await new Delivery(`${world.folder}/draft`, 'EDW.S', COLUMNS).snapshot('LOAD1', []);
      const { updateImage, beforeImage } = stream.rules;
      const contract = publish(
        world,
        await world.addTable('EDW.S', {
          from: `${world.folder}/draft`,
          key: stream.rules.key,
          cdc: { updateImage, beforeImage },
          segmentRows: 3,
        }),
      );
      for (const batch of [...stream.batches, []]) {
        for (const index of batch) await deliver(delivery, stream.files[index]!, index, loads(index));
        await world.ingest();
        const [status] = await world.status();
        // Nothing in the lake yet: a snapshot file that waits, or events that hold the table.
        if (status!.version === 0) continue;
        const { lake, postgres } = await bothSides(world, contract);
        expect(postgres).toEqual(lake);
        expect(status!.publication).toMatchObject({ version: status!.version, rows: lake.length, trouble: null });
      }
      await closeWorlds();
    }),
    { ...RUNS, endOnFailure: true },
  );
}, 900_000);
