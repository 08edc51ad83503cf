/** Proves that a contract is drafted from a file of a set by the real command, shown for review, and never shows a value. */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Contract } from '@farelake/schema-registry';
import { s3Variables, startS3 } from '../../lake/test/support/s3-server.ts';
import { REPOSITORY, runCommand, type Ran } from './support/command.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'farelake-schema-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** No database is needed to draft a contract. */
const schema = (...args: string[]): Promise<Ran> =>
  runCommand({ FARELAKE_HOME: path.join(folder, 'home'), FARELAKE_REGISTRY: path.join(folder, 'registry') }, [
    'dmap',
    'schema',
    ...args,
  ]);

async function file(text: string | Buffer, name = 'set.csv.gz'): Promise<string> {
  const place = path.join(folder, name);
  await writeFile(place, typeof text === 'string' ? gzipSync(text) : text);
  return place;
}

const contract = async (set: string): Promise<Contract> =>
  JSON.parse(await readFile(path.join(folder, 'registry/dmap', `dmap_${set}.json`), 'utf8')) as Contract;

const SALES =
  'sale_id,amount,customer_email,note,sold\n' +
  '1,2.40,ann.ashdown@example.org,"two\nlines, ""quoted""",2022-05-17 10:00:00\n' +
  '2,,,,2022-05-18\n';

it('a contract is written, ids are permanent, and the same file once more changes nothing', async () => {
  const from = await file(SALES);
  const first = await schema('sales', '--api', 'transactional', '--from', from, '--yes');
  expect(first).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Wrote .*dmap_sales\.json: 5 columns\./) as string,
  });
  expect(first.err).toMatch(/^amount +decimal\(18,2\) +money, .* +50 % +internal +keep$/m);
  expect(first.err).toMatch(
    /^customer_email +string .* personal +hmac +an e-mail address, as 1 of 1 values look like/m,
  );
  expect(first.err).toMatch(/A person has to review it/);
  expect(first.err).toMatch(/need FARELAKE_HMAC_KEY/);
  expect(`${first.out}${first.err}`).not.toMatch(/ashdown|quoted/);
  expect((await contract('sales')).source).toEqual({ schema: 'transactional', table: 'sales' });

  const again = await schema('sales', '--from', from);
  expect(again).toMatchObject({ code: 0, out: expect.stringMatching(/says this already; left alone/) as string });

  const wider = await file(
    SALES.replace('sale_id', 'zone,sale_id').replace('1,2.40', 'B,1,2.40').replace('2,,,', ',2,,,'),
  );
  const refused = await schema('sales', '--from', wider);
  expect(refused).toMatchObject({ code: 2, out: '' });
  expect(refused.err).toMatch(/is there and says something else/);
  expect((await schema('sales', '--from', wider, '--yes')).out).toMatch(/Replaced .* by its version 2/);
  expect((await contract('sales')).columns.map(({ id, name }) => [id, name])).toEqual([
    [106, 'zone'],
    [101, 'sale_id'],
    [102, 'amount'],
    [103, 'customer_email'],
    [104, 'note'],
    [105, 'sold'],
  ]);
}, 60_000);

it('nobody to ask: nothing is written, and what would be is shown', async () => {
  const ran = await schema('agg_rides', '--from', await file(Buffer.from('day,rides\n2022-05-17,12\n'), 'plain.csv'));
  expect(ran).toMatchObject({ code: 2, out: '' });
  expect(ran.err).toMatch(/^rides +bigint/m);
  expect(ran.err).toMatch(/Nobody is there to answer. Add --yes/);
  expect(existsSync(path.join(folder, 'registry'))).toBe(false);
}, 30_000);

it('as JSON: the columns with every reason, and nothing else on standard output', async () => {
  const ran = await schema('agg_rides', '--from', await file('day,rides\n2022-05-17,12\n'), '--yes', '--json');
  expect(JSON.parse(ran.out)).toMatchObject({
    table: 'dmap_agg_rides',
    version: 1,
    written: true,
    rows: 1,
    columns: [
      {
        name: 'day',
        type: 'date',
        typeWhy: 'days',
        nullable: true,
        nullShare: 0,
        classification: 'public',
        treatment: 'keep',
      },
      { name: 'rides', type: 'bigint', why: '' },
    ],
  });
}, 30_000);

it('where a contract keeps what looks personal, it is said', async () => {
  await schema('agg_rides', '--from', await file('who\nsomebody\n'), '--yes');
  const ran = await schema('agg_rides', '--from', await file('who\nann@example.org\n'));
  expect(ran.code).toBe(0);
  expect(ran.err).toMatch(
    /Warning: who is public in the contract; proposed is personal, hmac: an e-mail address, as 1 of 1/,
  );
}, 30_000);

it.each<[string, () => Promise<string[]>, RegExp]>([
  [
    'a set of no known API',
    async () => ['sales', '--from', await file(SALES)],
    /which API has the set.*--api aggregations/s,
  ],
  [
    'no such file',
    () => Promise.resolve(['agg_x', '--from', path.join(folder, 'gone.csv.gz')]),
    /there is no such file/,
  ],
  ['a folder', () => Promise.resolve(['agg_x', '--from', folder]), /there is no such file/],
  [
    'a link with a signature',
    () => Promise.resolve(['agg_x', '--from', 'https://a.example/set.csv.gz?sig=SECRET']),
    /set\.csv\.gz\?…: there is no such file/,
  ],
])(
  '%s: usage, and nothing is written',
  async (_, args, told) => {
    const ran = await schema(...(await args()), '--yes');
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toMatch(told);
    expect(ran.err).not.toContain('SECRET');
    expect(existsSync(path.join(folder, 'registry'))).toBe(false);
  },
  30_000,
);

it.each<[string, string | Buffer, RegExp]>([
  ['cut off', gzipSync(SALES.repeat(50)).subarray(0, 120), /damaged, or cut off before its end/],
  ['a row too short', 'a,b\n1,2\n3\n', /Row 2 has 1 fields, the header 2/],
  ['a quote that stands anywhere', 'a,b\n1,"secret" value\n', /no CSV with commas and double quotes, at line 2/],
  ['a header with a quote that closes nothing', 'a,secret"\n1,2\n', /no CSV with commas and double quotes, at line 1/],
  ['UTF-16', Buffer.from('\ufeffa,b\n1,secret\n', 'utf16le'), /is not UTF-8/],
  ['UTF-16 without a mark', Buffer.from('a,b\n1,secret\n', 'utf16le'), /is not UTF-8/],
  ['Latin-1', Buffer.from('a,b\n1,s\xe9cret\n', 'latin1'), /is not UTF-8/],
  ['without a header', 'secret@example.com,2022-01-01\nx@example.com,2022-01-02\n', /field 1 is an e-mail address/],
  ['empty', '', /no header line/],
  ['a name twice', 'fare,Fare\n1,2\n', /would both be named 'fare'/],
])(
  'a file that is %s ends with 1 and leaves nothing',
  async (_, text, told) => {
    const ran = await schema('agg_x', '--from', await file(text), '--yes');
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toMatch(told);
    expect(ran.err).not.toContain('secret');
    expect(existsSync(path.join(folder, 'registry'))).toBe(false);
  },
  30_000,
);

it('what a load takes is taken: a stray quote, spaces around quotes, an empty line, a comma behind a row', async () => {
  const from = await file('day,what\n2022-05-17,a "b" c\n\n2022-05-18, "x, ""y""" \n2022-05-19,z,\n');
  const ran = await schema('agg_rides', '--from', from, '--yes', '--json');
  expect(JSON.parse(ran.out)).toMatchObject({ rows: 3, columns: [{ type: 'date' }, { type: 'string' }] });
}, 30_000);

it('the contract of another set is in the way of none that is named alike', async () => {
  await schema('agg_x-y', '--from', await file('a\n1\n'), '--yes');
  const ran = await schema('agg_x_y', '--from', await file('a\n1\n'), '--yes');
  expect(ran.err).toMatch(/would be the table dmap_agg_x_y, which is that of agg_x-y/);
  const moved = await schema('agg_x-y', '--from', await file('a\n1\n'), '--api', 'transactional', '--yes');
  expect(moved).toMatchObject({
    code: 2,
    err: expect.stringMatching(/is a set of aggregations, not of transactional/) as string,
  });
}, 30_000);

it('from a bucket; an object that is not there, or a bucket alone, is told', async () => {
  const server = await startS3();
  try {
    await server.makeBucket('agency-data');
    const put = { Bucket: 'agency-data', Key: 'cubic/dmap/agg_rides/set.csv.gz' };
    await server.client.send(new PutObjectCommand({ ...put, Body: gzipSync('day,rides\n2022-05-17,12\n') }));
    const from = (place: string) =>
      runCommand(
        {
          ...s3Variables(server.endpoint),
          FARELAKE_HOME: path.join(folder, 'home'),
          FARELAKE_REGISTRY: path.join(folder, 'registry'),
        },
        ['dmap', 'schema', 'agg_rides', '--from', place, '--yes'],
      );
    const gone = await from(`s3://${put.Bucket}/cubic/gone.csv.gz`);
    expect(gone).toMatchObject({ code: 2, out: '' });
    expect(gone.err).toMatch(/gone\.csv\.gz: there is no such file/);
    expect((await from(`s3://${put.Bucket}`)).err).toMatch(/there is no such file/);
    expect(await from(`s3://${put.Bucket}/${put.Key}`)).toMatchObject({
      code: 0,
      err: expect.stringMatching(/^rides/m) as string,
    });
  } finally {
    await server.close();
  }
}, 60_000);

/** A test on files that may not be there says so instead of passing silently. */
const SAMPLE = path.resolve(REPOSITORY, '../shared/samples/cubic/dmap/agg_sample');
(existsSync(SAMPLE) ? it : it.skip)(
  "the vendor's sample",
  async () => {
    const [name = ''] = await readdir(SAMPLE);
    await mkdir(path.join(folder, 'registry'));
    expect(await schema('agg_sample', '--from', path.join(SAMPLE, name), '--yes')).toMatchObject({ code: 0 });
    expect((await contract('agg_sample')).columns.map(({ sourceName, type }) => [sourceName, type])).toEqual([
      ['sample_id', 'bigint'],
      ['sample_name', 'string'],
      ['sample_count', 'bigint'],
    ]);
  },
  30_000,
);
