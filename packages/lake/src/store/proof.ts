/** Streams that let content through and fail where it is not what it should be. */
import { createHash } from 'node:crypto';
import { PassThrough, Transform } from 'node:stream';
import { contentChanged, cutShort, fileDamaged } from './store-errors.ts';
import type { ByteRange } from './object-store.ts';

/** Fails at its end unless exactly `size` bytes came. */
export function exactly(size: number, inside: string): Transform {
  let found = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      found += chunk.length;
      done(found > size ? cutShort(inside, size, found) : null, chunk);
    },
    flush(done) {
      done(found === size ? null : cutShort(inside, size, found));
    },
  });
}

/**
 * Fails at its end unless what came is what was written, by its SHA-256 in hex; null: not known, everything passes.
 * Its error is `file-damaged`.
 */
export const unchanged = (sha256: string | null | undefined, uri: string): Transform =>
  sha256 == null ? new PassThrough() : hashed(sha256, undefined, (...sums) => fileDamaged(uri, ...sums));

/**
 * Fails at its end unless the SHA-256 of all that came is the given one; lets only the range through.
 * @param differs the error, from the one expected and the one found
 */
export function hashed(
  sha256: string,
  range: ByteRange = { first: 0 },
  differs: (expected: string, found: string) => Error = contentChanged,
): Transform {
  const hash = createHash('sha256');
  const end = range.last === undefined ? Infinity : range.last + 1;
  let at = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      const [from, to] = [Math.max(range.first - at, 0), Math.min(end - at, chunk.length)];
      at += chunk.length;
      if (from < to) done(null, chunk.subarray(from, to));
      else done();
    },
    flush(done) {
      const found = hash.digest('hex');
      done(found === sha256 ? null : differs(sha256, found));
    },
  });
}
