/** What `farelake query` says of tables, and what the ledger and the catalog's metadata say they show. */
import { readFile } from 'node:fs/promises';
import { currentSnapshot, parseMetadata, schemaOf, type TableMetadata } from '@farelake/iceberg';
import { createViews, withEngine, type Moment } from '@farelake/ingest';
import type { Row } from '@farelake/engines';
import { quoteIdentifier } from '@farelake/schema-registry';
import { jsonValue } from '../../../../../packages/cli/src/output/values.ts';
import type { World } from '../../../../../packages/ingest/test/support/world.ts';

export interface Shown {
  /** Of the ledger's table; 0: it was never committed to. */
  readonly version: number;
  readonly rows: readonly Row[];
}

/** Rows of each table as `farelake query --format json` gives them, as they are or as of a moment. */
export const queried = (world: World, tables: readonly string[], at?: Moment): Promise<Map<string, Row[]>> =>
  withEngine(world, async (engine) => {
    const contracts = [...world.contracts.values()];
    // Every table that the statement names is fetched and has to be there.
    const statement = tables.map((table) => `FROM ${table};`).join(' ');
    await createViews(engine, world.pool, contracts, { statement, at, zone: world });
    const found = new Map<string, Row[]>();
    for (const table of tables) {
      const result = await engine.connection.runAndReadAll(`SELECT * FROM ${quoteIdentifier(table)}`);
      const names = result.columnNames();
      const rows = result.getRows();
      found.set(
        table,
        rows.map((row) => Object.fromEntries(names.map((name, at) => [name, jsonValue(row[at] ?? null)]))),
      );
    }
    return found;
  });

/** Each table as it is now. */
export async function record(world: World, tables: readonly string[]): Promise<Map<string, Shown>> {
  const { rows: versions } = await world.pool.query<{ name: string; version: number }>(
    'SELECT table_name AS name, max(version) AS version FROM ledger.versions WHERE table_name = ANY ($1) GROUP BY 1',
    [tables],
  );
  const rows = await queried(world, tables);
  return new Map(
    tables.map((table) => [
      table,
      { version: versions.find(({ name }) => name === table)?.version ?? 0, rows: rows.get(table) ?? [] },
    ]),
  );
}

export interface Retained {
  readonly version: number;
  readonly snapshotId: bigint;
  /** Names of then, by id. */
  readonly columns: ReadonlyMap<number, string>;
}

/** The snapshots of the metadata that the catalog points at, oldest first; none: the catalog has no such table. */
export async function retained(world: World, table: string): Promise<Retained[]> {
  const metadata = await metadataOf(world, table);
  if (metadata === undefined) return [];
  if (currentSnapshot(metadata) !== metadata.snapshots.at(-1)) throw new Error(`${table}: the newest is not the last`);
  return metadata.snapshots.map((snapshot) => ({
    version: Number(snapshot.summary['farelake.version']),
    snapshotId: snapshot['snapshot-id'],
    columns: new Map(schemaOf(metadata, snapshot).fields.map(({ id, name }) => [id, name])),
  }));
}

async function metadataOf({ pool }: World, table: string): Promise<TableMetadata | undefined> {
  const { rows } = await pool.query<{ at: string }>(
    'SELECT metadata_location AS at FROM iceberg_tables WHERE table_name = $1',
    [table],
  );
  return rows[0] && parseMetadata(await readFile(rows[0].at.slice('file://'.length)));
}
