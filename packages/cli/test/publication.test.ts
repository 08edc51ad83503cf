/**
 * Proves on real processes that a published table is there whole or not at all: one that is killed between its rows and
 * its record, and two at once. And that `psql` and `table show` show it.
 */
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';
import { openPool } from '@farelake/db';
import type { Pool } from 'pg';
import { closeHomes, openHome, REPOSITORY, runCommand, type Home } from './support/command.ts';

const FEED = path.join(REPOSITORY, 'sample_data/cubic');

const pools: Pool[] = [];

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await closeHomes();
}, 60_000);

/** A home with the contract of EDW.PRODUCT, published, and an empty folder of deliveries. */
async function withPublished(): Promise<{
  home: Home;
  pool: Pool;
  deliver: (...files: string[]) => Promise<void>;
  folder: string;
}> {
  const home = await openHome();
  expect(await home.run('table', 'add', 'EDW.PRODUCT', '--from', FEED, '--yes')).toMatchObject({ code: 0 });
  const file = path.join(home.folder, 'registry/qlik/edw_product.json');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('"postgres": false', '"postgres": true'));
  const folder = path.join(home.folder, 'delivered');
  const deliver = async (...names: string[]) => {
    for (const name of names)
      for (const ending of ['.csv.gz', '.dfm']) {
        const target = path.join(folder, `${name}${ending}`);
        await mkdir(path.dirname(target), { recursive: true });
        await cp(path.join(FEED, 'ods_qlik', `${name}${ending}`), target);
      }
  };
  const pool = openPool(home.databaseUrl);
  pools.push(pool);
  return { home, pool, deliver, folder };
}

const SNAPSHOT = ['EDW.PRODUCT/LOAD_1_00000001', 'EDW.PRODUCT/LOAD_2_00000001'];
const CHANGES = ['20260301-042223449', '20260301-074426244', '20260301-090540257'].map(
  (name) => `EDW.PRODUCT__ct/${name}`,
);

const published = async (pool: Pool) =>
  (
    await pool.query<{ rows: string; version: number }>(
      `SELECT (SELECT string_agg(p::text, '|' ORDER BY p::text) FROM ods.edw_product p) AS rows,
         (SELECT version FROM ledger.publications) AS version`,
    )
  ).rows[0]!;

/** The lake's and Postgres's rows, counted and added up in the same way. */
async function expectSame(home: Home, pool: Pool): Promise<void> {
  const sql = 'SELECT count(*) AS n, count(DISTINCT product_id) AS ids, max(header__change_seq) AS newest FROM';
  const { out } = await home.run('query', `${sql} edw_product`, '--format', 'json');
  expect((await pool.query(`${sql} ods.edw_product`)).rows).toEqual(JSON.parse(out));
}

it('killed between the rows and the record, nothing has changed, and the next ingest goes on', async () => {
  const { home, pool, deliver, folder } = await withPublished();
  await deliver(...SNAPSHOT);
  expect(await home.run('ingest', folder)).toMatchObject({ code: 0 });
  const before = await published(pool);
  await deliver(...CHANGES);
  const blocker = await pool.connect();
  await blocker.query('BEGIN');
  // The record can be read and not written: the process stands after its rows, before its commit.
  await blocker.query('LOCK TABLE ledger.publications IN EXCLUSIVE MODE');
  const { child, ended } = home.start('ingest', folder);
  for (;;) {
    const { rows } = await pool.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO ledger.publications%'`,
    );
    if (rows.length > 0 || child.exitCode !== null) break;
    await sleep(50);
  }
  expect(child.kill('SIGKILL')).toBe(true);
  await ended;
  await blocker.query('ROLLBACK');
  blocker.release();
  expect(await published(pool)).toEqual(before);
  expect(
    (await pool.query('SELECT max(version) AS v FROM ledger.versions WHERE table_name = $1', ['edw_product'])).rows,
  ).toEqual([{ v: 2 }]);
  expect(await home.run('ingest', folder)).toMatchObject({ code: 0 });
  expect(await published(pool)).toMatchObject({ version: 2 });
  await expectSame(home, pool);
}, 60_000);

it('two ingests at once publish what one would', async () => {
  const { home, pool, deliver, folder } = await withPublished();
  await deliver(...SNAPSHOT, ...CHANGES);
  const ran = await Promise.all([home.run('ingest', folder), home.run('ingest', folder)]);
  expect(ran.map(({ code, err }) => ({ code, err }))).toEqual([
    { code: 0, err: '' },
    { code: 0, err: '' },
  ]);
  await expectSame(home, pool);
}, 60_000);

describe('psql and table show', () => {
  let home: Home;
  beforeAll(async () => {
    const made = await withPublished();
    ({ home } = made);
    await made.deliver(...SNAPSHOT, ...CHANGES);
    expect(await home.run('ingest', made.folder)).toMatchObject({ code: 0 });
  }, 60_000);

  it('prints the connection string and nothing else', async () => {
    expect(await home.run('psql', '--url')).toEqual({ code: 0, out: `${home.databaseUrl}\n`, err: '' });
  }, 30_000);

  it('hands arguments to psql, keeps the password out of them, and passes its exit code on', async () => {
    // Stands in for psql where none is installed, and shows what it was given.
    const bin = path.join(home.folder, 'bin');
    await mkdir(bin, { recursive: true });
    await writeFile(
      path.join(bin, 'psql'),
      `#!/bin/sh\nfor argument in "$@"; do echo "<$argument>"; done\necho "password $PGPASSWORD"\nexit 3\n`,
    );
    await chmod(path.join(bin, 'psql'), 0o755);
    const url = 'postgresql://someone:p%40ss@127.0.0.1:1/fares';
    for (const args of [
      ['-c', 'select 1'],
      ['--', '-c', 'select 1'],
    ])
      expect(
        await runCommand({ DATABASE_URL: url, PATH: `${bin}:${process.env['PATH'] ?? ''}` }, ['psql', ...args]),
      ).toEqual({
        code: 3,
        out: '<--dbname=postgresql://someone@127.0.0.1:1/fares>\n<-c>\n<select 1>\npassword p@ss\n',
        err: '',
      });
  }, 30_000);

  it('opens the real one where there is one', async () => {
    const ran = await home.run('psql', '--', '-XAtc', 'SELECT count(*) FROM ods.edw_product');
    if (/no psql on this machine/.test(ran.err)) return;
    expect(ran).toEqual({ code: 0, out: '39\n', err: '' });
    expect(await home.run('psql', '--', '-Xc', 'SELEC')).toMatchObject({ code: 1 });
  }, 30_000);

  it('says what to do where there is none', async () => {
    const ran = await runCommand({ DATABASE_URL: home.databaseUrl, PATH: path.join(home.folder, 'nowhere') }, ['psql']);
    expect(ran).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^farelake: There is no psql .*--url prints/) as string,
    });
  }, 30_000);

  it('shows a contract with its tables', async () => {
    const { code, out } = await home.run('table', 'show', 'EDW.PRODUCT', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      table: 'edw_product',
      source: 'EDW.PRODUCT',
      state: 'live',
      publish: { postgres: true },
      current: { version: 1, rows: 39, files: 1 },
      publication: { version: 1, rows: 39, trouble: null },
      drift: [],
    });
    const { columns } = JSON.parse(out) as { columns: Record<string, unknown>[] };
    expect(columns[0]).toMatchObject({
      id: 101,
      source: 'PRODUCT_ID',
      key: 1,
      classification: 'internal',
      treatment: 'keep',
    });
    const text = (await home.run('table', 'show', 'edw_product')).out;
    expect(text).toMatch(/^edw_product\n {2}source +EDW\.PRODUCT/);
    expect(text).toMatch(/published +ods\.edw_product, version 1 with 39 rows, since 2/);
    expect(text).toMatch(/^101 +product_id +PRODUCT_ID /m);
    expect(await home.run('table', 'show', 'EDW.NOPE')).toMatchObject({ code: 2, out: '' });
  }, 30_000);

  it('says why a table is not published, and exits 1', async () => {
    const { home: other, pool, deliver, folder } = await withPublished();
    await deliver(...SNAPSHOT);
    await other.run('migrate');
    await pool.query('CREATE TABLE ods.edw_product (mine integer)');
    const ran = await other.run('ingest', folder);
    expect(ran).toMatchObject({ code: 1, err: '' });
    expect(ran.out).toMatch(/^not published: edw_product: ods\.edw_product is there already/m);
    expect((await other.run('status')).out).toMatch(/^not published: edw_product: /m);
    expect((await other.run('table', 'show', 'edw_product')).out).toMatch(
      /published +not yet; ods\.edw_product is there/,
    );
  }, 60_000);
});
