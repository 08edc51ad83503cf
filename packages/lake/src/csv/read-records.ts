/** Records of a delivered `.csv.gz` one by one, for looking into it; loading is the engine's work. */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { parse, type Options, type Parser } from 'csv-parse';
import type { CsvFormat } from '@farelake/schema-registry';
import { likeLoads } from './like-loads.ts';

/** A parser by the format's own settings; the first record is the header. */
export const csvParser = (format: CsvFormat, options: Options = {}): Parser =>
  parse({
    bom: true,
    delimiter: format.fieldDelimiter,
    quote: format.quoteChar === '' ? false : format.quoteChar,
    escape: format.escapeChar === '' ? format.quoteChar || null : format.escapeChar,
    ...options,
  });

/** Characters of one record, in a file that is looked into: a quote that never ends shall not fill the memory. */
const LONGEST_RECORD = 1 << 24;

export interface ReadRecordsOptions {
  /** False: the source is plain text already. */
  readonly packed?: boolean;
  /** What a load would take is taken, and records with more or fewer fields than the header come too; otherwise the parser decides. */
  readonly asLoads?: boolean;
}

/**
 * The header, then the records; stop reading whenever you have seen enough.
 * @throws CsvError of csv-parse, and the errors of zlib, of a file that is none
 */
export async function* readRecords(
  source: Readable,
  format: CsvFormat,
  { packed = true, asLoads = false }: ReadRecordsOptions = {},
): AsyncGenerator<string[]> {
  const parser = csvParser(format, {
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: LONGEST_RECORD,
    relax_column_count: asLoads,
  });
  const gunzip = packed ? createGunzip() : undefined;
  const plain = gunzip === undefined ? source : source.on('error', (error) => gunzip.destroy(error)).pipe(gunzip);
  const text = asLoads ? Readable.from(likeLoads(plain, format), { objectMode: false }) : plain;
  text.on('error', (error) => parser.destroy(error)).pipe(parser);
  try {
    for await (const record of parser) yield record as string[];
  } finally {
    source.destroy();
    gunzip?.destroy();
  }
}

/** The line of a plain text file on which its n-th record (from 1) begins: fields may hold newlines, so they differ. */
export async function textLine(file: string, format: CsvFormat, record: number): Promise<number> {
  if (record <= 1) return 1;
  // Only what comes before the record is read, so that its own faults do not matter.
  const options = { to: record - 1, relax_column_count: true, relax_quotes: true };
  const source = createReadStream(file);
  const parser = source.on('error', (error) => parser.destroy(error)).pipe(csvParser(format, options));
  try {
    await finished(parser.resume());
    return parser.info.lines + 1;
  } finally {
    source.destroy();
  }
}
