/** All objects below a prefix, page by page to the end. Keys that are no paths are told, not listed: someone else put them there. */
import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { SkippedEntry, StoredObject } from './object-store.ts';
import type { S3 } from './s3-client.ts';
import { s3Problem, type S3Request } from './s3-errors.ts';
import { faultOf } from './s3-uri.ts';

type OnSkipped = (skipped: SkippedEntry) => void;

export async function* listObjects(
  s3: S3,
  request: S3Request,
  onSkipped: OnSkipped,
  startingWith = '',
): AsyncGenerator<StoredObject> {
  const { bucket, prefix } = request.location;
  const below = prefix === '' ? '' : `${prefix}/`;
  let token: string | undefined;
  for (;;) {
    const page = await listPage(s3, request, {
      Bucket: bucket,
      Prefix: `${below}${startingWith}`,
      ContinuationToken: token,
    });
    for (const { Key = '', Size = 0, ETag } of page.Contents ?? []) {
      // Asked to, S3 writes keys as in a form, so that any character gets through; servers that do not say so did not.
      const key = page.EncodingType === 'url' ? decodeURIComponent(Key.replaceAll('+', '%20')) : Key;
      const path = key.slice(below.length);
      const skipped = skippedEntry(path, Size);
      if (skipped !== undefined) onSkipped(skipped);
      else yield { path, size: Size, ...(ETag === undefined ? {} : { tag: ETag.replaceAll('"', '') }) };
    }
    if (page.IsTruncated !== true) return;
    const next = page.NextContinuationToken;
    if (next === undefined || next === token) throw new Error(`the list of ${bucket} goes on without saying where`);
    token = next;
  }
}

async function listPage(
  { sdk, client }: S3,
  request: S3Request,
  which: { Bucket: string; Prefix: string; ContinuationToken: string | undefined },
): Promise<ListObjectsV2CommandOutput> {
  try {
    return await client.send(new sdk.ListObjectsV2Command({ ...which, EncodingType: 'url' }));
  } catch (error) {
    throw s3Problem(error, request);
  }
}

function skippedEntry(path: string, size: number): SkippedEntry | undefined {
  if (size === 0 && (path === '' || path.endsWith('/')))
    return { path, reason: 'the mark of a folder, with nothing in it', harmless: true };
  const fault = faultOf(path);
  return fault === undefined ? undefined : { path, reason: `${fault}, so it is no path: copy it to a key that is one` };
}
