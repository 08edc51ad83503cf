/** One object at a time, as events name them, from a server that speaks S3; and the same by listing. */
import path from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { s3Store, type ObjectStore, type StoredObject } from '@farelake/lake';
import { withTestDatabase } from '../../db/test/support/postgres.ts';
import { s3Variables, startS3, type S3Server } from '../../lake/test/support/s3-server.ts';
import { register, registerObject } from '../src/index.ts';
import { REPOSITORY } from './support/world.ts';

const database = withTestDatabase({ migrations: path.join(REPOSITORY, 'migrations') });
const KEPT = { ...process.env };
const store = s3Store('s3://delivered');
let s3: S3Server;
beforeAll(async () => {
  s3 = await startS3();
  Object.assign(process.env, s3Variables(s3.endpoint));
  await s3.makeBucket('delivered');
});
afterAll(async () => {
  process.env = KEPT;
  await s3.close();
});

const DATA = 'cubic/ods_qlik/EDW.CARD/LOAD00000001.csv.gz';
const DFM = 'cubic/ods_qlik/EDW.CARD/LOAD00000001.dfm';

/** Puts content in and gives what an event says of it. */
async function deliver(key: string, content: string): Promise<StoredObject> {
  const { ETag } = await s3.client.send(new PutObjectCommand({ Bucket: 'delivered', Key: key, Body: content }));
  return { path: key, size: Buffer.byteLength(content), tag: (ETag ?? '').replaceAll('"', '') };
}

test('what an event made known, a listing knows, and the other way round', async () => {
  const stage = s3Store('s3://delivered/stage');
  const workspace = {
    pool: database.pool,
    contracts: new Map<string, never>(),
    stage,
    signal: new AbortController().signal,
  };
  const [data, dfm] = [await deliver(DATA, 'rows'), await deliver(DFM, '{"a":1}')];
  expect(await registerObject(workspace, store, data)).toBe('fresh');
  const listed = await register(workspace as unknown as Parameters<typeof register>[0], store);
  expect(listed).toMatchObject({ found: 2, fresh: 1, foreign: [], unreadable: [] });
  expect(await registerObject(workspace, store, dfm)).toBe('known');
  const { rows } = await database.pool.query('SELECT object_key, content_hash, dfm FROM ledger.objects ORDER BY id');
  expect(rows).toEqual([
    { object_key: DATA, content_hash: data.tag, dfm: null },
    { object_key: DFM, content_hash: dfm.tag, dfm: '{"a":1}' },
  ]);
});

test('a .dfm that is replaced between the look at it and its reading is left to the event of the newer one', async () => {
  const announced = await deliver(DFM, '{"version":1}');
  let newer: StoredObject | undefined;
  const racing: ObjectStore = {
    ...store,
    stat: async (inside) => {
      const found = await store.stat(inside);
      newer ??= await deliver(DFM, '{"version":2}');
      return found;
    },
  };
  expect(await registerObject(database, racing, announced)).toBe('replaced');
  expect(await registerObject(database, racing, newer!)).toBe('fresh');
  const { rows } = await database.pool.query(`SELECT dfm FROM ledger.objects WHERE dfm LIKE '%version%'`);
  expect(rows).toEqual([{ dfm: '{"version":2}' }]);
});

test.each(['notes/readme.txt', 'EDW.CARD/LOAD0.csv.gz'])(
  '%s is no object of a feed, and nothing is asked of the store',
  async (key) => {
    expect(await registerObject(database, s3Store('s3://no-such-bucket'), { path: key, size: 1, tag: 'x' })).toBe(
      'foreign',
    );
  },
);

test('a store that refuses is no reason to forget the event', async () => {
  const announced = await deliver(DATA, 'rows of another day');
  process.env['AWS_ENDPOINT_URL_S3'] = 'http://127.0.0.1:1';
  process.env['AWS_MAX_ATTEMPTS'] = '1';
  await expect(registerObject(database, store, announced)).rejects.toThrow(/s3:\/\/delivered|127\.0\.0\.1/);
  process.env['AWS_ENDPOINT_URL_S3'] = s3.endpoint;
  expect(await registerObject(database, store, announced)).toBe('fresh');
});
