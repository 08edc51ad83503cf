/** The command with all its zones in a bucket. */
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseBytes } from '../src/parse-bytes.ts';
import { CREDENTIALS, s3Variables, startS3, type S3Server } from '../../lake/test/support/s3-server.ts';
import { closeHomes, openHome, REPOSITORY } from './support/command.ts';

const BUCKET = 'agency-data';
const FEED = path.join(REPOSITORY, 'sample_data/cubic/ods_qlik');

let server: S3Server;
beforeAll(async () => {
  server = await startS3();
  await server.makeBucket(BUCKET);
  for (const folder of ['EDW.PRODUCT', 'EDW.PRODUCT__ct'])
    for (const name of await readdir(path.join(FEED, folder)))
      await server.client.send(
        new PutObjectCommand({
          Bucket: BUCKET,
          Key: `incoming/cubic/${folder}/${name}`,
          Body: await readFile(path.join(FEED, folder, name)),
        }),
      );
});
afterAll(async () => {
  await closeHomes();
  await server.close();
}, 60_000);

const keys = async (prefix: string): Promise<string[]> =>
  ((await server.client.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }))).Contents ?? []).map(
    ({ Key }) => Key ?? '',
  );

const zones = (): NodeJS.ProcessEnv => ({
  ...s3Variables(server.endpoint),
  FARELAKE_INCOMING: `s3://${BUCKET}/incoming`,
  FARELAKE_ARCHIVE: `s3://${BUCKET}/archive`,
  FARELAKE_ERROR: `s3://${BUCKET}/error`,
  FARELAKE_STAGE: `s3://${BUCKET}/stage`,
});

it('adds a table, ingests and queries, with every zone in the bucket and nothing of them in the home', async () => {
  const home = await openHome(zones());
  const from = `s3://${BUCKET}/incoming/cubic`;
  expect(await home.run('table', 'add', 'EDW.PRODUCT', '--from', from, '--yes')).toMatchObject({ code: 0 });
  const delivered = await keys('incoming/');
  expect(await home.run('ingest')).toMatchObject({ code: 0, err: '' });
  expect(await home.run('ingest', from)).toMatchObject({ code: 0 });
  const counted = await home.run('query', 'SELECT count(*) AS n FROM edw_product', '--format', 'json');
  expect(counted).toMatchObject({ code: 0, err: '' });
  const [row] = JSON.parse(counted.out) as { n: number }[];
  expect(row?.n).toBeGreaterThan(0);
  expect(await keys('incoming/')).toEqual(delivered);
  expect((await keys('archive/')).length).toBe(delivered.length);
  const [stage = ''] = await keys('stage/edw_product/');
  for (const zone of ['stage', 'archive', 'incoming'])
    expect(existsSync(path.join(home.folder, 'home', zone))).toBe(false);

  await server.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: stage }));
  const gone = await home.run('query', 'SELECT count(*) AS n FROM edw_product');
  expect(gone.code).toBe(1);
  expect(gone.err).toMatch(
    /^farelake: edw_product cannot be queried: .*stage\/edw_product\/base\/.* Restore the file\.$/m,
  );
  expect(await home.run('query', 'SELECT count(*) FROM edw_product_history')).toMatchObject({ code: 0 });
}, 120_000);

it.each([
  ['a bucket that is not there', {}, 's3://no-such-bucket-here/x', 2, /There is no bucket no-such-bucket-here\. Check/],
  [
    'a server that is not there',
    { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' },
    undefined,
    1,
    /does not answer for s3:/,
  ],
  ['an endpoint that is none', { AWS_ENDPOINT_URL_S3: 'nowhere' }, undefined, 2, /AWS_ENDPOINT_URL_S3 is no http/],
  [
    'no credentials',
    { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nonexistent' },
    undefined,
    1,
    /no AWS credentials are found/,
  ],
])(
  '%s is one line with a remedy',
  async (_, variables, place, expected, message) => {
    // Each has its own stage: on that of before lie tables which this ledger does not know.
    const home = await openHome({ ...zones(), FARELAKE_STAGE: `s3://${BUCKET}/own/stage`, ...variables });
    const { code, err } = await home.run('ingest', ...(place === undefined ? [] : [place]));
    expect(err).toMatch(message);
    expect(err.trim().split('\n').length).toBe(1);
    expect(err).not.toContain(CREDENTIALS.secretAccessKey);
    expect(code).toBe(expected);
  },
  60_000,
);

it.each<[string, number]>([
  ['1000000', 1_000_000],
  ['500 MB', 500_000_000],
  ['1.5gib', 1_610_612_736],
  [' 2 TB ', 2e12],
])('%j is a size', (text, expected) => {
  expect(parseBytes('X', text)).toBe(expected);
});

it.each(['', 'GB', '-1', '1 PB', '1e9', '1,5 GB', 'NaN'])('%j is no size', (text) => {
  expect(() => parseBytes('X', text)).toThrow(/which is no size/);
});
