/** A Parquet file once more with some of its rows only: columns, types and permanent ids as they are. */
import { quoteLiteral } from '@farelake/schema-registry';
import type { Engine } from '../engine/duckdb.ts';
import { fieldsOf } from './fields.ts';
import { notedTypes } from './iceberg-schema.ts';
import { writeParquet, type WrittenParquet } from './write-parquet.ts';

/**
 * @param source what the engine opens
 * @param where SQL over its columns
 * @param target local path
 * @param listed names of fields whose values statistics shall list
 */
export async function rewriteParquet(
  engine: Engine,
  source: string,
  where: string,
  target: string,
  listed: readonly string[] = [],
): Promise<WrittenParquet> {
  const types = await notedTypes(engine, source);
  const fields = (await fieldsOf(engine, source)).map((field) => ({
    ...field,
    listed: listed.includes(field.name),
    icebergType: types.get(field.id),
  }));
  const rows = `read_parquet([${quoteLiteral(source)}], hive_partitioning = false)`;
  return writeParquet(engine, `SELECT * FROM ${rows} WHERE ${where}`, target, fields);
}
