/**
 * A delivered `.csv.gz` becomes plain text in a scratch file, in one pass that also proves it: the content is the one
 * that was registered, the gzip stream is whole. Engines read the scratch file only: they check no checksum, stop in
 * silence where a gzip file is cut off, and would take a `*` in a delivered name for a pattern.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
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
  readonly expectedHash: string;
  readonly format: CsvFormat;
  readonly signal?: AbortSignal;
}

/**
 * @throws UserError `content-changed`, `broken-gzip`, `broken-header`
 */
export async function unpack(source: Readable, file: string, options: UnpackOptions): Promise<Unpacked> {
  const hash = createHash('sha256');
  const tap = new PassThrough();
  tap.on('data', (chunk: Buffer) => hash.update(chunk));
  const target = createWriteStream(file);
  try {
    await pipeline(
      source,
      tap,
      createGunzip({ chunkSize: 1 << 18 }),
      target,
      options.signal ? { signal: options.signal } : {},
    );
  } catch (cause) {
    throw isGzipFault(cause) ? brokenGzip(cause) : cause;
  }
  const found = hash.digest('hex');
  if (found !== options.expectedHash)
    throw new UserError({
      code: 'content-changed',
      problem: 'The content is no longer the one that was registered.',
      remedy: 'Ingest again when nothing writes to the file any more.',
      data: { found, allowed: options.expectedHash },
    });
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
      problem: `The header line cannot be read (${Error.isError(cause) ? cause.message : String(cause)}).`,
      remedy: 'Deliver the file again with the header line that its .dfm describes.',
      cause,
    });
  } finally {
    source.destroy();
  }
}
