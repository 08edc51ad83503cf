/** What the catalog shows of a table, compared with the manifest. */
import { liveFiles, parseMetadata, type TableMetadata } from '@farelake/iceberg';
import { icebergPath } from '../../src/catalog/place.ts';
import { metadataReader } from './metadata-reader.ts';
import type { World } from './world.ts';

interface Row {
  readonly table_name: string;
  readonly metadata_location: string;
  readonly previous_metadata_location: string | null;
  readonly iceberg_type: string;
}

/** By name of the table. */
export const catalogOf = async ({ pool }: World): Promise<Map<string, Row>> => {
  const { rows } = await pool.query<Row>(
    `SELECT * FROM iceberg_tables WHERE catalog_name = 'farelake' AND table_namespace = 'farelake_local'`,
  );
  return new Map(rows.map((row) => [row.table_name, row]));
};

/** That the catalog points at. */
export async function metadataOf(world: World, table: string): Promise<TableMetadata> {
  const row = (await catalogOf(world)).get(table);
  if (row === undefined) throw new Error(`${table} is not in the catalog`);
  return parseMetadata(await metadataReader.read(row.metadata_location));
}

/** URIs of the files of a version, as Iceberg writes them. */
async function manifestAt({ pool }: World, table: string, version: number): Promise<string[]> {
  const { rows } = await pool.query<{ uri: string }>(
    `SELECT uri FROM ledger.files WHERE table_name = $1 AND version_added <= $2 AND (version_removed IS NULL OR version_removed > $2)`,
    [table, version],
  );
  return rows.map(({ uri }) => icebergPath(uri)).sort();
}

/** Every snapshot of the newest metadata lists what the manifest had at its version. @returns versions */
export async function expectSame(world: World, table: string): Promise<number[]> {
  const metadata = await metadataOf(world, table);
  const versions: number[] = [];
  for (const snapshot of metadata.snapshots) {
    const version = Number(snapshot.summary['farelake.version']);
    const live = (await liveFiles(metadataReader, snapshot)).map(({ path: file }) => file).sort();
    expect(live).toEqual(await manifestAt(world, table, version));
    const { rows } = await world.pool.query<{ rows: number }>(
      'SELECT rows FROM ledger.versions WHERE table_name = $1 AND version = $2',
      [table, version],
    );
    expect(snapshot.summary['total-records']).toBe(String(rows[0]?.rows));
    versions.push(version);
  }
  return versions;
}
