/** What columns a Parquet file says it has. */
import { quoteLiteral } from '@farelake/schema-registry';
import type { Engine } from '../engine/duckdb.ts';
import type { ParquetField } from './write-parquet.ts';

/**
 * @param source what the engine opens
 * @returns in their order. The schema is a tree, told depth first: a list is a column with one child that has one child, the element.
 */
export async function fieldsOf(engine: Engine, source: string): Promise<ParquetField[]> {
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

/** DuckDB types in which the columns were written, by permanent id. @param source what the engine opens */
export async function writtenTypes(engine: Engine, source: string): Promise<Map<number, string>> {
  const described = await engine.rows(
    `DESCRIBE SELECT * FROM read_parquet([${quoteLiteral(source)}], hive_partitioning = false)`,
  );
  const types = new Map(described.map((column) => [String(column['column_name']), String(column['column_type'])]));
  const fields = await fieldsOf(engine, source);
  return new Map(fields.flatMap(({ id, name }) => (types.has(name) ? [[id, types.get(name) ?? '']] : [])));
}
