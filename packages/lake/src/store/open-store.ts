/** From a place's absolute URI, as the ledger keeps it, to the store that is there. */
import { fileURLToPath } from 'node:url';
import { UserError } from '@farelake/schema-registry';
import { folderStore } from './folder-store.ts';
import type { ObjectStore } from './object-store.ts';
import { s3Store } from './s3-store.ts';
import { parseS3Uri } from './s3-uri.ts';

/**
 * @param uri `file:///folder` or `s3://bucket/prefix`
 * @throws UserError `bad-store-uri`
 */
export function openStore(uri: string): ObjectStore {
  const scheme = schemeOf(uri);
  if (scheme === 'file') return folderStore(fileURLToPath(uri));
  if (scheme === 's3') return s3Store(uri);
  throw new UserError({
    code: 'bad-store-uri',
    // Only the scheme: what follows it may be a signed address.
    problem: `${scheme === undefined ? 'An address without a scheme' : `${scheme}:`} names no kind of store.`,
    remedy: 'Name a folder, or s3://bucket/prefix.',
  });
}

/** Lower case; undefined: it is a path of this machine. A single letter is a drive. */
export const schemeOf = (place: string): string | undefined => /^([a-z][a-z0-9+.-]+):/i.exec(place)?.[1]?.toLowerCase();

/** The last part of a store's name: the name of its folder, or of its bucket. Keys of tables may begin with it. */
export function storeName(uri: string): string {
  const last = uri.split('/').at(-1) ?? '';
  // What stands in s3:// addresses is meant as it stands there.
  return schemeOf(uri) === 's3' ? last : decodeURIComponent(last);
}

/** A file's store and its path there, from its absolute URI. */
export function locate(uri: string): { store: ObjectStore; path: string } {
  if (schemeOf(uri) === 's3') {
    const { bucket, prefix } = parseS3Uri(uri);
    return { store: s3Store(`s3://${bucket}`), path: prefix };
  }
  const at = uri.lastIndexOf('/');
  return { store: openStore(uri.slice(0, at)), path: decodeURIComponent(uri.slice(at + 1)) };
}
