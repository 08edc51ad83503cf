/** Runs a projection over delivered text on DuckDB, as a load does, but keeps each column's verdict. */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { fieldName, quoteIdentifier as q, quoteLiteral, type ProjectedColumn } from '@farelake/schema-registry';

export async function openDuckDb(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  return instance.connect();
}

export interface Projected {
  /** By column: the value as DuckDB gives it. */
  readonly values: Record<string, unknown>;
  /** Columns whose text is not acceptable. */
  readonly bad: string[];
}

/**
 * @param rows delivered text by field, NULL as null
 * @param rewrite of the statement: for texts that no literal can hold
 */
export async function project(
  connection: DuckDBConnection,
  columns: readonly ProjectedColumn[],
  rows: readonly (readonly (string | null)[])[],
  rewrite: (sql: string) => string = (sql) => sql,
): Promise<Projected[]> {
  const width = rows[0]?.length ?? 0;
  const names = [...Array.from({ length: width }, (_, index) => fieldName(index + 1)), '_load_id', '_line'];
  const cells = rows.map((row, index) => {
    const texts = row.map((text) => `CAST(${text === null ? 'NULL' : quoteLiteral(text)} AS VARCHAR)`);
    return `(${[...texts, '7', index + 2].join(', ')})`;
  });
  const checked = columns.map(({ bad = 'false' }, index) => `(${bad}) AS "bad${index}"`);
  const reader = await connection.runAndReadAll(
    rewrite(`SELECT ${[...columns.map(({ name, value }) => `${value} AS ${q(name)}`), ...checked].join(', ')}
     FROM (VALUES ${cells.join(', ')}) t(${names.map(q).join(', ')}) ORDER BY "_line"`),
  );
  return reader.getRowObjectsJson().map((row) => ({
    values: Object.fromEntries(columns.map(({ name }) => [name, row[name]])),
    bad: columns.filter((_, index) => row[`bad${index}`] === true).map(({ name }) => name),
  }));
}
