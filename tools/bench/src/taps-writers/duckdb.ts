import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openEngine, writeParquet, type Engine } from '@farelake/lake';
import { quoteIdentifier, typeNames } from '@farelake/schema-registry';
import type { TapsWriter } from './measure.ts';
import { TAP_COLUMNS, tapRow } from './records.ts';

const MIB = 1024 * 1024;

/** One engine for all files, as a function that stays would have it; one thread, as a function of a processor would. */
let opened: Promise<{ engine: Engine; folder: string }> | undefined;
const open = async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'farelake-taps-'));
  return { folder, engine: await openEngine({ tempFolder: folder, threads: 1, memoryLimit: 512 * MIB }) };
};

/** Types in which the appender takes values: times as microseconds, dates as text, cast on the way into the file. */
const APPENDED: Partial<Record<string, string>> = { timestamp: 'BIGINT', date: 'VARCHAR' };
const TABLE = TAP_COLUMNS.map(
  ({ name, type }) => `${quoteIdentifier(name)} ${APPENDED[type.kind] ?? typeNames(type).duckdb}`,
);
const SELECTED = TAP_COLUMNS.map(({ name, type }) => {
  const column = quoteIdentifier(name);
  if (type.kind === 'timestamp') return `make_timestamp(${column}) AS ${column}`;
  return type.kind === 'date' ? `CAST(${column} AS DATE) AS ${column}` : column;
});

export const write: TapsWriter = async (records) => {
  const { engine, folder } = await (opened ??= open());
  await engine.run(`CREATE OR REPLACE TABLE taps (${TABLE.join(', ')})`);
  const appender = await engine.connection.createAppender('taps');
  for (const record of records) {
    for (const value of tapRow(record))
      if (typeof value === 'bigint') appender.appendBigInt(value);
      else appender.appendVarchar(String(value));
    appender.endRow();
  }
  appender.closeSync();
  const file = path.join(folder, 'taps.parquet');
  await writeParquet(engine, `SELECT ${SELECTED.join(', ')} FROM taps`, file, TAP_COLUMNS);
  return readFile(file);
};
