/** A DuckDB in memory for tests, and what it makes of texts. */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { type LogicalType, type ParseOptions, parseSql } from '../src/index.ts';
import type { Parsed } from './types/reference-parser.ts';

export async function openDuckDb(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  return await instance.connect();
}

/** Parses each text by `parseSql`, all in one query over a table, as a load does. */
export async function parseInDuckDb(
  connection: DuckDBConnection,
  type: LogicalType,
  texts: readonly (string | null)[],
  options: ParseOptions,
): Promise<Parsed[]> {
  await connection.run('CREATE OR REPLACE TEMP TABLE delivered (line INTEGER, "the text" VARCHAR)');
  const appender = await connection.createAppender('delivered');
  texts.forEach((text, line) => {
    appender.appendInteger(line);
    if (text === null) appender.appendNull();
    else appender.appendVarchar(text);
    appender.endRow();
  });
  appender.closeSync();
  const { value, bad } = parseSql(type, '"the text"', options);
  // Behind a sign, because the binding drops a byte order mark from the beginning of a text.
  const shown = `'=' || ${type.kind === 'binary' ? `hex(${value})` : `CAST(${value} AS VARCHAR)`}`;
  const reader = await connection.runAndReadAll(`SELECT ${shown}, ${bad} FROM delivered ORDER BY line`);
  return reader.getRows().map(([text, isBad]) => {
    if (typeof isBad !== 'boolean') throw new Error('bad is NULL');
    if (text !== null && typeof text !== 'string') throw new Error('not text');
    return { value: text === null ? null : comparable(type, text.slice(1)), bad: isBad };
  });
}

/** DuckDB's text of a value in the reference's form. */
function comparable(type: LogicalType, text: string): string {
  // DuckDB prints no zero before the point of a decimal that is all fraction.
  if (type.kind === 'decimal') return text.replace(/^(-?)[.]/, '$10.');
  return type.kind === 'double' ? asJavaScript(text) : text;
}

/** Doubles compare as numbers, told apart by sign of zero too: engines print the same number differently. */
function asJavaScript(text: string): string {
  const number = { inf: Infinity, '-inf': -Infinity, nan: NaN }[text] ?? Number(text);
  return Object.is(number, -0) ? '-0' : String(number);
}
