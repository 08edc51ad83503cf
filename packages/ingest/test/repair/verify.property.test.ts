/**
 * Proves on random streams, in any order and split, that a table which came of them is equal to what history and the
 * interpreter say, and that rows are made right key by key as well as all at once.
 */
import fc from 'fast-check';
import { runs } from '../../../../jest.property.ts';
import { isSound, previewRepair, repairTable, verifyTable, type AskedKey } from '../../src/index.ts';
import { doctorSegment, segmentsOf } from '../support/damage.ts';
import { COLUMNS, deliver, isSnapshot } from '../support/deliver-stream.ts';
import { Delivery } from '../support/delivery.ts';
import { streams, type Stream } from '../support/streams.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

const RUNS = runs(8);

afterAll(closeWorlds, 120_000);

const ORDER = { by: 'somebody@somewhere', why: 'a property' };

async function tableOf(stream: Stream): Promise<World> {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.S', COLUMNS);
  if (!stream.files.some(isSnapshot)) await delivery.snapshot('LOAD1', []);
  await new Delivery(`${world.folder}/draft`, 'EDW.S', COLUMNS).snapshot('LOAD1', []);
  const { updateImage, beforeImage } = stream.rules;
  await world.addTable('EDW.S', {
    from: `${world.folder}/draft`,
    key: stream.rules.key,
    cdc: { updateImage, beforeImage },
    segmentRows: 2,
  });
  for (const batch of [...stream.batches, []]) {
    for (const index of batch) await deliver(delivery, stream, index);
    await world.ingest();
  }
  return world;
}

const DAMAGE = [
  "SELECT * REPLACE (coalesce(b, '') || '!' AS b) FROM rows",
  'SELECT * FROM rows LIMIT 0',
  "SELECT * REPLACE ('9' AS header__change_seq, NULL AS a) FROM rows",
];

it(`is equal, and made right, on ${RUNS.numRuns} random streams`, async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(streams, fc.constantFrom(...DAMAGE), fc.nat(), async (stream, damage, pick) => {
      const world = await tableOf(stream);
      const contract = world.contracts.get('edw_s')!;
      const [status] = await world.status();
      if (status?.version === 0) return;
      for (const by of ['history', 'interpreter'] as const)
        expect(await verifyTable(world, contract, by)).toMatchObject({ equal: true, changes: { shown: [] } });
      // Every key there could be, those of no row among them.
      const keys: AskedKey[] = ['1', '2', '3', null].flatMap((k1) =>
        ['', 'x', null].map((k2) => contract.key.map((name) => (name === 'k1' ? k1 : k2))),
      );
      expect(isSound(await previewRepair(world, { contract, keys }))).toBe(true);
      const segments = await segmentsOf(world, 'edw_s');
      if (segments.length > 0) {
        await doctorSegment(world, contract, pick % segments.length, damage);
        const all = await previewRepair(world, { contract, keys: undefined });
        const some = await previewRepair(world, { contract, keys });
        expect({ ...some, facts: null, segments: 0 }).toEqual({ ...all, facts: null, segments: 0 });
        await repairTable(world, { contract, keys }, ORDER);
        expect(await verifyTable(world, contract, 'interpreter')).toMatchObject({ equal: true });
        compared += 1;
      }
      await closeWorlds();
    }),
    { ...RUNS, endOnFailure: true },
  );
  expect(compared).toBeGreaterThan(0);
}, 900_000);
