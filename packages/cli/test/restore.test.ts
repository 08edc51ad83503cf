/** Proves the command line of a restore: what it tells, asks for and answers, and that tables are as they were. */
import { closeHomes, openHome, queryJson } from './support/command.ts';
import { FEED, withProducts } from './support/products.ts';

afterAll(closeHomes, 60_000);

it('a lost database comes back: looked at, restored, refused the second time; the same folder changes nothing', async () => {
  const home = await withProducts();
  const all = 'SELECT * FROM edw_product ORDER BY ALL';
  const [before, history] = [
    await queryJson(home, all),
    await queryJson(home, 'SELECT count(*) AS n FROM edw_product_history'),
  ];
  const next = await openHome({
    FARELAKE_HOME: home.variables['FARELAKE_HOME'],
    FARELAKE_REGISTRY: home.variables['FARELAKE_REGISTRY'],
  });
  expect(await queryJson(next, 'SELECT count(*) AS n FROM edw_product')).toEqual([{ n: 0 }]);

  expect(await next.run('restore')).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('--yes') as string,
  });
  const dry = await next.run('restore', '--dry-run');
  expect(dry).toMatchObject({ code: 0, err: '' });
  expect(dry.out).toMatch(
    /^table +version +rows +files +versions kept\n.*\n +1 table would be restored|1 table would be restored, with \d+ loads/m,
  );
  expect(await queryJson(next, 'SELECT count(*) AS n FROM edw_product')).toEqual([{ n: 0 }]);

  const done = await next.run('restore', '--table', 'EDW.PRODUCT', '--yes', '--json');
  expect(done).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(done.out)).toMatchObject({
    dryRun: false,
    restored: [
      {
        dataset: 'edw_product',
        tables: [{ table: 'edw_product', version: 1 }, { table: 'edw_product_history' }],
        notes: [],
      },
    ],
    leftOut: [],
    withoutContract: [],
  });
  expect(await queryJson(next, all)).toEqual(before);
  expect(await queryJson(next, 'SELECT count(*) AS n FROM edw_product_history')).toEqual(history);
  expect(await queryJson(next, 'SELECT dataset, versions FROM ledger.restores')).toMatchObject([
    { dataset: 'edw_product' },
  ]);

  expect(await next.run('restore', '--yes', '--table', 'edw_product')).toMatchObject({
    code: 1,
    out: expect.stringContaining('edw_product was restored at') as string,
  });
  expect(await next.run('restore', '--yes')).toMatchObject({
    code: 0,
    out: '0 tables restored, with 0 loads\nrestored before, left alone: edw_product\n',
  });
  expect(await next.run('ingest', FEED, '--table', 'EDW.PRODUCT')).toMatchObject({ code: 0 });
  expect(await queryJson(next, 'SELECT count(*) AS n FROM edw_product_history')).toEqual(history);
  expect(await queryJson(next, all)).toEqual(before);
  expect(await next.run('audit', '--table', 'EDW.PRODUCT')).toMatchObject({ code: 0 });
  expect(await next.run('verify', '--table', 'EDW.PRODUCT')).toMatchObject({ code: 0 });
});

it('tables that are not on stage, or unknown, are told', async () => {
  const home = await withProducts();
  const next = await openHome({ FARELAKE_REGISTRY: home.variables['FARELAKE_REGISTRY'] });
  expect(await next.run('restore', '--yes')).toMatchObject({
    code: 1,
    err: expect.stringContaining('could be restored') as string,
  });
  expect(await next.run('restore', '--yes', '--table', 'EDW.NONE')).toMatchObject({ code: 2 });
});

it('asked for where nothing is lost, says of each table in a line that it is known, and once what to do', async () => {
  const home = await withProducts();
  expect(await home.run('table', 'add', 'EDW.DEVICE_EVENT', '--from', FEED, '--yes')).toMatchObject({ code: 0 });
  expect(await home.run('ingest', FEED, '--table', 'EDW.DEVICE_EVENT')).toMatchObject({ code: 0 });
  const { code, out } = await home.run('restore', '--dry-run');
  expect(code).toBe(1);
  expect(out.trimEnd().split('\n')).toEqual([
    '0 tables would be restored, with 0 loads',
    expect.stringMatching(
      /^left out: The ledger knows edw_device_event already: edw_device_event has 1 version, .*\.$/,
    ),
    expect.stringMatching(
      /^left out: The ledger knows edw_product already: edw_product has 1 version, edw_product_history has \d+ versions, \d+ delivered objects\.$/,
    ),
    expect.stringMatching(/^Nothing was changed\. A restore is for a ledger that knows nothing of the table\./),
  ]);
}, 120_000);
