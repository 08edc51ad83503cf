/** Tables made by hand, file by file, in the catalog that readers look into. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  commitSnapshot,
  createTable,
  currentSnapshot,
  evolveSchema,
  formatMetadata,
  metricsOf,
  POSITION_DELETE_COLUMNS,
  tableUuid,
  withPrevious,
  type Change,
  type Column,
  type DataFile,
  type DeleteFile,
  type FileIo,
} from '@farelake/iceberg';
import { openEngine, writeParquet, type Engine, type ParquetField } from '@farelake/lake';
import { quoteLiteral } from '@farelake/schema-registry';
import type { Pool } from 'pg';
import { CATALOG, NAMESPACE } from './readers.ts';

const SCHEME = 'file://';

/** Paths are files' own, without any encoding, as the ledger's tables have them. */
const io: FileIo = {
  read: (file) => readFile(file.slice(SCHEME.length)),
  write: (file, bytes) => writeFile(file.slice(SCHEME.length), bytes),
};

export interface HandMade {
  readonly name: { readonly namespace: string; readonly table: string };
  /** One of the table's columns, from the rows of a query. */
  file(name: string, query: string): Promise<DataFile>;
  /** Position deletes; rows of a data file count from 0. */
  deletes(name: string, rows: readonly (readonly [file: DataFile, position: number])[]): Promise<DeleteFile>;
  evolve(columns: readonly Column[]): void;
  /** @returns the snapshot's id, and when it was committed, milliseconds since 1970 */
  commit(change: Change, snapshotId?: bigint): Promise<{ snapshotId: bigint; now: number }>;
  close(): void;
}

/** @param folder with blanks and signs in its name if need be */
export async function handMade(
  pool: Pool,
  folder: string,
  table: string,
  columns: readonly Column[],
): Promise<HandMade> {
  const place = path.join(folder, table);
  await mkdir(path.join(place, 'metadata'), { recursive: true });
  const engine = await openEngine({ tempFolder: path.join(folder, 'spill') });
  // Snapshots of one millisecond could not be told apart by time.
  let now = Date.now() - 60_000;
  let meta = createTable({ location: `${SCHEME}${place}`, uuid: tableUuid('tests', table), columns, now });
  let location: string | undefined;
  let current = columns;
  let commits = 0;
  const parquet = (name: string, query: string, as: readonly Column[]) => dataFile(engine, place, name, query, as);
  return {
    name: { namespace: NAMESPACE, table },
    file: (name, query) => parquet(name, query, current),
    deletes: async (name, rows) => {
      const values = rows.map(([{ path: file }, position]) => `(${quoteLiteral(file)}, ${position})`);
      const query = `SELECT file_path, pos::BIGINT AS pos FROM (VALUES ${values.join(', ')}) d (file_path, pos) ORDER BY ALL`;
      const paths = [...new Set(rows.map(([file]) => file.path))];
      const file = await parquet(name, query, POSITION_DELETE_COLUMNS);
      return { ...file, ...(paths.length === 1 && { dataPath: paths[0]! }) };
    },
    evolve(next) {
      current = next;
      meta = evolveSchema(meta, next, now);
    },
    async commit(change, snapshotId = BigInt(1000 + commits)) {
      commits += 1;
      now += 1000;
      const naming = {
        snapshotId,
        now,
        manifest: (n: number) => `${commits}-m${n}.avro`,
        manifestList: `snap-${commits}.avro`,
      };
      const before = { location, updated: meta['last-updated-ms'] };
      ({ metadata: meta } = await commitSnapshot(io, meta, change, naming));
      if (before.location !== undefined) meta = withPrevious(meta, before.location, before.updated);
      location = `${meta.location}/metadata/${String(commits).padStart(5, '0')}.metadata.json`;
      await io.write(location, formatMetadata(meta));
      await pointTo(pool, table, location);
      return { snapshotId: currentSnapshot(meta)!['snapshot-id'], now };
    },
    close: () => {
      engine.close();
    },
  };
}

async function dataFile(
  engine: Engine,
  place: string,
  name: string,
  query: string,
  columns: readonly Column[],
): Promise<DataFile> {
  const written = await writeParquet(engine, query, path.join(place, `${name}.parquet`), columns.map(fieldOf));
  const facts = Object.values(written.statistics).flatMap(({ id, ...one }) =>
    id === undefined ? [] : [{ id, ...one }],
  );
  return {
    path: `${SCHEME}${written.file}`,
    records: BigInt(written.rows),
    size: BigInt(written.size),
    metrics: metricsOf(facts, columns),
  };
}

const fieldOf = ({ id, name, type }: Column): ParquetField => ({
  ...{ id, name, icebergType: type },
  ...(typeof type !== 'string' && { elementId: type['element-id'] }),
});

/** Makes the catalog tell of a table, or of its newer metadata. */
export const pointTo = (pool: Pool, table: string, location: string) =>
  pool.query(
    `INSERT INTO iceberg_tables (catalog_name, table_namespace, table_name, metadata_location, iceberg_type)
     VALUES ($1, $2, $3, $4, 'TABLE')
     ON CONFLICT (catalog_name, table_namespace, table_name)
     DO UPDATE SET previous_metadata_location = iceberg_tables.metadata_location, metadata_location = $4`,
    [CATALOG, NAMESPACE, table, location],
  );
