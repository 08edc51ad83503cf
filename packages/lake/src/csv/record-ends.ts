/**
 * Where the records of a CSV text end, found byte by byte while the text passes by in chunks: a newline inside quotes
 * ends none. It follows the engine's reader in what opens and closes a quote, for a text that is cut at the ends found
 * here must be read, piece by piece, as the same records:
 *
 * - a quote opens only at the start of a field, behind nothing but spaces; elsewhere it is a character like any other;
 * - inside, the escape takes the next byte along; a doubled quote closes and opens again at once;
 * - records end with LF or CRLF. In text that has CR only, which the engine reads too, no end is found.
 *
 * What the engine refuses may be seen otherwise here: it is refused in pieces, too.
 */
import type { CsvFormat } from '@farelake/schema-registry';

const LF = 10;
const CR = 13;
const SPACE = 32;
const BYTE_ORDER_MARK: readonly number[] = [0xef, 0xbb, 0xbf];
const NO_BYTE = -1;
const byteOf = (text: string): number => Buffer.from(text)[0] ?? NO_BYTE;

export interface RecordEnds {
  /**
   * Reads a chunk on, to the first end of a record at or behind `least`, or to its end.
   * @param from index of the first byte that is not read yet: 0, or what the last call on this chunk answered
   * @returns index behind that end, or -1: the chunk is read, the next call takes another
   */
  next(chunk: Uint8Array, from: number, least: number): number;
  /** Records that have ended, the header included; empty lines count for none. */
  readonly records: number;
  /** Newlines, those inside quotes included. */
  readonly lines: number;
  /** Ends by LF alone and by CRLF, those of empty lines included. */
  readonly byLf: number;
  readonly byCrlf: number;
  /** Bytes of the longest record so far, the open one included. */
  readonly longest: number;
  /** Bytes of the record that has begun and not ended. */
  readonly open: number;
}

interface Marks {
  readonly quote: number;
  /** None where the quote itself escapes: a doubled quote closes and opens again. */
  readonly escape: number;
  readonly delimiter: Uint8Array;
}

interface State {
  records: number;
  lines: number;
  byLf: number;
  byCrlf: number;
  longest: number;
  open: number;
  quoted: boolean;
  /** The last byte was an escape, inside quotes. */
  escaped: boolean;
  /** The chunk before ended at the start of a field, spaces not counted. */
  blank: boolean;
  /** The chunk before ended right behind a closing quote. */
  closed: boolean;
  /** Last bytes of the chunk before. */
  before: Uint8Array;
}

/** @param format quote, escape and delimiter; an absent quote quotes nothing */
export function recordEnds(format: CsvFormat): RecordEnds {
  const marks: Marks = {
    quote: byteOf(format.quoteChar),
    escape: format.escapeChar === format.quoteChar ? NO_BYTE : byteOf(format.escapeChar),
    delimiter: Buffer.from(format.fieldDelimiter),
  };
  const state: State = {
    ...{ records: 0, lines: 0, byLf: 0, byCrlf: 0, longest: 0, open: 0 },
    ...{ quoted: false, escaped: false, blank: true, closed: false, before: new Uint8Array() },
  };
  return {
    next: (chunk, from, least) => readOn(state, marks, chunk, from, least),
    get records() {
      return state.records;
    },
    get lines() {
      return state.lines;
    },
    get byLf() {
      return state.byLf;
    },
    get byCrlf() {
      return state.byCrlf;
    },
    get longest() {
      return state.longest;
    },
    get open() {
      return state.open;
    },
  };
}

function readOn(state: State, marks: Marks, chunk: Uint8Array, from: number, least: number): number {
  const { quote } = marks;
  let at = from;
  let record = from - state.open;
  let closedAt = state.closed ? from : NO_BYTE;
  if (state.quoted) closedAt = at = leaveQuotes(state, marks, chunk, at);
  while ((at = seek(chunk, at, LF, quote, quote)) < chunk.length) {
    at += 1;
    if (chunk[at - 1] === LF) {
      endRecord(state, at > 1 ? chunk[at - 2] : state.before.at(-1), at - record);
      record = at;
      if (at < least) continue;
      state.open = 0;
      state.closed = false;
      return at;
    }
    if (closedAt !== at - 1 && !startsField(state, marks, chunk, at - 1)) continue;
    state.quoted = true;
    closedAt = at = leaveQuotes(state, marks, chunk, at);
  }
  state.blank = startsField(state, marks, chunk, at);
  state.closed = !state.quoted && closedAt === at;
  state.open = at - record;
  state.longest = Math.max(state.longest, state.open);
  state.before = Uint8Array.from([...state.before, ...chunk.subarray(-LONGEST_DELIMITER)]).slice(-LONGEST_DELIMITER);
  return -1;
}

function endRecord(state: State, beforeNewline: number | undefined, length: number): void {
  state.lines += 1;
  if (length > state.longest) state.longest = length;
  const withCr = beforeNewline === CR;
  if (withCr) state.byCrlf += 1;
  else state.byLf += 1;
  if (length > (withCr ? 2 : 1)) state.records += 1;
}

/** From inside quotes to behind the closing one, or to the end of the chunk. */
function leaveQuotes(state: State, { quote, escape }: Marks, chunk: Uint8Array, from: number): number {
  const end = chunk.length;
  let at = from;
  if (state.escaped && at < end) {
    if (chunk[at] === LF) state.lines += 1;
    state.escaped = false;
    at += 1;
  }
  while ((at = seek(chunk, at, LF, quote, escape)) < end) {
    const byte = chunk[at];
    at += 1;
    if (byte === quote) {
      state.quoted = false;
      return at;
    }
    if (byte === LF) state.lines += 1;
    else if (at === end) state.escaped = true;
    else {
      if (chunk[at] === LF) state.lines += 1;
      at += 1;
    }
  }
  return end;
}

/**
 * Index of the first of three bytes at or behind `from`, or the chunk's length. A function of its own because nearly all
 * the time goes here: so small, it is always compiled well.
 */
function seek(chunk: Uint8Array, from: number, one: number, two: number, three: number): number {
  const end = chunk.length;
  let at = from;
  while (at < end) {
    const byte = chunk[at];
    if (byte === one || byte === two || byte === three) return at;
    at += 1;
  }
  return end;
}

/** Bytes; more than any delimiter has. */
const LONGEST_DELIMITER = 16;

/** Is this the start of a field, or are only spaces between? Asked of places outside quotes, or right behind them. */
function startsField(state: State, { delimiter }: Marks, chunk: Uint8Array, at: number): boolean {
  for (let last = at - 1; last >= 0; last -= 1) {
    const byte = chunk[last] ?? NO_BYTE;
    if (byte === LF || endsDelimiter(state, delimiter, chunk, last)) return true;
    // A byte order mark begins no field; only the first record may have one.
    if (byte !== SPACE && !(state.records === 0 && BYTE_ORDER_MARK.includes(byte))) return false;
  }
  return state.blank;
}

function endsDelimiter({ before }: State, delimiter: Uint8Array, chunk: Uint8Array, last: number): boolean {
  for (let back = 0; back < delimiter.length; back += 1) {
    const byte = last >= back ? chunk[last - back] : before[before.length + last - back];
    if (byte !== delimiter[delimiter.length - 1 - back]) return false;
  }
  return true;
}
