/**
 * A delivered `.csv.gz` becomes plain text in a scratch file, in one pass that also proves that the gzip stream is whole.
 * That it is the content that was registered is the store's to prove: read by its tag, the source fails otherwise.
 * Engines read the scratch file only: they check no checksum, stop in silence where a gzip file is cut off, and would
 * take a `*` in a delivered name for a pattern.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CsvError } from 'csv-parse';
import { UserError, type CsvFormat } from '@farelake/schema-registry';
import { csvParser } from './read-records.ts';

export interface Unpacked {
  readonly file: string;
  /** Bytes of the plain text. */
  readonly size: number;
  /** Names in the header line. */
  readonly header: readonly string[];
}

export interface UnpackOptions {
  readonly format: CsvFormat;
  readonly signal?: AbortSignal;
}

/**
 * @param source the object, read with its content tag
 * @throws UserError `broken-gzip`, `broken-header`, and those of the source
 */
export async function unpack(source: Readable, file: string, options: UnpackOptions): Promise<Unpacked> {
  const target = createWriteStream(file);
  try {
    const stop = options.signal ? { signal: options.signal } : {};
    await pipeline(source, createGunzip({ chunkSize: 1 << 18 }), target, stop);
  } catch (cause) {
    throw isGzipFault(cause) ? brokenGzip(cause) : cause;
  }
  return { file, size: target.bytesWritten, header: await headerOf(file, options.format) };
}

const isGzipFault = (error: unknown): error is NodeJS.ErrnoException =>
  Error.isError(error) && /^Z_/.test((error as NodeJS.ErrnoException).code ?? '');

function brokenGzip(cause: NodeJS.ErrnoException): UserError {
  const truncated = cause.code === 'Z_BUF_ERROR';
  return new UserError({
    code: 'broken-gzip',
    problem: truncated
      ? 'The gzip file is cut off before its end.'
      : `The file is no gzip file or is damaged (${cause.message}).`,
    remedy: 'Deliver it again; the new content takes its place.',
    cause,
  });
}

/** Bytes within which the header line has to end. */
const LONGEST_HEADER = 4 * 1024 * 1024;

async function headerOf(file: string, format: CsvFormat): Promise<string[]> {
  const parser = csvParser(format, { to: 1 });
  const source = createReadStream(file, { end: LONGEST_HEADER });
  try {
    source.on('error', (error) => parser.destroy(error)).pipe(parser);
    for await (const record of parser) return record as string[];
    return [];
  } catch (cause) {
    throw new UserError({
      code: 'broken-header',
      // The parser's message quotes what stands there, which in a file without a header line are values.
      problem: `The header line cannot be read (${faultOf(cause)}).`,
      remedy: 'Deliver the file again with the header line that its .dfm describes.',
    });
  } finally {
    source.destroy();
  }
}

/** The parser's name of the fault in words; of another error, which is not about content, its message. */
function faultOf(cause: unknown): string {
  if (cause instanceof CsvError) return cause.code.replace(/^CSV_/, '').replaceAll('_', ' ').toLowerCase();
  return Error.isError(cause) ? cause.message : String(cause);
}
