/** What networks, busy stores and other people's keys do to a bucket: nothing gets lost, nothing hangs, errors say what to do. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from '@jest/globals';
import { ListMultipartUploadsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { openStore, s3Store, storeName, type ObjectStore, type SkippedEntry } from '../../src/index.ts';
import { startFront, type Fault, type Front, type FrontRequest } from '../support/s3-front.ts';
import { CREDENTIALS, s3Variables, startS3, type S3Server } from '../support/s3-server.ts';
import { thrownBy } from '../support/thrown.ts';

let server: S3Server;
let front: Front;
let bucket = '';
let store: ObjectStore;
let buckets = 0;
beforeAll(async () => {
  server = await startS3();
  front = await startFront(server.endpoint);
  Object.assign(process.env, s3Variables(front.endpoint), { FARELAKE_S3_TIMEOUT: '0.4' });
});
beforeEach(async () => {
  buckets += 1;
  bucket = `bucket-${buckets}`;
  await server.makeBucket(bucket);
  store = s3Store(`s3://${bucket}/zone`);
  front.fault = () => undefined;
  front.seen.length = 0;
});
afterAll(async () => {
  await front.close();
  await server.close();
});

const putKey = async (key: string, content: string | Buffer) => {
  await server.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content }));
};
const uploads = async () =>
  (await server.client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads ?? [];

/** Does each fault once, to the requests that the filter takes, in turn. */
const inTurn = (faults: (Fault | undefined)[], takes: (request: FrontRequest) => boolean = () => true) => {
  const left = [...faults];
  front.fault = (request) => (takes(request) ? left.shift() : undefined);
};
const isGet = ({ method, url }: FrontRequest) => method === 'GET' && !url.includes('list-type');
const BYTES = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31) % 256));

describe('a list', () => {
  it('goes on to its end: 2,500 objects, though answers break off', async () => {
    const names = Array.from({ length: 2500 }, (_, index) => `d${index % 7}/file ${String(index).padStart(4, '0')}`);
    for (let at = 0; at < names.length; at += 50)
      await Promise.all(names.slice(at, at + 50).map((name) => putKey(`zone/${name}`, name)));
    inTurn(['cut', undefined, 'busy', 'reset', undefined, 'stall']);
    const found = new Map<string, number>();
    for await (const { path, size } of store.list()) found.set(path, size);
    expect([...found].sort()).toEqual(names.map((name): [string, number] => [name, name.length]).sort());
    expect(front.seen.length).toBe(3 + 4);
  }, 60_000);

  it('passes over keys that are no paths, and names them', async () => {
    const keys = ['zone/', 'zone/folder/', 'zone/a//b', 'zone//c', 'zone/../d', 'zone/e/./f', 'zone/g\nh', 'zone/i/j/'];
    for (const key of keys) await putKey(key, key.endsWith('r/') || key === 'zone/' ? '' : 'x');
    await putKey('zone/good + 100% é\\?#[1]*', 'x');
    await putKey('zone-of-another/k', 'x');
    const skipped: SkippedEntry[] = [];
    const found: string[] = [];
    for await (const { path } of store.list((one) => skipped.push(one))) found.push(path);
    expect(found).toEqual(['good + 100% é\\?#[1]*']);
    const mark = { reason: 'the mark of a folder, with nothing in it', harmless: true };
    expect(skipped.filter(({ harmless }) => harmless).sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: '', ...mark },
      { path: 'folder/', ...mark },
    ]);
    expect(
      skipped
        .filter(({ harmless }) => harmless !== true)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['../d', '/c', 'a//b', 'e/./f', 'g\nh', 'i/j/']);
    for (const { reason } of skipped) expect(reason).toMatch(/^(its key has .*, so it is no path|the mark)/);
  });
});

describe('reading', () => {
  it.each<[Fault[]]>([[['cut']], [['stall']], [['reset', 'cut', 'lost', 'stall', 'cut', 'busy', 'broken', 'mute']]])(
    'goes on where it broke: %j',
    async (faults) => {
      await putKey('zone/x', BYTES);
      inTurn(faults, isGet);
      const tag = (await store.stat('x'))?.tag ?? '';
      expect(Buffer.compare(await buffer(await store.read('x', { tag })), BYTES)).toBe(0);
      expect(front.seen.filter(isGet).length).toBe(faults.length + 1);
      inTurn(faults, isGet);
      const range = { first: 1000, last: 250_000 };
      expect(Buffer.compare(await buffer(await store.read('x', { range })), BYTES.subarray(1000, 250_001))).toBe(0);
    },
    30_000,
  );

  it('never mixes two contents: replaced while it broke, it says so', async () => {
    await putKey('zone/x', BYTES);
    inTurn(['cut'], isGet);
    const source = await store.read('x');
    source.pause();
    await putKey('zone/x', Buffer.from(BYTES).reverse());
    expect((await thrownBy(buffer(source))).code).toBe('content-changed');
  });

  it('gives up when it breaks again and again, in bounded time', async () => {
    await putKey('zone/x', BYTES);
    front.fault = (request) => (isGet(request) ? 'reset' : undefined);
    const begin = performance.now();
    expect((await thrownBy(store.read('x'))).code).toBe('store-unreachable');
    let gets = 0;
    front.fault = (request) => (isGet(request) && (gets += 1) > 1 ? 'busy' : isGet(request) ? 'cut' : undefined);
    expect((await thrownBy((async () => buffer(await store.read('x')))())).code).toBe('store-unreachable');
    expect(performance.now() - begin).toBeLessThan(60_000);
  }, 90_000);

  it('does not wait for a store that says nothing when its reader leaves', async () => {
    await putKey('zone/x', BYTES);
    process.env['FARELAKE_S3_TIMEOUT'] = '30';
    inTurn(['stall'], isGet);
    const source = await s3Store(`s3://${bucket}/zone`).read('x');
    const begin = performance.now();
    setTimeout(() => source.destroy(new Error('enough')), 100);
    await expect(buffer(source)).rejects.toThrow('enough');
    expect(performance.now() - begin).toBeLessThan(5000);
    process.env['FARELAKE_S3_TIMEOUT'] = '0.4';
  });
});

describe('writing', () => {
  const large = () => Readable.from(Array.from({ length: 200 }, () => Buffer.alloc(100_000, 'x')));
  const isWrite = ({ method }: FrontRequest) => method === 'PUT' || method === 'POST';

  it.each<[Fault]>([['reset'], ['busy'], ['broken'], ['lost'], ['mute']])(
    'is tried again after %s: once there, whole',
    async (fault) => {
      inTurn([fault, undefined, fault, undefined, fault], isWrite);
      expect((await store.put(Readable.from(['small']), 'small')).size).toBe(5);
      expect((await store.put(large(), 'large')).size).toBe(20_000_000);
      inTurn([fault], isWrite);
      await store.put(Readable.from(['absent']), 'new', { onlyIfAbsent: true });
      expect((await buffer(await store.read('new'))).toString()).toBe('absent');
      expect((await buffer(await store.read('large'))).length).toBe(20_000_000);
      // An upload whose begin was lost begins a second time; the first, which nobody knows, is the lifecycle rule's.
      expect((await uploads()).length).toBeLessThanOrEqual(fault === 'lost' ? 1 : 0);
    },
    30_000,
  );

  it('takes away what it has sent when it fails', async () => {
    front.fault = ({ method, url }) => (method === 'PUT' && url.includes('partNumber=2') ? 'broken' : undefined);
    expect((await thrownBy(store.put(large(), 'large'))).code).toBe('store-unreachable');
    expect(await uploads()).toEqual([]);
    front.fault = ({ method, url }) => (method === 'POST' && url.includes('uploadId=') ? 'broken' : undefined);
    expect((await thrownBy(store.put(large(), 'large'))).code).toBe('store-unreachable');
    expect(await uploads()).toEqual([]);
    expect(await store.stat('large')).toBeUndefined();
  }, 60_000);
});

describe('errors', () => {
  test.each<[what: string, status: number, code: string, expected: string]>([
    ['a bucket that is not there', 404, 'NoSuchBucket', 'no-such-bucket'],
    ['no rights', 403, 'AccessDenied', 'access-denied'],
    ['an unknown key', 403, 'InvalidAccessKeyId', 'bad-credentials'],
    ['a wrong secret', 403, 'SignatureDoesNotMatch', 'bad-credentials'],
    ['an expired session', 400, 'ExpiredToken', 'bad-credentials'],
    ['cold storage', 403, 'InvalidObjectState', 'object-asleep'],
    ['what nobody foresaw', 400, 'SomethingNew', 'store-refused'],
  ])('%s is told with a remedy, and without a secret', async (_, status, code, expected) => {
    front.fault = () => ({ status, code });
    const error = await thrownBy(store.read('x'));
    expect(error.code).toBe(expected);
    expect(error.remedy).toMatch(/\w+.*\.$/);
    for (const secret of [CREDENTIALS.secretAccessKey, 'X-Amz-Signature', 'Signature='])
      expect(inspect(error, { depth: 8, showHidden: false })).not.toContain(secret);
  });

  test('a server that is not there', async () => {
    Object.assign(process.env, s3Variables('http://127.0.0.1:9'));
    const error = await thrownBy((async () => store.stat('x'))());
    expect(error).toMatchObject({ code: 'store-unreachable' });
    expect(error.message).toContain('127.0.0.1:9');
    Object.assign(process.env, s3Variables(front.endpoint));
  });

  test('no credentials anywhere', async () => {
    const env = process.env;
    process.env = { ...env, AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nonexistent' };
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
    expect((await thrownBy(store.read('x'))).code).toBe('no-credentials');
    process.env = env;
  });

  test.each(['', '::', 'http//x', 'ftp://x', 's3://'])('an endpoint %j that is none', async (endpoint) => {
    if (endpoint === '') return;
    process.env['AWS_ENDPOINT_URL_S3'] = endpoint;
    expect((await thrownBy(store.read('x'))).code).toBe('bad-endpoint');
    process.env['AWS_ENDPOINT_URL_S3'] = front.endpoint;
  });

  test.each([
    's3:',
    's3://',
    's3:///x',
    's3://ab',
    's3://bucket/../x',
    's3://bucket/a//b',
    's3://key:secret@bucket/x',
    's3://bücket/x',
    'https://bucket/x',
    'gs://bucket',
    'folder',
  ])('%s names no store', (uri) => {
    expect(() => openStore(uri)).toThrow(expect.objectContaining({ code: 'bad-store-uri' }));
    expect(() => openStore(uri)).not.toThrow(/secret/);
  });

  test('stores have names, which keys of tables may begin with', () => {
    expect(storeName('s3://bucket')).toBe('bucket');
    expect(storeName(s3Store('S3://bucket/cubic/EDW.X%20/').uri)).toBe('EDW.X%20');
    expect(storeName('file:///a/EDW.X%20')).toBe('EDW.X ');
  });
});
