/** Records of a delivered `.csv.gz` one by one, for looking into it; loading is the engine's work. */
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse, type Parser } from 'csv-parse';
import type { CsvFormat } from '@farelake/schema-registry';

/** A parser by the format's own settings; the first record is the header. */
export const csvParser = (format: CsvFormat, options: { readonly to?: number } = {}): Parser =>
  parse({
    bom: true,
    delimiter: format.fieldDelimiter,
    quote: format.quoteChar === '' ? false : format.quoteChar,
    escape: format.escapeChar === '' ? format.quoteChar || null : format.escapeChar,
    ...options,
  });

/** The header, then the records; stop reading whenever you have seen enough. */
export async function* readRecords(source: Readable, format: CsvFormat): AsyncGenerator<string[]> {
  const parser = csvParser(format);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error)).pipe(gunzip);
  gunzip.on('error', (error) => parser.destroy(error)).pipe(parser);
  try {
    for await (const record of parser) yield record as string[];
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}
