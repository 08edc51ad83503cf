/** SHA-256 of streams: what a store was given, and what it gives back. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Transform, type Readable } from 'node:stream';

/** @returns SHA-256 of all that comes, in hex */
export async function sha256Of(source: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of source as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}

const CHUNK = 1 << 20;

/** @returns SHA-256 of a local file, in hex */
export const sha256OfFile = (file: string): Promise<string> =>
  sha256Of(createReadStream(file, { highWaterMark: CHUNK }));

/** A stream that tells afterwards what went through it. */
export interface Measured {
  readonly stream: Transform;
  readonly bytes: () => number;
  /** In hex; asked once, when the stream has ended. */
  readonly sha256: () => string;
}

export function measured(): Measured {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return { stream, bytes: () => bytes, sha256: () => hash.digest('hex') };
}
