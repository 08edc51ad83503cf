/**
 * An object as a stream that ends only when all of it came. A connection that breaks or falls silent midway is taken up
 * again where it broke, by range and only for the very same content.
 */
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { UserError } from '@farelake/schema-registry';
import type { ByteRange, ReadOptions } from './object-store.ts';
import type { S3 } from './s3-client.ts';
import { nameOf, outage, s3Problem, type S3Request } from './s3-errors.ts';
import { contentChanged } from './store-errors.ts';

export interface S3Object extends S3Request {
  readonly key: string;
  /** Absolute URI. */
  readonly uri: string;
}

export async function readObject(s3: S3, object: S3Object, options: ReadOptions): Promise<Readable> {
  const { range, tag, signal } = options;
  const stop = new AbortController();
  const stopped = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const reading: Reading = { s3, object: { ...object, tag }, stopped };
  let first: GetObjectCommandOutput;
  try {
    first = await get(reading, tag, range);
  } catch (error) {
    signal?.throwIfAborted();
    // Behind the last byte there is nothing; a folder says the same.
    if (range !== undefined && nameOf(error) === 'InvalidRange') return Readable.from([], { objectMode: false });
    throw s3Problem(error, reading.object);
  }
  return streamOf(allOf(reading, first, range?.first ?? 0), stop);
}

interface Reading {
  readonly s3: S3;
  readonly object: S3Object;
  /** Aborted when nobody reads any more. */
  readonly stopped: AbortSignal;
}

async function get({ s3, object, stopped }: Reading, tag?: string, range?: ByteRange) {
  const { sdk, client } = s3;
  const answer = await client.send(
    new sdk.GetObjectCommand({
      Bucket: object.location.bucket,
      Key: object.key,
      ...(tag === undefined ? {} : { IfMatch: `"${tag}"` }),
      ...(range === undefined ? {} : { Range: `bytes=${range.first}-${range.last ?? ''}` }),
    }),
    { abortSignal: stopped },
  );
  // Its reader hears of an error; one that comes when nobody reads any more would end the process.
  (answer.Body as Readable).on('error', () => undefined);
  const found = answer.ETag?.replaceAll('"', '');
  // A server that knows no conditions answers with what it has.
  if (tag !== undefined && found !== tag) {
    (answer.Body as Readable).destroy();
    throw contentChanged(tag, found);
  }
  if (range !== undefined && answer.ContentRange?.startsWith(`bytes ${range.first}-`) !== true) {
    (answer.Body as Readable).destroy();
    throw damaged(object);
  }
  return answer;
}

/** Breaks in a row, without the bytes that a healthy connection brings, after which the store counts as out of reach. */
const MOST_BREAKS = 8;
const HEALTHY = 16 << 20;
/** Milliseconds of the first pause, and of the longest. */
const [SHORTEST, LONGEST] = [100, 5000];

async function* allOf(reading: Reading, first: GetObjectCommandOutput, start: number): AsyncGenerator<Buffer> {
  const { s3, object, stopped } = reading;
  const expected = first.ContentLength ?? 0;
  const tag = first.ETag?.replaceAll('"', '');
  let answer = first;
  let got = 0;
  let breaks = 0;
  let lastBreak = 0;
  for (;;) {
    const trouble = yield* upTo(answer, expected - got, s3.patience, (bytes) => (got += bytes));
    stopped.throwIfAborted();
    if (got === expected && trouble === undefined) return;
    if (got >= expected) throw damaged(object, trouble);
    breaks = got - lastBreak >= HEALTHY ? 1 : breaks + 1;
    lastBreak = got;
    if (breaks > MOST_BREAKS || tag === undefined)
      throw outage(object.uri, s3.endpoint, trouble ?? new Error('ended early'));
    await sleep(Math.random() * Math.min(LONGEST, SHORTEST * 2 ** breaks), undefined, { signal: stopped });
    try {
      answer = await get(reading, tag, { first: start + got, last: start + expected - 1 });
    } catch (error) {
      throw s3Problem(error, { ...object, tag });
    }
    if (answer.ContentLength !== expected - got) throw damaged(object);
  }
}

/** One answer's bytes. @returns what it broke off with; undefined: it came to an end, which may be too early */
async function* upTo(
  { Body }: GetObjectCommandOutput,
  most: number,
  patience: number,
  onBytes: (count: number) => void,
): AsyncGenerator<Buffer, Error | undefined> {
  const body = Body as Readable;
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let left = most;
  try {
    for (;;) {
      // Only while we wait: how long our reader takes is its own affair.
      const timer = setTimeout(() => body.destroy(new Silence()), patience);
      let next: IteratorResult<Buffer>;
      try {
        next = await chunks.next();
      } catch (error) {
        return Error.isError(error) ? error : new Error(String(error));
      } finally {
        clearTimeout(timer);
      }
      if (next.done === true) return undefined;
      left -= next.value.length;
      if (left < 0) return new Error('more bytes than announced');
      onBytes(next.value.length);
      yield next.value;
    }
  } finally {
    body.destroy();
  }
}

class Silence extends Error {
  override readonly name = 'Silence';
}

const damaged = ({ uri }: S3Object, cause?: Error): UserError =>
  new UserError({
    code: 'damaged-transfer',
    problem: `What came of ${uri} is not what its checksum or length announces.`,
    remedy: 'Run the same command again.',
    ...(cause === undefined ? {} : { cause }),
  });

/** Destroyed while a chunk is awaited, it stops at once: a stream made of a generator would wait for the chunk first. */
function streamOf(chunks: AsyncGenerator<Buffer>, stop: AbortController): Readable {
  const advance = async (stream: Readable): Promise<void> => {
    try {
      const next = await chunks.next();
      stream.push(next.done === true ? null : next.value);
    } catch (error) {
      stream.destroy(error as Error);
    }
  };
  return new Readable({
    highWaterMark: 1 << 20,
    read() {
      void advance(this);
    },
    destroy(error, done) {
      stop.abort();
      // Where the generator stands between two chunks, this lets it close what it holds; else the abort does.
      void chunks.return(undefined).catch(() => undefined);
      done(error);
    },
  });
}
