import { fieldName, quoteLiteral, type CsvFormat } from '@farelake/schema-registry';

const MIB = 1024 * 1024;
/** Bytes of one record; a longer one is an error of the file. */
const LONGEST_LINE = 64 * MIB;
/** Bytes; beyond this size larger buffers read no faster. */
const BUFFER = 8 * MIB;

/**
 * SQL of a relation of delivered text: columns `@c1`…`@cn`, and `@file`, the path as given. Nothing is guessed: not the
 * types, not the names, not the dialect. Only the line ending is found out, per file.
 *
 * @param files local paths, made by this program: DuckDB would take `*` or `[` in a name for a pattern
 * @param fields number of fields in every record
 * @param longestRecord bytes of the longest record of any of them
 */
export function readCsvSql(files: readonly string[], fields: number, format: CsvFormat, longestRecord: number): string {
  const columns = Array.from({ length: fields }, (_, index) => `${quoteLiteral(fieldName(index + 1))}: 'VARCHAR'`);
  const settings = {
    auto_detect: 'false',
    header: 'true',
    columns: `{${columns.join(', ')}}`,
    delim: quoteLiteral(format.fieldDelimiter),
    quote: quoteLiteral(format.quoteChar),
    escape: quoteLiteral(format.escapeChar === '' ? format.quoteChar : format.escapeChar),
    nullstr: quoteLiteral(format.nullValue),
    // A quoted empty field is text, an unquoted one is NULL.
    allow_quoted_nulls: 'false',
    strict_mode: 'true',
    filename: "'@file'",
    hive_partitioning: 'false',
    compression: "'none'",
    ...buffers(longestRecord),
  };
  const list = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  return `read_csv([${files.map(quoteLiteral).join(', ')}], ${list.join(', ')})`;
}

/** DuckDB reserves its buffers whole: small records must not cost what a huge one may need. */
function buffers(longestRecord: number): Record<string, string> {
  const line = Math.min(LONGEST_LINE, Math.max(2 * MIB, 2 * longestRecord));
  return { max_line_size: String(line), buffer_size: String(Math.max(BUFFER, line)) };
}
