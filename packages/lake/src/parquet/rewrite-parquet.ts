/** A Parquet file once more with some of its rows only: columns, types and permanent ids as they are. */
import { quoteLiteral } from '@farelake/schema-registry';
import type { Engine } from '../engine/duckdb.ts';
import { writeParquet, type ParquetField, type WrittenParquet } from './write-parquet.ts';

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
  const fields = (await fieldsOf(engine, source)).map((field) => ({ ...field, listed: listed.includes(field.name) }));
  const rows = `read_parquet([${quoteLiteral(source)}], hive_partitioning = false)`;
  return writeParquet(engine, `SELECT * FROM ${rows} WHERE ${where}`, target, fields);
}

/** The schema is a tree, told depth first: a list is a column with one child that has one child, the element. */
async function fieldsOf(engine: Engine, source: string): Promise<ParquetField[]> {
  const nodes = await engine.rows(
    `SELECT name, num_children AS children, field_id AS id FROM parquet_schema(${quoteLiteral(source)})`,
  );
  const fields: ParquetField[] = [];
  for (let at = 1; at < nodes.length; at += 1) {
    const node = nodes[at];
    const field = { name: String(node?.['name']), id: Number(node?.['id']) };
    if (Number(node?.['children'] ?? 0) === 0) fields.push(field);
    else {
      at += 2;
      fields.push({ ...field, elementId: Number(nodes[at]?.['id']) });
    }
  }
  return fields;
}
