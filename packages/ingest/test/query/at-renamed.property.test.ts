/**
 * Proves that a version is shown with the names of then, whatever names the columns have had since: renamed, exchanged, with metadata
 * that was lost and written anew from the ledger in between, where ids of schemas begin once more.
 */
import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import { readPointer } from '@farelake/db';
import { runs } from '../../../../jest.property.ts';
import { resetCatalog } from '../../src/index.ts';
import { expectAsItStood, remember, type Remembered } from '../support/as-it-stood.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

const RUNS = runs(6);

afterAll(closeWorlds, 120_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'A', type: 'STRING' },
  { name: 'B', type: 'STRING' },
];
const TABLES = ['edw_x', 'edw_x_history'];

type Step =
  /** The names of the second and the third column from the next commit on. */
  | { readonly kind: 'names'; readonly names: readonly string[] }
  /** Of which tables the newest metadata goes. */
  | { readonly kind: 'reset'; readonly lost: readonly string[] };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('names' as const),
    names: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 2, maxLength: 2 }),
  }),
  fc.record({ kind: fc.constant('reset' as const), lost: fc.subarray(TABLES, { minLength: 1 }) }),
);

async function loseAndReset(world: World, lost: readonly string[]): Promise<void> {
  for (const table of lost)
    await rm((await readPointer(world.pool, table))!.metadata.replace('file://', ''), { force: true });
  await resetCatalog(world, world.contracts.get('edw_x')!);
}

/** With a change, so that both tables have a version of these names. */
async function rename(world: World, delivery: Delivery, names: readonly string[], n: number): Promise<void> {
  const contract = world.contracts.get('edw_x')!;
  const nameOf = new Map([102, 103].map((id, place) => [id, names[place]!]));
  const columns = contract.columns.map((column) => ({ ...column, name: nameOf.get(column.id) ?? column.name }));
  world.contracts.set('edw_x', { ...contract, version: contract.version + 1, columns });
  const stem = `20260102-0000000${String(n).padStart(2, '0')}`;
  const row = [String(n), `first ${n}`, `second ${n}`];
  await delivery.changes(stem, [{ seq: seq(n), oper: 'I', row }], { end: `2026-01-02T00:00:${10 + n}` });
  await world.ingest();
}

it(`names of then, on ${RUNS.numRuns} random stories`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 7 }), async (steps) => {
      const world = await openWorld();
      const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
      await delivery.snapshot('LOAD1', [['0', 'first', 'second']], { start: '2026-01-01T00:00:00' });
      await world.addTable('EDW.X');
      await world.ingest();
      const all: Remembered[] = [await remember(world, TABLES)];
      for (const [n, one] of steps.entries()) {
        if (one.kind === 'reset') await loseAndReset(world, one.lost);
        else await rename(world, delivery, one.names, n + 1);
        all.push(await remember(world, TABLES));
      }
      await expectAsItStood(world, all);
      await closeWorlds();
    }),
    { ...RUNS, endOnFailure: true },
  );
}, 900_000);
