/**
 * A stream becomes an object, in parts where it is large, without ever being held whole in memory. An object is there
 * whole or not at all: S3 shows none before its last request is done. What a failed upload has sent is taken away again.
 */
import { randomUUID } from 'node:crypto';
import { pipeline, type Readable } from 'node:stream';
import { measured } from './checksum.ts';
import type { PutOptions, StoredObject, WrittenObject } from './object-store.ts';
import { exactly } from './proof.ts';
import type { S3 } from './s3-client.ts';
import { nameOf, s3Problem } from './s3-errors.ts';
import type { S3Object } from './s3-read.ts';
import { objectExists } from './store-errors.ts';

const MIB = 1 << 20;
/** Bytes of a part, and parts sent at once: together they are what an upload needs of memory, beside the part being filled. */
const PART = 8 * MIB;
const AT_ONCE = 3;
/** S3 takes 10,000 parts: a stream whose size nobody knows ends at 80 GB, one with a size gets larger parts. */
const MOST_PARTS = 9_500;

/** Name of the note on each object that tells which upload it comes from. */
const MARK = 'farelake-upload';

/** Found at the name of an upload. */
interface Found extends Omit<StoredObject, 'path'> {
  readonly mark: string | undefined;
}

export async function putObject(
  s3: S3,
  object: S3Object,
  source: Readable,
  options: PutOptions,
): Promise<Omit<WrittenObject, 'path'>> {
  const { size, onlyIfAbsent = false, signal } = options;
  try {
    signal?.throwIfAborted();
    // Also for a server that knows no conditions: without this it would never say that something is there.
    if (onlyIfAbsent && (await head(s3, object)) !== undefined) throw objectExists(object.uri);
    const mark = randomUUID();
    const sent = measured();
    const whole = size === undefined ? source : pipeline(source, exactly(size, object.uri), () => undefined);
    const body = pipeline(whole, sent.stream, () => undefined);
    const tag = await upload(s3, object, body, { size, onlyIfAbsent, signal, mark });
    return { size: sent.bytes(), sha256: sent.sha256(), ...(tag === undefined ? {} : { tag }) };
  } catch (error) {
    source.destroy();
    signal?.throwIfAborted();
    throw s3Problem(error, object);
  }
}

interface UploadOptions {
  readonly size: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onlyIfAbsent: boolean;
  readonly mark: string;
}

/** @returns the tag of the new object */
async function upload(s3: S3, object: S3Object, body: Readable, options: UploadOptions): Promise<string | undefined> {
  const { size, signal, onlyIfAbsent, mark } = options;
  const { Upload } = await import('@aws-sdk/lib-storage');
  const abort = new AbortController();
  const onStop = () => {
    abort.abort();
  };
  const work = new Upload({
    client: s3.client,
    params: {
      Bucket: object.location.bucket,
      Key: object.key,
      Body: body,
      Metadata: { [MARK]: mark },
      ...(onlyIfAbsent ? { IfNoneMatch: '*' } : {}),
    },
    partSize: Math.max(PART, Math.ceil((size ?? 0) / MOST_PARTS)),
    queueSize: AT_ONCE,
    abortController: abort,
  });
  signal?.addEventListener('abort', onStop);
  try {
    return (await work.done()).ETag?.replaceAll('"', '');
  } catch (error) {
    // The answer to a first try may have got lost: a second one then finds the object there, or its upload gone.
    const found = LOST_ANSWER.includes(nameOf(error)) ? await head(s3, object).catch(() => undefined) : undefined;
    if (found?.mark === mark) return found.tag;
    await takeBack(s3, object, work.uploadId);
    if (onlyIfAbsent && nameOf(error) === 'PreconditionFailed') throw objectExists(object.uri);
    throw error;
  } finally {
    signal?.removeEventListener('abort', onStop);
    body.destroy();
  }
}

const LOST_ANSWER = ['PreconditionFailed', 'NoSuchUpload'];

/** Parts that stay cost money and show nowhere. If even this fails, the bucket's lifecycle rule has to do it. */
async function takeBack({ sdk, client }: S3, { location, key }: S3Object, uploadId: string | undefined): Promise<void> {
  if (uploadId === undefined) return;
  const which = { Bucket: location.bucket, Key: key, UploadId: uploadId };
  await client.send(new sdk.AbortMultipartUploadCommand(which)).catch(() => undefined);
}

/** Undefined: nothing is there. */
export async function head({ sdk, client }: S3, { location, key }: S3Object): Promise<Found | undefined> {
  try {
    const found = await client.send(new sdk.HeadObjectCommand({ Bucket: location.bucket, Key: key }));
    const tag = found.ETag?.replaceAll('"', '');
    return { size: found.ContentLength ?? 0, mark: found.Metadata?.[MARK], ...(tag === undefined ? {} : { tag }) };
  } catch (error) {
    if (['NotFound', 'NoSuchKey'].includes(nameOf(error))) return undefined;
    throw error;
  }
}
