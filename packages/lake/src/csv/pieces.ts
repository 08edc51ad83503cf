/**
 * A CSV text, as it is being unpacked, goes to disk in pieces that are CSV files of their own: each begins with the
 * header and ends with a record. So a piece can be loaded while the next one is still being unpacked, several at once,
 * and the disk holds a few of them instead of the file.
 *
 * Records that end some with LF and some with CRLF are no fault, but the engine reads one kind of ending per file: a piece
 * that has both is written again with LF.
 */
import { open, type FileHandle } from 'node:fs/promises';
import type { CsvFormat } from '@farelake/schema-registry';
import { evenEnds } from './even-ends.ts';
import { recordEnds, type RecordEnds } from './record-ends.ts';

export interface Piece {
  /** Local path. */
  readonly file: string;
  /** Bytes, the header included. */
  readonly size: number;
  /** Rows as counted here; the engine has the last word, for a file of one column may have empty lines that are rows. */
  readonly rows: number;
  /** Rows of the delivered file in the pieces before. */
  readonly rowsBefore: number;
  /** What to add to a line's number in the piece for that in the delivered file. */
  readonly linesBefore: number;
  /** Bytes of the longest record of the file so far. */
  readonly longestRecord: number;
}

export interface PieceOptions {
  readonly format: CsvFormat;
  /** Bytes after which a piece ends with the next record. */
  readonly pieceBytes: number;
  /** Gets the header record, as it stands there. False: nothing of the file is wanted, it is only read to its end. */
  readonly accept: (header: Buffer) => Promise<boolean>;
  /** Gets each piece when it is complete, in order; the next is written when the answer has come. */
  readonly take: (piece: Piece) => Promise<void>;
}

/** Bytes within which the header has to end. */
export const LONGEST_HEADER = 4 * 1024 * 1024;

/**
 * @param file path of the first piece; further ones add a number to it
 * @returns bytes of the text
 */
export async function writePieces(chunks: AsyncIterable<Buffer>, file: string, options: PieceOptions): Promise<number> {
  const cutter = pieceCutter(file, options);
  try {
    let size = 0;
    for await (const chunk of chunks) {
      size += chunk.length;
      await cutter.write(chunk);
    }
    await cutter.end();
    return size;
  } finally {
    await cutter.close();
  }
}

interface OpenPiece {
  readonly file: string;
  readonly handle: FileHandle;
  size: number;
  readonly rowsBefore: number;
  readonly linesBefore: number;
}

function pieceCutter(file: string, { format, pieceBytes, accept, take }: PieceOptions) {
  const ends = recordEnds(format);
  const head: Buffer[] = [];
  let header: Header | undefined;
  let wanted = true;
  let piece: OpenPiece | undefined;
  let pieces = 0;
  /** Records and newlines of the delivered file before the piece that is open or comes next. */
  let before = countOf(ends);

  const settleHeader = async (): Promise<void> => {
    before = countOf(ends);
    header = { text: Buffer.concat(head), ...before };
    wanted = await accept(header.text);
    if (wanted) await begin();
  };
  const begin = async (): Promise<OpenPiece> => {
    if (header === undefined) throw new Error('a piece begins with the header');
    pieces += 1;
    piece = await openPiece(pieces === 1 ? file : `${file}.${pieces}`, header, before);
    return piece;
  };
  const finish = async (openRecords: number): Promise<void> => {
    if (piece === undefined) return;
    const { handle, rowsBefore, size, ...told } = piece;
    const mixed = isMixed(header, before, ends);
    [piece, before] = [undefined, countOf(ends)];
    await handle.close();
    const rows = Math.max(0, ends.records + openRecords - 1) - rowsBefore;
    const even = { ...told, size: mixed ? await evenEnds(told.file, format) : size };
    await take({ ...even, rowsBefore, rows, longestRecord: ends.longest });
  };
  /** Header first; answers where the rest of the chunk begins. */
  const readHeader = async (chunk: Buffer): Promise<number> => {
    const end = ends.next(chunk, 0, 1);
    head.push(end < 0 ? chunk : chunk.subarray(0, end));
    if (end >= 0 || ends.open > LONGEST_HEADER) await settleHeader();
    return end < 0 ? chunk.length : end;
  };
  const write = async (chunk: Buffer): Promise<void> => {
    let from = header === undefined ? await readHeader(chunk) : 0;
    if (header === undefined || !wanted || (from === chunk.length && ends.open > 0)) return;
    for (;;) {
      const least = Math.max(from + 1, from + pieceBytes - (piece?.size ?? header.text.length));
      const end = ends.next(chunk, from, least);
      const part = chunk.subarray(from, end < 0 ? chunk.length : end);
      if (part.length > 0) await put(piece ?? (await begin()), part);
      if (end < 0) return;
      await finish(0);
      from = end;
    }
  };
  return {
    write,
    end: async () => {
      if (header === undefined) await settleHeader();
      await finish(ends.open > 0 ? 1 : 0);
    },
    close: async () => {
      await piece?.handle.close();
    },
  };
}

type Count = Pick<RecordEnds, 'records' | 'lines' | 'byLf' | 'byCrlf'>;

interface Header extends Count {
  readonly text: Buffer;
}

const countOf = ({ records, lines, byLf, byCrlf }: RecordEnds): Count => ({ records, lines, byLf, byCrlf });

/** Of a piece, which begins with the header. */
const isMixed = (header: Count | undefined, before: Count, now: Count): boolean =>
  header !== undefined && header.byLf + now.byLf > before.byLf && header.byCrlf + now.byCrlf > before.byCrlf;

async function openPiece(file: string, header: Header, before: Count): Promise<OpenPiece> {
  const rowsBefore = Math.max(0, before.records - 1);
  const linesBefore = before.lines - header.lines;
  const piece = { file, handle: await open(file, 'w'), size: 0, rowsBefore, linesBefore };
  await put(piece, header.text);
  return piece;
}

async function put(piece: OpenPiece, bytes: Buffer): Promise<void> {
  piece.size += bytes.length;
  await piece.handle.writev([bytes]);
}
