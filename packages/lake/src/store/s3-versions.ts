/**
 * Versions of a bucket's objects: what a later object of the same key has covered is still there, and can be removed by its
 * id without touching what covers it.
 */
import type { ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3';
import type { ObjectVersion, ObjectVersions } from './object-store.ts';
import { openS3, type S3 } from './s3-client.ts';
import { s3Problem, type S3Request } from './s3-errors.ts';
import { faultOf, keyOf, type S3Location } from './s3-uri.ts';

export const versionsOf = (location: S3Location): ObjectVersions => {
  const asking = async <T>(request: Partial<S3Request>, work: (s3: S3) => Promise<T>): Promise<T> => {
    const s3 = await openS3();
    return work(s3).catch((error: unknown) => {
      throw s3Problem(error, { location, endpoint: s3.endpoint, ...request });
    });
  };
  return {
    areKept: () =>
      asking({}, async ({ sdk, client }) => {
        const { Status } = await client.send(new sdk.GetBucketVersioningCommand({ Bucket: location.bucket }));
        // Suspended is not enough: the version `null` is then replaced by the next object, and its id says nothing.
        return Status === 'Enabled';
      }),
    async *list(inside) {
      const below = location.prefix === '' ? '' : `${location.prefix}/`;
      const only = inside === undefined ? undefined : keyOf(location, inside);
      let next: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
      for (;;) {
        const which = { Bucket: location.bucket, Prefix: only ?? below, EncodingType: 'url' as const, ...next };
        const page = await asking({}, ({ sdk, client }) => client.send(new sdk.ListObjectVersionsCommand(which)));
        for (const { key, version } of versionsOn(page)) {
          // Keys that begin like this one come after all of its own.
          if (only !== undefined && key !== only) return;
          const path = key.slice(below.length);
          if (faultOf(path) === undefined) yield { ...version, path };
        }
        if (page.IsTruncated !== true) return;
        next = following(page, next.KeyMarker, next.VersionIdMarker);
      }
    },
    remove: (inside, versionId) => {
      const key = keyOf(location, inside);
      return asking({ inside }, async ({ sdk, client }) => {
        await client.send(new sdk.DeleteObjectCommand({ Bucket: location.bucket, Key: key, VersionId: versionId }));
      });
    },
  };
};

/** Marks of deletion are no content. */
function* versionsOn(
  page: ListObjectVersionsCommandOutput,
): Generator<{ key: string; version: Omit<ObjectVersion, 'path'> }> {
  for (const { Key = '', Size = 0, ETag, VersionId, IsLatest } of page.Versions ?? []) {
    if (VersionId === undefined) continue;
    const tag = ETag?.replaceAll('"', '');
    yield {
      key: decoded(page, Key),
      version: { size: Size, versionId: VersionId, isLatest: IsLatest === true, ...(tag === undefined ? {} : { tag }) },
    };
  }
}

/** Asked to, S3 writes keys as in a form; servers that do not say so did not. */
const decoded = ({ EncodingType }: ListObjectVersionsCommandOutput, key: string): string =>
  EncodingType === 'url' ? decodeURIComponent(key.replaceAll('+', '%20')) : key;

function following(page: ListObjectVersionsCommandOutput, key?: string, version?: string) {
  const { NextKeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
  const KeyMarker = NextKeyMarker === undefined ? undefined : decoded(page, NextKeyMarker);
  if (KeyMarker === undefined || (KeyMarker === key && VersionIdMarker === version))
    throw new Error('the list of versions goes on without saying where');
  return { KeyMarker, VersionIdMarker };
}
