import { faultText, shapeOf, UserError, type CsvFormat } from '@farelake/schema-registry';
import { parseInstant } from '../instant.ts';
import { sourceName, type SourceTable } from '../object-key.ts';
import type { Dfm, DfmColumn } from './dfm.ts';
import { DFM_SCHEMA, type DfmJson } from './schema.ts';

const dfmShape = shapeOf<DfmJson>(DFM_SCHEMA);

/**
 * Reads a `.dfm`.
 * @param file its name, for errors
 * @param table of the object key it came with: a description of another table is refused
 * @throws UserError `bad-dfm`, naming file, field, what was found and what is allowed
 */
export function parseDfm(text: string, file: string, table?: SourceTable): Dfm {
  const reading = dfmShape(parseJson(text, file));
  if (!reading.ok) throw badDfm(file, reading.faults.map(faultText).join('; '));
  const json = reading.value;
  const { fileInfo, formatInfo, dataInfo } = json;
  const source = { schema: dataInfo.sourceSchema, table: dataInfo.sourceTable };
  if (table !== undefined && (source.schema !== table.schema || source.table !== table.table))
    throw badDfm(file, `it describes ${sourceName(source)}, and lies with the files of ${sourceName(table)}`);
  return {
    source,
    tableVersion: dataInfo.tableVersion ?? 0,
    columns: columnsOf(json, file),
    format: formatOf(formatInfo, file),
    recordCount: fileInfo.recordCount,
    startWrite: time(file, 'fileInfo.startWriteTimestamp', fileInfo.startWriteTimestamp),
    endWrite: time(file, 'fileInfo.endWriteTimestamp', fileInfo.endWriteTimestamp),
    firstTransaction: time(file, 'fileInfo.firstTransactionTimestamp', fileInfo.firstTransactionTimestamp),
    lastTransaction: time(file, 'fileInfo.lastTransactionTimestamp', fileInfo.lastTransactionTimestamp),
  };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw badDfm(file, `it is not JSON (${Error.isError(cause) ? cause.message : String(cause)})`, cause);
  }
}

/** Refused here is what no reader can tell apart; otherwise the engine would fail in words that name no file. */
function formatOf({ options }: DfmJson['formatInfo'], file: string): CsvFormat {
  const { fieldDelimiter, quoteChar, escapeChar, nullValue } = options;
  const marks = { fieldDelimiter, quoteChar, escapeChar };
  for (const [name, mark] of Object.entries(marks)) {
    if (mark !== '' && nullValue.includes(mark))
      throw badDfm(file, `formatInfo.options: nullValue ${quote(nullValue)} holds the ${name} ${quote(mark)}`);
    if (name !== 'fieldDelimiter' && mark === fieldDelimiter)
      throw badDfm(file, `formatInfo.options: ${name} and fieldDelimiter are both ${quote(mark)}`);
  }
  return { fieldDelimiter, quoteChar, escapeChar, nullValue };
}

const quote = (text: string): string => JSON.stringify(text);

function columnsOf({ dataInfo }: DfmJson, file: string): DfmColumn[] {
  const columns = dataInfo.columns
    .map(({ ordinal, name, type, length = 0, precision = 0, scale = 0, primaryKeyPos = 0 }) => ({
      ordinal,
      name,
      type,
      length,
      precision,
      scale,
      primaryKeyPos,
    }))
    .sort((a, b) => a.ordinal - b.ordinal);
  const outOfPlace = columns.find((column, index) => column.ordinal !== index + 1);
  if (outOfPlace !== undefined)
    throw badDfm(
      file,
      `dataInfo.columns: ordinals are not 1 to ${columns.length}, each once (found ${outOfPlace.ordinal})`,
    );
  const names = columns.map((column) => column.name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw badDfm(file, `dataInfo.columns: the name ${JSON.stringify(repeated)} stands twice`);
  return columns;
}

function time(file: string, field: string, value: string | null | undefined) {
  try {
    return parseInstant(value);
  } catch (cause) {
    throw badDfm(file, `${field}: ${Error.isError(cause) ? cause.message : String(cause)}`, cause);
  }
}

const badDfm = (file: string, problem: string, cause?: unknown): UserError =>
  new UserError({
    code: 'bad-dfm',
    problem: `${file} cannot be used: ${problem}.`.replace(/\.\.$/, '.'),
    remedy: 'Deliver the right .dfm beside its data file.',
    data: { file },
    ...(cause === undefined ? {} : { cause }),
  });
