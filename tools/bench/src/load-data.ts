/**
 * The load's benchmark data: a snapshot file of 20 columns as the vendor writes them, with amounts of four places, times
 * to the microsecond, text with quotes, delimiters and newlines. The same rows for the same seed and number.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openEngine } from '@farelake/lake';
import { contractFromDfm, parseDfm, parseObjectKey, type Dfm } from '@farelake/qlik';
import { parseLogicalType, quoteIdentifier, quoteLiteral, typeNames, type Contract } from '@farelake/schema-registry';

const SEED = 42;

/** A number from the row's number `n`, another for each `salt`. */
const draw = (salt: number): string => `CAST(hash(n, ${salt}, ${SEED}) >> 8 AS BIGINT)`;
const amount = (salt: number, below: number): string =>
  `printf('%d.%04d', ${draw(salt)} % ${below}, ${draw(salt + 100)} % 10000)`;
const fare = (salt: number): string => `printf('%d.%02d00', ${draw(salt)} % 12, ${draw(salt + 100)} % 20 * 5)`;
const time = (salt: number): string =>
  `strftime(TIMESTAMP '2025-06-01' + to_microseconds(n * 7919000 + ${draw(salt)} % 900000000), '%Y-%m-%d %H:%M:%S.%f')`;

interface BenchColumn {
  readonly name: string;
  readonly qlik: { readonly type: string; readonly precision?: number; readonly scale?: number };
  readonly sql: string;
}
const INTEGER = { type: 'INT8' };
const TEXT = { type: 'WSTRING' };
const AMOUNT = { type: 'NUMERIC', precision: 19, scale: 4 };

const COLUMNS: readonly BenchColumn[] = [
  { name: 'TRANSACTION_ID', qlik: INTEGER, sql: '8000000000 + n' },
  { name: 'CARD_ID', qlik: INTEGER, sql: `41000000000 + ${draw(1)} % 700000` },
  { name: 'TRANSACTION_DTM', qlik: { type: 'DATETIME' }, sql: time(2) },
  { name: 'POSTED_DTM', qlik: { type: 'DATETIME' }, sql: time(3) },
  {
    name: 'OPERATING_DATE',
    qlik: { type: 'DATE' },
    sql: `strftime(DATE '2025-06-01' + CAST(n // 10910 AS INT), '%Y-%m-%d')`,
  },
  {
    name: 'SERVICE_TIME',
    qlik: { type: 'TIME' },
    sql: `strftime(TIMESTAMP '2025-06-01' + to_seconds(${draw(4)} % 86400), '%H:%M:%S')`,
  },
  { name: 'FARE_AMOUNT', qlik: AMOUNT, sql: fare(5) },
  { name: 'STORED_VALUE', qlik: AMOUNT, sql: amount(6, 200) },
  { name: 'DISCOUNT_AMOUNT', qlik: AMOUNT, sql: fare(7) },
  { name: 'TAX_AMOUNT', qlik: AMOUNT, sql: `CASE WHEN ${draw(8)} % 3 = 0 THEN ${amount(9, 90)} END` },
  { name: 'RIDER_CLASS_ID', qlik: { type: 'INT4' }, sql: `1 + ${draw(10)} % 9` },
  {
    name: 'RIDER_CLASS_NAME',
    qlik: TEXT,
    sql: `['Adult', 'Senior', 'Student', 'Reduced, TAP', 'Child'][1 + ${draw(11)} % 5]`,
  },
  { name: 'STOP_ID', qlik: TEXT, sql: `'ST-' || (1000 + ${draw(12)} % 8000)` },
  {
    name: 'ROUTE_ID',
    qlik: TEXT,
    sql: `CASE WHEN ${draw(13)} % 5 > 0 THEN CAST(1 + ${draw(13)} % 240 AS VARCHAR) END`,
  },
  { name: 'DEVICE_ID', qlik: INTEGER, sql: `${draw(14)} % 60000` },
  { name: 'IS_TRANSFER', qlik: { type: 'BOOLEAN' }, sql: `${draw(15)} % 2` },
  { name: 'LATITUDE', qlik: { type: 'REAL8' }, sql: `printf('%.6f', 42.2 + (${draw(16)} % 400000) / 1000000.0)` },
  { name: 'LONGITUDE', qlik: { type: 'REAL8' }, sql: `printf('%.6f', -71.3 + (${draw(17)} % 400000) / 1000000.0)` },
  { name: 'MEDIA_TYPE', qlik: TEXT, sql: `['card', 'phone', 'ticket', 'bank card'][1 + ${draw(18)} % 4]` },
  {
    name: 'NOTE',
    qlik: TEXT,
    sql: `CASE ${draw(19)} % 8 WHEN 0 THEN 'paid by "card", then ' || (${draw(20)} % 1000)
      WHEN 1 THEN 'two' || chr(10) || 'lines' WHEN 2 THEN NULL ELSE 'gate ' || (${draw(20)} % 300) || ', ok' END`,
  },
];

export const HEADER = COLUMNS.map(({ name }) => name);

export interface LoadFile {
  readonly file: string;
  readonly rows: number;
  /** Bytes. */
  readonly size: number;
  /** As the store tells content apart. */
  readonly contentHash: string;
}

/** The file of so many rows in the folder; one that is there already is used again. */
export async function loadFile(folder: string, rows: number): Promise<LoadFile> {
  const query = `SELECT ${COLUMNS.map(({ name, sql }) => `${sql} AS ${quoteIdentifier(name)}`).join(', ')} FROM range(${rows}) t(n)`;
  const id = createHash('sha256').update(query).digest('hex').slice(0, 8);
  const file = path.join(folder, `bench-load-${rows}-${id}.csv.gz`);
  if (!(await stat(file).catch(() => undefined))) {
    const engine = await openEngine({ tempFolder: path.join(folder, 'spill') });
    const half = `${file}.${process.pid}`;
    await engine.run(`COPY (${query}) TO ${quoteLiteral(half)} (FORMAT csv, HEADER, COMPRESSION gzip)`);
    engine.close();
    await rename(half, file);
  }
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return { file, rows, size: (await stat(file)).size, contentHash: hash.digest('hex') };
}

/** The `.dfm` of such a file, as it is delivered and as it is read, and the contract that is drafted from it. */
export function benchContract(rows: number): { text: string; dfm: Dfm; contract: Contract } {
  const columns = COLUMNS.map(({ name, qlik }, index) => ({
    ...{ ordinal: index + 1, name, length: 0, precision: 0, scale: 0, primaryKeyPos: index === 0 ? 1 : 0 },
    ...qlik,
  }));
  const options = { fieldDelimiter: ',', recordDelimiter: '\n', nullValue: '', quoteChar: '"', escapeChar: '' };
  const text = JSON.stringify({
    dfmVersion: '1.1',
    taskInfo: { name: 'bench' },
    fileInfo: { name: 'LOAD00000001.csv', content: 'data', recordCount: rows, errorCount: 0 },
    formatInfo: { format: 'delimited', options },
    dataInfo: { sourceSchema: 'EDW', sourceTable: 'BENCH_LOAD', tableVersion: 1, columns },
  });
  const dfm = parseDfm(text, 'LOAD00000001.dfm');
  const object = parseObjectKey('cubic/ods_qlik/EDW.BENCH_LOAD/LOAD00000001.dfm');
  return { text, dfm, contract: contractFromDfm([{ object: object as NonNullable<typeof object>, dfm }]) };
}

/** Name of each column in the file with its type in DuckDB. */
export const engineTypes = (): [name: string, type: string][] =>
  benchContract(0).contract.columns.map(({ sourceName, type }) => [
    sourceName,
    typeNames(parseLogicalType(type)).duckdb,
  ]);
