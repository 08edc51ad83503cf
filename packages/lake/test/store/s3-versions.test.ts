/** Proves that versions of a bucket's objects are all listed, and that removing one by its id touches no other. */
import { afterAll, beforeAll } from '@jest/globals';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { text } from 'node:stream/consumers';
import { folderStore, s3Store, type ObjectVersion } from '../../src/index.ts';
import { CREDENTIALS, s3Variables, startS3, type S3Server } from '../support/s3-server.ts';
import { startVersions, type VersionedFront } from '../support/s3-versions.ts';

let server: S3Server;
let front: VersionedFront;
let client: S3Client;
beforeAll(async () => {
  server = await startS3();
  front = await startVersions(server.endpoint);
  Object.assign(process.env, s3Variables(front.endpoint));
  client = new S3Client({
    endpoint: front.endpoint,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: CREDENTIALS,
  });
});
afterAll(async () => {
  client.destroy();
  await front.close();
  await server.close();
});

const put = (bucket: string, key: string, content: string) =>
  client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content }));

const listed = async (versions: AsyncIterable<ObjectVersion>): Promise<ObjectVersion[]> => {
  const all: ObjectVersion[] = [];
  for await (const version of versions) all.push(version);
  return all;
};

async function bucketOf(name: string) {
  await server.makeBucket(name);
  const store = s3Store(`s3://${name}/in é`);
  const { versions } = store;
  if (versions === undefined) throw new Error('a bucket has versions');
  return { store, versions };
}

it('lists every version below the store, page after page, by key and the newest first', async () => {
  const { store, versions } = await bucketOf('listed');
  expect(await versions.areKept()).toBe(true);
  for (const [key, content] of [
    ['in é/a b+%.csv.gz', '1'],
    ['in é/a b+%.csv.gz', '22'],
    ['in é/a', '333'],
    ['in é/c', '4'],
    ['in é/a b+%.csv.gz', '55555'],
    ['beside', '6'],
  ] as const)
    await put('listed', key, content);
  const all = await listed(versions.list());
  expect(all.map(({ path, size, isLatest }) => [path, size, isLatest])).toEqual([
    ['a', 3, true],
    ['a b+%.csv.gz', 5, true],
    ['a b+%.csv.gz', 2, false],
    ['a b+%.csv.gz', 1, false],
    ['c', 1, true],
  ]);
  // Only its own, though other keys begin like it.
  expect(await listed(versions.list('a'))).toEqual(all.slice(0, 1));
  expect(all[1]?.tag).toBe((await store.stat('a b+%.csv.gz'))?.tag);
});

it('removes the version that is named, whether it is covered or not, and twice is fine', async () => {
  const { store, versions } = await bucketOf('removed');
  for (const content of ['one', 'two', 'three']) await put('removed', 'in é/x', content);
  const [three, two, one] = await listed(versions.list('x'));
  await versions.remove('x', two?.versionId ?? '');
  await versions.remove('x', two?.versionId ?? '');
  expect(await text(await store.read('x'))).toBe('three');
  await versions.remove('x', three?.versionId ?? '');
  expect(await text(await store.read('x'))).toBe('one');
  await versions.remove('x', one?.versionId ?? '');
  expect(await store.stat('x')).toBeUndefined();
  expect(await listed(versions.list())).toEqual([]);
});

it('shows what a mark of deletion covers', async () => {
  const { store, versions } = await bucketOf('marked');
  await put('marked', 'in é/x', 'one');
  await store.remove('x');
  expect(await store.stat('x')).toBeUndefined();
  expect(await listed(versions.list())).toMatchObject([{ path: 'x', size: 3, isLatest: false }]);
});

it('a bucket without versioning says that it keeps none, and folders have none', async () => {
  front.plain.add('plain');
  const { versions } = await bucketOf('plain');
  expect(await versions.areKept()).toBe(false);
  expect(folderStore('/tmp/x').versions).toBeUndefined();
});
