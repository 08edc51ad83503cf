/**
 * The table of types against what DuckDB really writes, as hyparquet, which shares no code with it, reads it.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parquetMetadata, type SchemaElement } from 'hyparquet';
import { withTestDatabase } from '../../../db/test/support/postgres.ts';
import { parseLogicalType, quoteIdentifier, quoteLiteral, typeNames } from '../../src/index.ts';
import { openDuckDb } from '../duckdb.ts';

const TYPES = [
  ...['boolean', 'bigint', 'double', 'date', 'timestamp', 'time', 'string', 'binary'],
  ...['decimal(1,0)', 'decimal(4,2)', 'decimal(5,0)', 'decimal(9,9)', 'decimal(10,0)', 'decimal(18,4)'],
  ...['decimal(19,4)', 'decimal(20,0)', 'decimal(38,0)', 'decimal(38,38)'],
];

const database = withTestDatabase();
let folder: string;
let written: Map<string | undefined, SchemaElement>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'farelake-types-'));
  const connection = await openDuckDb();
  const columns = TYPES.map(
    (type) => `CAST(NULL AS ${typeNames(parseLogicalType(type)).duckdb}) AS ${quoteIdentifier(type)}`,
  );
  const ids = TYPES.map((type, index) => `${quoteIdentifier(type)}: ${101 + index}`);
  const file = path.join(folder, 'types.parquet');
  await connection.run(
    `COPY (SELECT ${columns.join(', ')}) TO ${quoteLiteral(file)} (FORMAT parquet, FIELD_IDS {${ids.join(', ')}})`,
  );
  connection.closeSync();
  const bytes = await readFile(file);
  const { schema } = parquetMetadata(new Uint8Array(bytes).buffer);
  written = new Map(schema.map((element) => [element.name, element]));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test.each(TYPES)('%s is written as its row says', (type) => {
  const { physical, length, converted, logical } = typeNames(parseLogicalType(type)).parquet;
  const element = written.get(type);
  expect({
    physical: element?.type,
    length: element?.type_length,
    converted: element?.converted_type,
    logical: element?.logical_type,
    id: element?.field_id,
  }).toEqual({ physical, length, converted, logical, id: 101 + TYPES.indexOf(type) });
});

test('names in each engine and format', () => {
  const named = (type: string) => {
    const { duckdb, iceberg, spark, glue } = typeNames(parseLogicalType(type));
    return [duckdb, iceberg, spark, glue];
  };
  expect(Object.fromEntries(TYPES.slice(0, 9).map((type) => [type, named(type)]))).toEqual({
    boolean: ['BOOLEAN', 'boolean', 'BOOLEAN', 'boolean'],
    bigint: ['BIGINT', 'long', 'BIGINT', 'bigint'],
    double: ['DOUBLE', 'double', 'DOUBLE', 'double'],
    date: ['DATE', 'date', 'DATE', 'date'],
    timestamp: ['TIMESTAMP', 'timestamp', 'TIMESTAMP_NTZ', 'timestamp'],
    time: ['VARCHAR', 'string', 'STRING', 'string'],
    string: ['VARCHAR', 'string', 'STRING', 'string'],
    binary: ['BLOB', 'binary', 'BINARY', 'binary'],
    'decimal(1,0)': ['DECIMAL(1,0)', 'decimal(1,0)', 'DECIMAL(1,0)', 'decimal(1,0)'],
  });
});

test('Postgres makes a table of its names, and calls the columns by the same names', async () => {
  const names = TYPES.map((type) => typeNames(parseLogicalType(type)).postgres);
  const columns = TYPES.map((type, index) => `${quoteIdentifier(type)} ${names[index]!}`);
  await database.pool.query(`CREATE TABLE types (${columns.join(', ')})`);
  const { rows } = await database.pool.query<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = 'types'::regclass AND attnum > 0 ORDER BY attnum`,
  );
  expect(rows).toEqual(TYPES.map((name, index) => ({ name, type: names[index] })));
});
