/** The bundle's handler in a process of its own, on recorded events, with a real Postgres and a server that speaks S3. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { openPool } from '@farelake/db';
import { withTestDatabase } from '../../../db/test/support/postgres.ts';
import { startFront } from '../../../lake/test/support/s3-front.ts';
import { s3Variables, startS3, type S3Server } from '../../../lake/test/support/s3-server.ts';
import { bundleFunctions } from '../../src/index.ts';
import { batch, created, FIXTURES } from '../support/events.ts';
import { startFunction, type RunningFunction } from '../support/lambda.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../../..');
const BUCKET = created().detail.bucket.name;
const DATA = created().detail.object.key;
const DFM = DATA.replace('.csv.gz', '.dfm');

const database = withTestDatabase({ migrations: path.join(REPOSITORY, 'migrations') });
let folder = '';
let file = '';
let s3: S3Server;
let register: RunningFunction;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'farelake-register-'));
  file = (await bundleFunctions(folder))[0]!.file;
  s3 = await startS3();
  await s3.makeBucket(BUCKET);
  register = await startFunction(file, {
    ...s3Variables(s3.endpoint),
    DATABASE_URL: database.url,
    FARELAKE_INCOMING: `s3://${BUCKET}`,
  });
});
afterAll(async () => {
  await register.close();
  await s3.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await database.pool.query('TRUNCATE ledger.objects, ledger.loads CASCADE');
  register.log.length = 0;
});

/** Puts content in and gives the event of it. */
async function deliver(key: string, content: string | Buffer) {
  await s3.client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: content }));
  const etag = createHash('md5').update(content).digest('hex');
  return created({ key, size: Buffer.byteLength(content), etag });
}
const recorded = () => readFile(path.join(FIXTURES, 'LOAD00000001.csv.gz'));
const rows = async (sql: string): Promise<unknown[]> => (await database.pool.query<Record<string, unknown>>(sql)).rows;
const objects = () =>
  rows(
    'SELECT object_key, content_hash, size, store_uri, path, part, dfm FROM ledger.objects ORDER BY object_key, seen',
  );

test('a recorded event, handed over twice, is one object in the ledger, with its load', async () => {
  await deliver(DATA, await recorded());
  expect(await register.invoke(batch(created(), created()))).toEqual({ batchItemFailures: [] });
  expect(await register.invoke(batch(created()))).toEqual({ batchItemFailures: [] });
  const { etag, size } = created().detail.object;
  expect(await objects()).toEqual([
    { object_key: DATA, content_hash: etag, size, store_uri: `s3://${BUCKET}`, path: DATA, part: 'data', dfm: null },
  ]);
  expect(await rows('SELECT dataset, state FROM ledger.loads')).toEqual([{ dataset: 'edw_card', state: 'registered' }]);
  expect(register.log).toEqual([
    { level: 'info', event: 'batch', messages: 2, fresh: 1, known: 1 },
    { level: 'info', event: 'batch', messages: 1, known: 1 },
  ]);
});

test('of a .dfm the text comes into the ledger', async () => {
  const text = JSON.stringify({ taskInfo: { name: 'Straße' } });
  expect(await register.invoke(batch(await deliver(DFM, text)))).toEqual({ batchItemFailures: [] });
  expect(await objects()).toMatchObject([{ object_key: DFM, part: 'dfm', dfm: text, size: Buffer.byteLength(text) }]);
});

test('what is poisonous fails alone; the others are done', async () => {
  const data = await deliver(DATA, await recorded());
  const other = { ...data, detail: { ...data.detail, bucket: { name: 'another-bucket' } } };
  const foreign = await deliver('readme.txt', 'hello');
  const answer = await register.invoke(
    batch('no json', data, other, { ...data, 'detail-type': 'Object Deleted' }, { Event: 's3:TestEvent' }, foreign),
  );
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm2' }] });
  expect(await objects()).toHaveLength(1);
  expect(register.log).toEqual([
    { level: 'error', event: 'poison', messageId: 'm0', reason: 'not a JSON object' },
    { level: 'error', event: 'poison', messageId: 'm2', reason: 'of another bucket' },
    { level: 'info', event: 'batch', messages: 6, failed: 2, ignored: 2, foreign: 1, fresh: 1 },
  ]);
});

test('an event of what is gone or replaced is done with; the newer content has its own', async () => {
  const [first, second] = [await deliver(DATA, 'first'), await deliver(DATA, 'second')];
  const gone = await deliver(DFM, '{}');
  await s3.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: DFM }));
  // In the order in which they must not come.
  expect(await register.invoke(batch(second, first, gone))).toEqual({ batchItemFailures: [] });
  expect(await objects()).toMatchObject([{ object_key: DATA, content_hash: second.detail.object.etag }]);
  expect(register.log).toEqual(
    expect.arrayContaining([
      { level: 'info', event: 'replaced', messageId: 'm1', key: DATA },
      { level: 'info', event: 'gone', messageId: 'm2', key: DFM },
    ]),
  );
});

test('content that replaced another one is seen after it, and comes back when it is delivered again', async () => {
  for (const content of ['one', 'two', 'one']) await register.invoke(batch(await deliver(DATA, content)));
  expect(await rows('SELECT size, content_hash FROM ledger.objects ORDER BY seen')).toMatchObject([
    { content_hash: createHash('md5').update('two').digest('hex') },
    { content_hash: createHash('md5').update('one').digest('hex') },
  ]);
});

test('a batch of many is done whole, over one connection that is kept', async () => {
  const keys = Array.from({ length: 50 }, (_, index) => `EDW.CARD/LOAD${index + 1}.csv.gz`);
  const events = await Promise.all(keys.map((key) => deliver(key, key)));
  expect(await register.invoke(batch(...events))).toEqual({ batchItemFailures: [] });
  expect(await objects()).toHaveLength(50);
  const connections = () =>
    rows(`SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
          AND backend_type = 'client backend' ORDER BY pid`) as Promise<{ pid: number }[]>;
  const before = await connections();
  await register.invoke(batch(...events));
  expect(await connections()).toEqual(before);
});

test('a connection that broke between two invocations is made anew', async () => {
  const event = await deliver(DATA, await recorded());
  await register.invoke(batch(event));
  const { rowCount } = await database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  expect(rowCount).toBeGreaterThan(0);
  expect(await register.invoke(batch(event))).toEqual({ batchItemFailures: [] });
});

test('the rights that docs/infrastructure.md grants are enough, and no more than that', async () => {
  const role = `register_${randomBytes(6).toString('hex')}`;
  const docs = await readFile(path.join(REPOSITORY, 'docs/infrastructure.md'), 'utf8');
  const rights = /```sql rights\n([^`]+)```/.exec(docs)?.[1] ?? '';
  await database.pool.query(`CREATE ROLE ${role}; ${rights.replaceAll('farelake_register', role)}`);
  const url = new URL(database.url);
  url.searchParams.set('options', `-c role=${role}`);
  const variables = { ...s3Variables(s3.endpoint), DATABASE_URL: url.href, FARELAKE_INCOMING: `s3://${BUCKET}` };
  const limited = await startFunction(file, variables);
  const events = batch(await deliver(DATA, await recorded()), await deliver(DFM, '{}'));
  expect(await limited.invoke(events)).toEqual({ batchItemFailures: [] });
  expect(await limited.invoke(events)).toEqual({ batchItemFailures: [] });
  await limited.close();
  expect(await objects()).toHaveLength(2);
  const pool = openPool(url.href, { max: 1 });
  await expect(pool.query('DELETE FROM ledger.objects')).rejects.toThrow(/permission denied/);
  await expect(pool.query('SELECT * FROM ledger.versions')).rejects.toThrow(/permission denied/);
  await pool.end();
  await database.pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
});

test('a store that does not answer fails its messages, and a database that does not all of them', async () => {
  const event = await deliver(DATA, await recorded());
  const unreachable = {
    ...s3Variables('http://127.0.0.1:1'),
    AWS_MAX_ATTEMPTS: '1',
    FARELAKE_INCOMING: `s3://${BUCKET}`,
  };
  const withoutStore = await startFunction(file, { ...unreachable, DATABASE_URL: database.url });
  expect(await withoutStore.invoke(batch(event))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
  expect(withoutStore.log[0]).toMatchObject({ level: 'error', event: 'failed', key: DATA });
  await withoutStore.close();
  const secret = 'postgresql://farelake:hunter2@127.0.0.1:1/farelake';
  const withoutDatabase = await startFunction(file, { ...unreachable, DATABASE_URL: secret });
  await expect(withoutDatabase.invoke(batch(event))).rejects.toThrow(/ECONNREFUSED/);
  expect(JSON.stringify(withoutDatabase.log)).not.toContain('hunter2');
  await withoutDatabase.close();
});

test('an object for which the store stays mute fails alone, before the time of the function is up', async () => {
  const keys = Array.from({ length: 25 }, (_, index) => `EDW.CARD/LOAD${index + 1}.csv.gz`);
  const events = await Promise.all(keys.map((key) => deliver(key, key)));
  const front = await startFront(s3.endpoint);
  front.fault = ({ url }) => (url.includes('LOAD3.csv') ? 'mute' : undefined);
  const variables = { ...s3Variables(front.endpoint), DATABASE_URL: database.url, FARELAKE_INCOMING: `s3://${BUCKET}` };
  const patient = await startFunction(file, variables);
  const outOfTime = (index: number) => ({
    level: 'error',
    event: 'failed',
    messageId: `m${index}`,
    key: keys[index],
    reason: 'ran out of time',
  });
  // The store's own patience of thirty seconds is far longer.
  expect(await patient.invoke(batch(...events), 8_000)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm2' }] });
  expect(patient.log).toEqual([outOfTime(2), { level: 'info', event: 'batch', messages: 25, fresh: 24, failed: 1 }]);
  expect(await objects()).toHaveLength(24);
  // Without time nothing is begun on, and all of it comes again.
  patient.log.length = 0;
  const none = await patient.invoke(batch(events[0]!, 'no json', events[1]!), 1_000);
  expect(none.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort()).toEqual(['m0', 'm1', 'm2']);
  await patient.close();
  await front.close();
});

test('a missing variable is named by the first invocation', async () => {
  const bare = await startFunction(file, { DATABASE_URL: database.url });
  await expect(bare.invoke(batch(created()))).rejects.toThrow(/FARELAKE_INCOMING is missing or wrong/);
  await bare.close();
});
