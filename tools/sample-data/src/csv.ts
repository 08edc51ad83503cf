import type { Value } from './table.ts';

/** `formatInfo.options` of a `.dfm`. */
export interface CsvOptions {
  readonly fieldDelimiter: string;
  readonly recordDelimiter: string;
  readonly nullValue: string;
  readonly quoteChar: string;
  /** Empty: a quote inside a quoted field is doubled. */
  readonly escapeChar: string;
  /** The vendor's small feeds end without a record delimiter; this is not in the `.dfm`. */
  readonly endsWithDelimiter?: boolean;
}

export const VENDOR_OPTIONS: CsvOptions = {
  fieldDelimiter: ',',
  recordDelimiter: '\n',
  nullValue: '',
  quoteChar: '"',
  escapeChar: '',
};

/** Text that no reader can take for anything else. */
const PLAIN = /^[\w.:+-]+( [\w.:+-]+)*$/;

const quoted = (text: string, options: CsvOptions): string => {
  const { quoteChar, escapeChar } = options;
  const escape = escapeChar === '' ? quoteChar : escapeChar;
  const body =
    escape === quoteChar
      ? text.replaceAll(quoteChar, quoteChar + quoteChar)
      : text.replaceAll(escape, escape + escape).replaceAll(quoteChar, escape + quoteChar);
  return quoteChar + body + quoteChar;
};

/** One field. NULL is the bare null value; text that reads like it is quoted, an empty string among them. */
export const formatField = (value: Value, options: CsvOptions): string => {
  if (value === null) return options.nullValue;
  if (value === options.nullValue) return quoted(value, options);
  if (value === '') return '';
  const bare = PLAIN.test(value) && !value.includes(options.fieldDelimiter);
  return bare ? value : quoted(value, options);
};

/** The file's text in pieces: the header line, then one record each. */
export function* formatCsv(
  names: readonly string[],
  records: Iterable<readonly Value[]>,
  options: CsvOptions,
): Generator<string> {
  yield names.map((name) => formatField(name, options)).join(options.fieldDelimiter);
  for (const record of records) {
    yield options.recordDelimiter + record.map((value) => formatField(value, options)).join(options.fieldDelimiter);
  }
  if (options.endsWithDelimiter ?? true) yield options.recordDelimiter;
}
