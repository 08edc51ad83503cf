/**
 * Proves that all readers tell, of every snapshot that is retained, the rows that `farelake query` said when it was the newest, and that
 * `query --at` tells them too: after random stories of loads, folds, late changes, snapshots delivered anew, rollbacks, repairs,
 * replays, datasets issued anew, taps and their compaction, contracts that grow, and maintenance that lets snapshots go.
 *
 * `FARELAKE_RUNS`, `FARELAKE_SEED` and `FARELAKE_PATH` as of other properties. What icebird cannot tell is left out with the reason
 * at its place.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { openPool } from '@farelake/db';
import type { IcebergReader, Row } from '@farelake/engines';
import { runs } from '../../../../jest.property.ts';
import { createTestDatabase } from '../../../../packages/db/test/support/postgres.ts';
import { closeWorlds, openWorld, type World } from '../../../../packages/ingest/test/support/world.ts';
import { queried, record, retained, type Retained, type Shown } from './story/record.ts';
import { stories, type Step } from './story/story.ts';
import { Tables } from './story/tables.ts';
import { describeIceberg, NAMESPACE, openReaders, type Readers } from './support/readers.ts';
import { asToldBy, sorted } from './support/rows.ts';

const RUNS = runs(3);

describeIceberg('random stories over all readers', () => {
  let world: World;
  let readers: Readers;
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let stage: string;

  beforeAll(async () => {
    // The key is the home's own, and hashes are to be the same in all of it.
    process.env['FARELAKE_HMAC_KEY'] = '0123456789abcdef'.repeat(4);
    stage = await mkdtemp(path.join(os.tmpdir(), 'farelake stories %20é-'));
    database = await createTestDatabase();
    world = await openWorld(stage, { pool: openPool(database.url) });
    readers = await openReaders(database.url, stage);
  });
  afterAll(async () => {
    delete process.env['FARELAKE_HMAC_KEY'];
    await readers.close();
    await closeWorlds();
    await database.drop();
    await rm(stage, { recursive: true, force: true });
  });

  let told = 0;
  it(`the same rows of each retained snapshot, on ${RUNS.numRuns} stories`, async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        told += 1;
        const tables = await Tables.open(world, told);
        const shown = await tell(world, tables, story);
        const snapshots: Snapshot[] = [];
        for (const table of tables.names) snapshots.push(...(await snapshotsOf(world, table, shown.get(table)!)));
        // A story that ends with next to nothing to ask would prove as much.
        expect(snapshots.length).toBeGreaterThan(tables.names.length);
        await Promise.all(readers.all.map((reader) => expectSame(reader, snapshots)));
      }),
      { ...RUNS, endOnFailure: true },
    );
  }, 900_000);
});

/** By table and version. */
type ByVersion = Map<number, Shown>;

/** @returns what `query` said after each step */
async function tell(world: World, tables: Tables, story: readonly Step[]): Promise<Map<string, ByVersion>> {
  const shown = new Map<string, ByVersion>(tables.names.map((name) => [name, new Map()]));
  for (const step of story) {
    await tables.take(step);
    for (const [table, one] of await record(world, tables.names)) {
      const versions = shown.get(table)!;
      const before = versions.get(one.version);
      if (before !== undefined)
        expect({ table, ...one, rows: sorted(one.rows) }).toEqual({ table, ...before, rows: sorted(before.rows) });
      else versions.set(one.version, one);
    }
  }
  return shown;
}

interface Snapshot extends Retained {
  readonly table: string;
  readonly rows: readonly Row[];
}

/** With their rows as `query --at` tells them; what it says is compared with what was said when it was the newest. */
async function snapshotsOf(world: World, table: string, shown: ByVersion): Promise<Snapshot[]> {
  const all = await retained(world, table);
  const { rows: ledger } = await world.pool.query<{ version: number }>(
    'SELECT version FROM ledger.snapshots WHERE table_name = $1 AND expired_at IS NULL ORDER BY 1',
    [table],
  );
  expect(all.map(({ version }) => version)).toEqual(ledger.map(({ version }) => version));
  const snapshots: Snapshot[] = [];
  for (const one of all) {
    const at = await queried(world, [table], { versions: new Map([[table, one.version]]) });
    const rows = sorted(at.get(table) ?? []);
    const before = shown.get(one.version);
    // Of several versions that one step made, only the last was asked for then.
    if (before !== undefined)
      expect({ table, version: one.version, rows }).toEqual({ table, version: one.version, rows: sorted(before.rows) });
    snapshots.push({ ...one, table, rows });
  }
  return snapshots;
}

async function expectSame(reader: IcebergReader, snapshots: readonly Snapshot[]): Promise<void> {
  for (const { table, version, snapshotId, rows, columns } of snapshots) {
    const of = { namespace: NAMESPACE, table };
    const schema = await reader.schema(of, { snapshotId });
    const where = { reader: reader.name, table, version };
    expect({ ...where, columns: schema.map(({ name }) => name) }).toEqual({ ...where, columns: [...columns.values()] });
    const read = await reader.rows(of, { snapshotId });
    expect({
      ...where,
      rows: asToldBy(reader, schema, read),
    }).toEqual({
      ...where,
      rows: asToldBy(reader, schema, rows),
    });
  }
}
