/** Copies an object from one store to another, unchanged, and proves it by reading the copy back. */
import { Readable } from 'node:stream';
import { UserError } from '@farelake/schema-registry';
import { sha256Of } from './checksum.ts';
import type { ObjectStore, WrittenObject } from './object-store.ts';

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
): Promise<WrittenObject> {
  const stop = signal === undefined ? {} : { signal };
  const source = await from.store.read(from.path, { tag: from.tag, ...stop });
  const stored = await to.put(patient(source), target, { size: from.size, ...stop });
  const given = stored.sha256;
  const kept = await sha256Of(await to.read(target, stop));
  if (kept !== given)
    throw new UserError({
      code: 'copy-differs',
      problem: `The copy ${to.uriOf(target)} is not what was written to it.`,
      remedy: 'Ingest again; when it stays so, look at the store.',
      data: { given, kept },
    });
  return stored;
}

/** The stream as it is. Nothing is read before the store asks for it. */
function patient(source: Readable): Readable {
  // A small source is at its end, and may have failed there, before the store listens: it is told when the store reads.
  source.on('error', () => undefined);
  return Readable.from(source as AsyncIterable<Buffer>, { objectMode: false });
}
