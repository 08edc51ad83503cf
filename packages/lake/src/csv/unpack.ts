/**
 * A delivered `.csv.gz` becomes plain text in scratch files, in one pass that also proves that the gzip stream is whole.
 * That it is the content that was registered is the store's to prove: read by its tag, the source fails otherwise.
 * Engines read the scratch files only: they check no checksum, stop in silence where a gzip file is cut off, and would
 * take a `*` in a delivered name for a pattern.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CsvError } from 'csv-parse';
import { UserError, type CsvFormat } from '@farelake/schema-registry';
import { LONGEST_HEADER, writePieces, type Piece } from './pieces.ts';
import { csvParser } from './read-records.ts';

export interface Unpacked {
  /** Bytes of the plain text. */
  readonly size: number;
  /** Names in the header line. */
  readonly header: readonly string[];
}

export interface UnpackOptions {
  readonly format: CsvFormat;
  /** Bytes after which a piece ends with the next record; without it, all is one piece. */
  readonly pieceBytes?: number;
  /** Whether a file with this header is wanted; of one that is not, no piece is made. Without it, each is. */
  readonly accept?: (header: readonly string[]) => boolean;
  /**
   * Gets each piece when it is complete. **Only the end of `unpack` proves the file**: what is made of a piece before may
   * be shown to nobody until then. Nothing more is unpacked until the answer has come.
   */
  readonly take: (piece: Piece) => Promise<void>;
  /** Bytes of text that an object may have; without it, any. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/**
 * @param source the object, read with its content tag
 * @param file local path of the first piece; further ones add a number to it
 * @throws UserError `broken-gzip`, `broken-header`, `unpacks-too-large`, and those of the source and of `take`
 */
export async function unpack(source: Readable, file: string, options: UnpackOptions): Promise<Unpacked> {
  const { format, signal, take, pieceBytes = Infinity, accept = () => true, limit = Infinity } = options;
  let header: readonly string[] = [];
  let headerFault: UserError | undefined;
  let size = 0;
  const acceptHeader = async (text: Buffer): Promise<boolean> => {
    try {
      header = await readHeader(text, format);
      return accept(header);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // Told at the end: that the file is damaged would be the better answer.
      headerFault = error;
      return false;
    }
  };
  const write = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    size = await writePieces(within(limit, chunks), file, { format, pieceBytes, accept: acceptHeader, take });
  };
  try {
    await pipeline(source, createGunzip({ chunkSize: 1 << 18 }), write, signal ? { signal } : {});
  } catch (cause) {
    throw isGzipFault(cause) ? brokenGzip(cause) : cause;
  }
  if (headerFault !== undefined) throw headerFault;
  return { size, header };
}

/** Some kilobytes can unpack to as many terabytes: without an end, that is the disk's or the day's. */
async function* within(limit: number, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    yield chunk;
  }
}

const tooLarge = (limit: number): UserError =>
  new UserError({
    code: 'unpacks-too-large',
    problem: `The file unpacks to more than ${limit} bytes.`,
    remedy: 'If it is meant to be so large, set FARELAKE_UNPACK_LIMIT higher; else deliver it again.',
    data: { limit },
  });

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

async function readHeader(text: Buffer, format: CsvFormat): Promise<string[]> {
  try {
    if (text.length > LONGEST_HEADER) throw new Error('it does not end');
    // The parser would read it by its byte order mark, the engine would not.
    if (isUtf16(text)) throw new Error('it is UTF-16, not UTF-8');
    for await (const record of Readable.from([text]).pipe(csvParser(format, { to: 1 }))) return record as string[];
    return [];
  } catch (cause) {
    throw new UserError({
      code: 'broken-header',
      // The parser's message quotes what stands there, which in a file without a header line are values.
      problem: `The header line cannot be read (${faultOf(cause)}).`,
      remedy: 'Deliver the file again with the header line that its .dfm describes.',
    });
  }
}

const isUtf16 = (text: Buffer): boolean => text.length > 1 && [0xfeff, 0xfffe].includes(text.readUInt16BE());

/** The parser's name of the fault in words; of another error, which is not about content, its message. */
function faultOf(cause: unknown): string {
  if (cause instanceof CsvError) return cause.code.replace(/^CSV_/, '').replaceAll('_', ' ').toLowerCase();
  return Error.isError(cause) ? cause.message : String(cause);
}
