/** Records of a plain CSV text as they stand there, found by their numbers. */
import { createReadStream } from 'node:fs';
import type { CsvFormat } from '@farelake/schema-registry';
import { csvParser } from './read-records.ts';
import { recordEnds } from './record-ends.ts';

export interface RawRecord {
  /** Number of the row in the text: 1 is the one behind the header. */
  readonly row: number;
  /** Line of the text on which it begins, from 1. */
  readonly line: number;
  /** Without the line ending. */
  readonly raw: string;
}

export interface RawText {
  /** Local path. */
  readonly file: string;
  readonly format: CsvFormat;
  /** Of each record. */
  readonly fields: number;
  /** Rows that were counted when it was written, by the ends of its records. */
  readonly counted: number;
  /** Rows that the engine finds. */
  readonly found: number;
}

/** @param wanted row numbers, ascending */
export const rawRecords = (text: RawText, wanted: readonly number[]): AsyncGenerator<RawRecord> =>
  // What ends a record is counted apart from the engine: in text with CR alone, or with empty lines that are rows, not alike.
  text.counted === text.found ? byEnds(text, wanted) : byParser(text, wanted);

async function* byEnds({ file, format }: RawText, wanted: readonly number[]): AsyncGenerator<RawRecord> {
  const ends = recordEnds(format);
  const queue = [...wanted];
  let parts: Buffer[] = [];
  let line = 1;
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    for (let from = 0; ;) {
      const [row] = queue;
      if (row === undefined) return;
      const before = ends.records;
      const end = ends.next(chunk, from, from + 1);
      if (before === row) parts.push(chunk.subarray(from, end < 0 ? chunk.length : end));
      if (end < 0) break;
      if (before === row && ends.records > before) {
        yield { row, line, raw: withoutEnding(Buffer.concat(parts).toString('utf8')) };
        queue.shift();
      }
      parts = [];
      line = ends.lines + 1;
      from = end;
    }
  }
  const [row] = queue;
  if (row !== undefined && row === ends.records && ends.open > 0)
    yield { row, line, raw: withoutEnding(Buffer.concat(parts).toString('utf8')) };
}

const withoutEnding = (raw: string): string => raw.replace(/\r?\n$|\r$/, '');

async function* byParser({ file, format, fields }: RawText, wanted: readonly number[]): AsyncGenerator<RawRecord> {
  const queue = [...wanted];
  const options = { info: true, raw: true, relax_column_count: true, skip_empty_lines: fields > 1 };
  const source = createReadStream(file);
  const parser = source.on('error', (error) => parser.destroy(error)).pipe(csvParser(format, options));
  let row = -1;
  let lines = 0;
  try {
    for await (const { info, raw } of parser as AsyncIterable<{ info: { lines: number }; raw: string }>) {
      row += 1;
      if (row === queue[0]) {
        yield { row, line: lines + 1, raw: withoutEnding(raw) };
        queue.shift();
      }
      if (queue.length === 0) return;
      ({ lines } = info);
    }
  } finally {
    source.destroy();
  }
}
