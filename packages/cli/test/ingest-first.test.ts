/** Proves what a person meets who ingests into a new database beside the tables of a lost one, and that a first commit that died is no such thing. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { closeHomes, openHome, queryJson, startCommand } from './support/command.ts';
import { FEED, withProducts } from './support/products.ts';

afterAll(closeHomes, 60_000);

const HELP = /farelake restore --dry-run, then farelake restore\./;

it('ingest is refused and names the restore, status and catalog list too; the restore goes through, and then the ingest', async () => {
  const home = await withProducts();
  const before = await queryJson(home, 'SELECT * FROM edw_product ORDER BY ALL');
  const { FARELAKE_HOME, FARELAKE_REGISTRY } = home.variables;
  const next = await openHome({ FARELAKE_HOME, FARELAKE_REGISTRY });
  const ingest = ['ingest', FEED, '--table', 'EDW.PRODUCT'];
  for (const args of [ingest, ['ingest', FEED], [...ingest, '--json']]) {
    const { code, out, err } = await next.run(...args);
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: expect.stringMatching(HELP) as string });
    expect(err).toMatch(/^farelake: This ledger knows no table yet, and on stage lies edw_product/);
  }
  const status = await next.run('status');
  expect(status.out).toMatch(/^failing: edw_product: edw_product: this ledger has no version of it/m);
  expect(status.out).toMatch(HELP);
  expect(await next.run('audit', '--table', 'EDW.PRODUCT')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/findings\n\nnot-restored \(1\): .*\n.*farelake restore/) as string,
  });
  const list = await next.run('catalog', 'list');
  expect(list).toMatchObject({ code: 0, out: '', err: expect.stringMatching(HELP) as string });
  expect(await next.run('restore', '--yes')).toMatchObject({ code: 0, err: '' });
  expect(await next.run(...ingest)).toMatchObject({ code: 0, err: '' });
  expect(await queryJson(next, 'SELECT * FROM edw_product ORDER BY ALL')).toEqual(before);
  expect((await next.run('status')).out).toMatch(/^edw_product +live/m);
}, 120_000);

it.each([
  ['of the history', 'catalog:written', 'edw_product_history'],
  ['of the current table', 'catalog:written:3', 'edw_product'],
])(
  'the very first commit %s dies with its metadata on stage: the next ingest just goes on',
  async (_, failpoint, table) => {
    const home = await openHome();
    expect(await home.run('table', 'add', 'EDW.PRODUCT', '--from', FEED, '--yes')).toMatchObject({ code: 0 });
    const ingest = ['ingest', FEED, '--table', 'EDW.PRODUCT'];
    const { ended } = startCommand({ ...home.variables, FARELAKE_FAILPOINT: failpoint }, ingest);
    expect(await ended).toMatchObject({ code: null });
    const left = await readdir(path.join(home.variables['FARELAKE_HOME'] ?? '', 'stage', table, 'metadata'));
    expect(left.filter((name) => name.endsWith('.metadata.json'))).toHaveLength(1);
    const versions = await queryJson(home, `SELECT count(*) AS n FROM ledger.versions WHERE table_name = '${table}'`);
    expect(versions).toEqual([{ n: 0 }]);
    expect(await home.run(...ingest)).toMatchObject({ code: 0, err: '' });
    expect((await home.run('status')).out).toMatch(/^edw_product +live/m);
  },
  120_000,
);
