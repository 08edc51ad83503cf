/**
 * A file's schema as Iceberg's own writers note it in the file (`iceberg.schema` of its key-value metadata). Most readers go by the
 * field ids of columns; some, as icebird, know by this text alone what a column was called when the file was written.
 */
import { quoteLiteral } from '@farelake/schema-registry';
import type { Engine } from '../engine/duckdb.ts';

export const SCHEMA_KEY = 'iceberg.schema';

/** A primitive's name, or Iceberg's JSON of a list (Iceberg table spec, appendix C, "Schemas"). */
export type IcebergTypeJson = string | object;

export interface NotedField {
  readonly id: number;
  readonly name: string;
  readonly icebergType?: IcebergTypeJson | undefined;
}

/** JSON; undefined where the type of a column is not known: a schema in part would be a wrong one. */
export function icebergSchemaText(fields: readonly NotedField[]): string | undefined {
  if (fields.some(({ icebergType }) => icebergType === undefined)) return undefined;
  return JSON.stringify({
    type: 'struct',
    'schema-id': 0,
    fields: fields.map(({ id, name, icebergType }) => ({ id, name, required: false, type: icebergType })),
  });
}

/** The notes of a file with these columns. */
export function icebergNotes(fields: readonly NotedField[]): Record<string, string> {
  const schema = icebergSchemaText(fields);
  return schema === undefined ? {} : { [SCHEMA_KEY]: schema };
}

/** Types that a file notes, by id; empty where it notes none. @param source what the engine opens */
export async function notedTypes(engine: Engine, source: string): Promise<Map<number, IcebergTypeJson>> {
  const rows = await engine.rows(
    `SELECT decode(value) AS schema FROM parquet_kv_metadata(${quoteLiteral(source)}) WHERE decode(key) = ${quoteLiteral(SCHEMA_KEY)}`,
  );
  const text = rows[0]?.['schema'];
  if (typeof text !== 'string') return new Map();
  const { fields } = JSON.parse(text) as { fields: readonly { id: number; type: IcebergTypeJson }[] };
  return new Map(fields.map(({ id, type }) => [id, type]));
}
