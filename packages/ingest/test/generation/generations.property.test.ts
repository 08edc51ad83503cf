/**
 * Proves that snapshots and changes, delivered in any order and in any parts, end with what the interpreter makes of the
 * newest snapshot, and after a rollback with what it makes of the one before.
 */
import { contradictions } from '@farelake/db';
import fc from 'fast-check';
import { runs } from '../../../../jest.property.ts';
import { rollBack } from '../../src/index.ts';
import { Delivery } from '../support/delivery.ts';
import { COLUMNS, deliver, deliveries, expected, FOUND } from '../support/random-generations.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

const RUNS = runs(10);

afterAll(closeWorlds, 120_000);

async function snapshotOf(world: World, generation: string): Promise<number> {
  const { rows } = await world.pool.query<{ start: string }>('SELECT start FROM ledger.generations WHERE name = $1', [
    generation,
  ]);
  return Number(rows[0]?.start.slice(5, 7)) - 1;
}

const actual = async (world: World): Promise<[unknown, unknown][]> =>
  (await world.rows('SELECT id::INTEGER AS id, s FROM edw_x ORDER BY 1')).map(({ id, s }) => [id, s]);

it(`ends with the newest snapshot, and goes back to the one before, on ${RUNS.numRuns} random deliveries`, async () => {
  await fc.assert(
    fc.asyncProperty(deliveries, async ([parts, cuts]) => {
      const world = await openWorld();
      await new Delivery(`${world.folder}/draft`, 'EDW.X', COLUMNS).snapshot('LOAD1', []);
      const drafted = await world.addTable('EDW.X', { from: `${world.folder}/draft`, segmentRows: 2 });
      const contract = { ...drafted, generations: { maxShrink: 1 } };
      world.contracts.set('edw_x', contract);
      const edges = [...new Set([0, ...cuts, parts.length])].sort((a, b) => a - b);
      for (const [index, edge] of edges.slice(1).entries()) {
        for (const part of parts.slice(edges[index], edge)) await deliver(world, part);
        await world.ingest();
        // States of loads and what the table was made of go together, whatever comes when.
        expect(await contradictions(world.pool)).toEqual([]);
      }
      const newest = Math.max(...parts.map((part) => (part.kind === 'snapshot' ? part.snapshot : 0)));
      expect(await actual(world)).toEqual(expected(parts, newest));
      const [status] = await world.status();
      expect(status).toMatchObject({ state: 'live', reason: null });
      if (status?.generations.some(({ state }) => state === 'retired')) {
        const { to } = await rollBack({ workspace: world, contract, by: 'anna@host' });
        expect(await actual(world)).toEqual(expected(parts, await snapshotOf(world, to)));
        expect(await contradictions(world.pool)).toEqual([]);
        await world.ingest();
        expect(await actual(world)).toEqual(expected(parts, await snapshotOf(world, to)));
      }
      await closeWorlds();
    }),
    { ...RUNS, examples: FOUND, endOnFailure: true },
  );
}, 900_000);
