/**
 * The columns of a table at a version, names and types as they were: those of its snapshot's Iceberg schema, as metadata tells them that
 * has the snapshot. Versions without a snapshot have the columns of today's contract.
 */
import { schemaOfVersion, type Queryable, type TreatedFiles, type VersionSchema } from '@farelake/db';
import { parseMetadata, snapshotOf, type IcebergType, type Schema, type TableMetadata } from '@farelake/iceberg';
import type { ViewColumn } from '@farelake/lake';
import type { Contract } from '@farelake/schema-registry';
import { metadataIo } from '../catalog/metadata-io.ts';
import { icebergPath } from '../catalog/place.ts';
import type { Workspace } from '../workspace.ts';

/** Where metadata lies. */
export type MetadataZone = Pick<Workspace, 'stage' | 'signal'>;

/** @returns undefined: nothing tells */
export async function columnsThen(
  db: Queryable,
  zone: MetadataZone,
  table: string,
  version: number,
): Promise<ViewColumn[] | undefined> {
  const noted = await schemaOfVersion(db, table, version);
  if (noted === undefined) return undefined;
  const io = metadataIo(zone, table);
  for (const path of new Set([...noted.metadata, ...noted.later.map(icebergPath)])) {
    const schema = await unlessDamaged(async () =>
      schemaIn(parseMetadata(await io.read(path)), noted, path === noted.newest),
    );
    if (schema !== undefined) return schema.fields.map(({ id, name, type }) => ({ id, name, type: engineType(type) }));
  }
  return undefined;
}

/**
 * The schema of the version's snapshot, if the metadata has both.
 * @param sameLine the metadata was never begun anew since: the id means the same, though the snapshot may have been let go
 */
function schemaIn(
  metadata: TableMetadata,
  { snapshotId, schemaId }: Pick<VersionSchema, 'snapshotId' | 'schemaId'>,
  sameLine: boolean,
): Schema | undefined {
  const snapshot = snapshotOf(metadata, snapshotId);
  const told = snapshot === undefined ? sameLine : snapshot['schema-id'] === schemaId;
  return told ? metadata.schemas.find((one) => one['schema-id'] === schemaId) : undefined;
}

/** Undefined where metadata is gone or damaged: rows can be read all the same, for columns are found by their ids. */
async function unlessDamaged<T>(work: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (Error.isError(error) && DAMAGES.includes((error as { code?: unknown }).code)) return undefined;
    throw error;
  }
}

const DAMAGES: readonly unknown[] = ['metadata-damaged', 'bad-metadata'];

const ENGINE_TYPES: Readonly<Record<string, string>> = {
  boolean: 'BOOLEAN',
  int: 'INTEGER',
  long: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  string: 'VARCHAR',
  binary: 'BLOB',
};

/** The engine's name of a type that commits write. */
function engineType(type: IcebergType): string {
  if (typeof type !== 'string') return `${engineType(type.element)}[]`;
  const [, precision, scale] = /^decimal\((\d+),\s*(\d+)\)$/.exec(type) ?? [];
  const name = precision === undefined ? ENGINE_TYPES[type] : `DECIMAL(${precision},${scale ?? '0'})`;
  if (name === undefined) throw new Error(`no column of ours is of the type ${type}`);
  return name;
}

/**
 * Columns whose values nobody may see any more: by the contract of today they are dropped or hashed, and these files have them in
 * clear.
 */
export function hiddenSince(contract: Contract, groups: readonly TreatedFiles[]): Set<number> {
  const inClear = ({ treatments, columnIds }: TreatedFiles, id: number) =>
    treatments?.[id] === undefined && columnIds?.includes(id) !== false;
  const now = contract.columns.filter(({ treatment }) => treatment !== 'keep').map(({ id }) => id);
  return new Set(now.filter((id) => groups.some((group) => inClear(group, id))));
}
