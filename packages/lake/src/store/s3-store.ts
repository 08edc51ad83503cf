import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import type { ObjectStore } from './object-store.ts';
import { openS3, type S3 } from './s3-client.ts';
import { s3Problem, type S3Request } from './s3-errors.ts';
import { listObjects } from './s3-list.ts';
import { readObject, type S3Object } from './s3-read.ts';
import { keyOf, parseS3Uri, storeUri } from './s3-uri.ts';
import { versionsOf } from './s3-versions.ts';
import { head, putObject } from './s3-write.ts';
import { objectGone } from './store-errors.ts';

/**
 * A store that is a bucket, or what lies in it below a prefix. Nothing is asked of it before the first call, so a bucket
 * that is not there shows only then.
 * @param uri `s3://bucket/prefix`; the prefix may be absent
 * @throws UserError `bad-store-uri`; its methods `no-such-bucket`, `access-denied`, `no-credentials`, `bad-credentials`,
 * `no-region`, `wrong-region`, `store-unreachable`, `store-refused`
 */
export function s3Store(uri: string): ObjectStore {
  const location = parseS3Uri(uri);
  const own = storeUri(location);
  const requestOf = ({ endpoint }: S3): S3Request => ({ location, endpoint });
  /** The path is looked at before anything is sent. */
  const at = async <T>(inside: string, work: (s3: S3, object: S3Object) => Promise<T>): Promise<T> => {
    const key = keyOf(location, inside);
    const s3 = await openS3();
    const object = { ...requestOf(s3), inside, key, uri: `${own}/${inside}` };
    return work(s3, object).catch((error: unknown) => {
      throw s3Problem(error, object);
    });
  };
  return {
    uri: own,
    async *list(onSkipped = () => undefined, startingWith = '') {
      const s3 = await openS3();
      yield* listObjects(s3, requestOf(s3), onSkipped, startingWith);
    },
    stat: (inside) =>
      at(inside, async (s3, object) => {
        const found = isFolder(inside) ? undefined : await head(s3, object);
        if (found === undefined) return undefined;
        const { size, tag } = found;
        return { path: inside, size, ...(tag === undefined ? {} : { tag }) };
      }),
    read: (inside, options = {}) =>
      at(inside, (s3, object) => {
        if (isFolder(inside)) throw objectGone(inside, own);
        return readObject(s3, object, options);
      }),
    put: (source, inside, options = {}) =>
      at(inside, async (s3, object) => ({ path: inside, ...(await putObject(s3, object, source, options)) })),
    adopt: (file, inside) =>
      at(inside, async (s3, object) => {
        const { size } = await stat(file);
        const stored = await putObject(s3, object, createReadStream(file, { highWaterMark: 1 << 20 }), { size });
        await rm(file);
        return { path: inside, ...stored };
      }),
    remove: (inside) =>
      at(inside, async ({ sdk, client }, { key }) => {
        await client.send(new sdk.DeleteObjectCommand({ Bucket: location.bucket, Key: key }));
      }),
    versions: versionsOf(location),
    uriOf: (inside) => {
      keyOf(location, inside);
      return `${own}/${inside}`;
    },
  };
}

/** Consoles leave objects of such names as marks. */
const isFolder = (inside: string): boolean => inside.endsWith('/');
