import { createReadStream, createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { CsvFormat } from '@farelake/schema-registry';
import { recordEnds } from './record-ends.ts';

const CR = 13;

/**
 * Writes a text again so that each record that ended with CRLF ends with LF; what stands inside quotes stays as it is.
 * @param file local path
 * @returns bytes
 */
export async function evenEnds(file: string, format: CsvFormat): Promise<number> {
  let size = 0;
  const even = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const part of evenly(chunks, format)) {
      size += part.length;
      yield part;
    }
  };
  const target = `${file}.even`;
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), even, createWriteStream(target));
  await rename(target, file);
  return size;
}

/** The same for a text as it passes by in chunks. */
export async function* evenly(chunks: AsyncIterable<Buffer>, format: CsvFormat): AsyncGenerator<Buffer> {
  const ends = recordEnds(format);
  // A CR at the end of a chunk: whether it belongs to the end of a record shows with the next byte.
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const parts: Buffer[] = [held];
    let from = 0;
    for (let end; (end = ends.next(chunk, from, from + 1)) >= 0; from = end) {
      const cr = end > 1 ? chunk[end - 2] === CR : held.length > 0;
      if (cr && end === 1) parts[0] = Buffer.alloc(0);
      parts.push(chunk.subarray(from, cr ? Math.max(from, end - 2) : end - 1), NEWLINE);
    }
    const stays = chunk.at(-1) === CR && from < chunk.length ? chunk.length - 1 : chunk.length;
    parts.push(chunk.subarray(from, stays));
    held = chunk.subarray(stays);
    yield Buffer.concat(parts);
  }
  if (held.length > 0) yield held;
}

const NEWLINE = Buffer.from('\n');
