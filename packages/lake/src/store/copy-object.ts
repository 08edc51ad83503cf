/** Copies an object from one store to another, unchanged, and proves it by reading the copy back. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { UserError } from '@farelake/schema-registry';
import type { ObjectStore, StoredObject } from './object-store.ts';

export interface CopySource {
  readonly store: Pick<ObjectStore, 'read'>;
  readonly path: string;
  /** The content meant: what else lies there by now is not copied. */
  readonly tag: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Idempotent: the same content under the same name again changes nothing; what a copy that was cut off left behind is replaced.
 * @throws UserError `object-gone`, `content-changed` of the source; `copy-differs` when what the store gives back is not what it was given
 */
export async function copyObject(
  from: CopySource,
  to: ObjectStore,
  target: string,
  signal?: AbortSignal,
): Promise<StoredObject> {
  const stop = signal === undefined ? {} : { signal };
  const source = await from.store.read(from.path, { tag: from.tag, ...stop });
  const { stream, digest } = hashed(source);
  const stored = await to.put(stream, target, { size: from.size, ...stop });
  const given = digest();
  const kept = await hashOf(await to.read(target, stop));
  if (kept !== given)
    throw new UserError({
      code: 'copy-differs',
      problem: `The copy ${to.uriOf(target)} is not what was written to it.`,
      remedy: 'Ingest again; when it stays so, look at the store.',
      data: { given, kept },
    });
  return stored;
}

/** The stream as it is, and the SHA-256 in hex of what went through it. Nothing is read before the store asks for it. */
function hashed(source: Readable): { stream: Readable; digest: () => string } {
  const hash = createHash('sha256');
  // A small source is at its end, and may have failed there, before the store listens: it is told when the store reads.
  source.on('error', () => undefined);
  const chunks = async function* () {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      hash.update(chunk);
      yield chunk;
    }
  };
  return { stream: Readable.from(chunks(), { objectMode: false }), digest: () => hash.digest('hex') };
}

async function hashOf(source: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of source as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}
