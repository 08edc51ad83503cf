/** The bundle's handler in a process of its own, on events of a topic, with a real Postgres and a server that speaks S3. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { withTestDatabase } from '../../../db/test/support/postgres.ts';
import { s3Variables, startS3, type S3Server } from '../../../lake/test/support/s3-server.ts';
import { bundleFunctions } from '../../src/index.ts';
import { startFunction, type RunningFunction } from '../support/lambda.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../../..');
const BUCKET = 'farelake-test-taps';
const SECRET = 'a key of hashes that only this test knows';
const TOKEN = 'tok-nobody-may-read-it';

const database = withTestDatabase({ migrations: path.join(REPOSITORY, 'migrations') });
let folder = '';
let file = '';
let s3: S3Server;
let taps: RunningFunction;

const environment = (): Record<string, string> => ({
  ...s3Variables(s3.endpoint),
  DATABASE_URL: database.url,
  FARELAKE_STAGE: `s3://${BUCKET}/stage`,
  FARELAKE_ARCHIVE: `s3://${BUCKET}/archive`,
  FARELAKE_ERROR: `s3://${BUCKET}/error`,
  FARELAKE_HMAC_KEY: SECRET,
});

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'farelake-taps-'));
  file = (await bundleFunctions(folder)).find(({ name }) => name === 'taps')!.file;
  s3 = await startS3();
  await s3.makeBucket(BUCKET);
  taps = await startFunction(file, environment());
});
afterAll(async () => {
  await taps.close();
  await s3.close();
  await rm(folder, { recursive: true, force: true });
});

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
const tap = (offset: number) => ({
  ...{ topic: 'fare.taps', partition: 0, offset, timestamp: 1_772_366_400_000, timestampType: 'CREATE_TIME' },
  value: base64({ tapId: `t-${offset}`, tokenId: TOKEN, stopId: '70061', deviceId: 'V-7' }),
  headers: [],
});
const event = (...records: unknown[]) => ({
  eventSource: 'aws:kafka',
  eventSourceArn: 'arn:aws:kafka:us-east-1:111122223333:cluster/taps/6fb0ab6a-1',
  records: { 'fare.taps-0': records },
});
const rows = async (sql: string): Promise<unknown[]> => (await database.pool.query<Record<string, unknown>>(sql)).rows;
const keys = async () =>
  ((await s3.client.send(new ListObjectsV2Command({ Bucket: BUCKET }))).Contents ?? []).map(({ Key }) =>
    Key?.replace(/[0-9a-f]{20}/, 'ATTEMPT'),
  );

test('records come into the table, once; poison into quarantine; the log has counts and nothing of a record', async () => {
  const poison = { ...tap(2), value: base64({ tokenId: TOKEN }) };
  await taps.invoke(event(tap(0), tap(1), poison));
  await taps.invoke(event(tap(1), poison, tap(3)));
  expect(await rows('SELECT table_name, rows::int FROM ledger.versions ORDER BY version')).toEqual([
    { table_name: 'taps', rows: 2 },
    { table_name: 'taps', rows: 3 },
  ]);
  expect(await rows('SELECT record_offset::int, reason FROM ledger.kafka_refused')).toEqual([
    { record_offset: 2, reason: 'missing-field' },
  ]);
  // A snapshot of each version, for readers of the catalog.
  expect(await rows('SELECT version::int FROM ledger.snapshots ORDER BY 1')).toEqual([{ version: 1 }, { version: 2 }]);
  const cluster = encodeURIComponent('arn:aws:kafka:us-east-1:111122223333:cluster/taps/6fb0ab6a-1');
  expect((await keys()).filter((key) => key?.startsWith('stage/taps/metadata/') !== true)).toEqual([
    `archive/kafka/${cluster}/fare.taps/0/0-2-ATTEMPT.jsonl.gz`,
    `archive/kafka/${cluster}/fare.taps/0/3-3-ATTEMPT.jsonl.gz`,
    `error/rows/kafka/${cluster}/fare.taps/0/2-2-ATTEMPT.jsonl`,
    'stage/taps/service_date=2026-03-01/0-0-1-ATTEMPT.parquet',
    'stage/taps/service_date=2026-03-01/0-3-3-ATTEMPT.parquet',
  ]);
  expect(taps.log).toMatchObject([
    { level: 'info', event: 'landed', table: 'taps', topic: 'fare.taps', written: 2, quarantined: 1, repeated: 0 },
    { level: 'warn', event: 'quarantined', records: 1 },
    { level: 'info', event: 'landed', written: 1, repeated: 2 },
  ]);
  const log = JSON.stringify(taps.log);
  expect([log.includes(TOKEN), log.includes(SECRET)]).toEqual([false, false]);
});

test('what is no event of a topic, and an environment that lacks something, is an error of the invocation', async () => {
  await expect(taps.invoke({ Records: [] })).rejects.toThrow('The event is none of a Kafka topic');
  const lacking = await startFunction(file, { ...environment(), FARELAKE_STAGE: '' });
  try {
    await expect(lacking.invoke(event(tap(9)))).rejects.toThrow('FARELAKE_STAGE is missing or wrong');
  } finally {
    await lacking.close();
  }
});

test('a store that is away: nothing is changed, and the same event goes through when it is back', async () => {
  const away = await startFunction(file, { ...environment(), FARELAKE_STAGE: 's3://farelake-no-such-bucket' });
  try {
    await expect(away.invoke(event(tap(10)))).rejects.toThrow();
  } finally {
    await away.close();
  }
  expect(await rows('SELECT count(*)::int AS n FROM ledger.kafka_runs WHERE last_offset = 10')).toEqual([{ n: 0 }]);
  await taps.invoke(event(tap(10)));
  expect(await rows('SELECT count(*)::int AS n FROM ledger.kafka_runs WHERE last_offset = 10')).toEqual([{ n: 1 }]);
});
