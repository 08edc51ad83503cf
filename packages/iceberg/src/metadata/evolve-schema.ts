import { checkColumns } from '../schema/check-columns.ts';
import { type Column, fieldsOf, idsOf, type Schema } from '../schema/column.ts';
import { checkEvolution } from '../schema/evolve-columns.ts';
import { identifiersOf } from '../schema/identifiers.ts';
import { NAME_MAPPING, nameMapping } from '../schema/name-mapping.ts';
import { formatJson } from './json.ts';
import { schemaOf } from './lookup.ts';
import type { TableMetadata } from './table-metadata.ts';

export interface Evolution {
  /** No live file has a column's values in a type that cannot be read as the new one: the caller has seen to it. */
  readonly retype?: boolean;
}

/**
 * The table with these columns (Iceberg table spec v2, "Schema Evolution"): added, renamed, reordered, widened, described anew;
 * columns that are left out leave the schema and keep their id. Earlier schemas stay, for the snapshots that were read with them;
 * one that is wanted again is taken again. Columns that identify rows (another writer's `identifier-field-ids`) still do, as far
 * as they are there and may.
 * @param now milliseconds since 1970, UTC
 * @returns the same object where nothing differs
 * @throws BadInput where no table can have such columns
 * @throws IncompatibleSchema where files written before could not be read so
 */
export function evolveSchema(
  meta: TableMetadata,
  columns: readonly Column[],
  now: number,
  { retype = false }: Evolution = {},
): TableMetadata {
  const current = schemaOf(meta);
  const fields = fieldsOf(columns);
  if (same(fields, current.fields)) return meta;
  checkColumns(columns);
  if (!retype) checkEvolution(columns, current, meta.schemas, meta.snapshots.length > 0);
  const identifiers = identifiersOf(current, fields);
  const known = meta.schemas.find(
    (schema) => same(schema.fields, fields) && sameIds(identifiersOf(schema, fields), identifiers),
  );
  const schema: Schema = known ?? {
    type: 'struct',
    'schema-id': 1 + Math.max(...meta.schemas.map((one) => one['schema-id'])),
    ...(identifiers.length === 0 ? {} : { 'identifier-field-ids': identifiers }),
    fields,
  };
  return {
    ...meta,
    'last-updated-ms': Math.max(now, meta['last-updated-ms']),
    'last-column-id': Math.max(meta['last-column-id'], ...columns.flatMap(idsOf)),
    schemas: known === undefined ? [...meta.schemas, schema] : meta.schemas,
    'current-schema-id': schema['schema-id'],
    properties: { ...meta.properties, [NAME_MAPPING]: nameMapping(fields, meta.properties[NAME_MAPPING]) },
  };
}

/** Whatever other writers add to a field is theirs. */
const same = (one: readonly Column[], other: readonly Column[]): boolean =>
  formatJson(fieldsOf(one)) === formatJson(fieldsOf(other));

/** The order means nothing. */
const sameIds = (one: readonly number[], other: readonly number[]): boolean =>
  String(one.toSorted()) === String(other.toSorted());
