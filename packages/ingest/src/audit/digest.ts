/** The sum of a stream's content, with word of how far it got. */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

/** Bytes after which it is told how far it got. */
const STEP = 16 << 20;

/** @returns the sum, in hex */
export async function digestOf(
  source: Readable,
  by: 'sha256' | 'md5',
  onBytes: (count: number) => void,
): Promise<string> {
  const hash = createHash(by);
  let untold = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    hash.update(chunk);
    untold += chunk.length;
    if (untold < STEP) continue;
    onBytes(untold);
    untold = 0;
  }
  onBytes(untold);
  return hash.digest('hex');
}
