/** Proves what `farelake catalog publish` and `maintain` say where there is no Glue to ask (docs/glue.md; with one: tools/engines/engine-tests/glue). */
import { openPool } from '@farelake/db';
import { commitPointed } from '../../db/test/support/pointed.ts';
import { closeHomes, openHome } from './support/command.ts';

afterAll(closeHomes, 60_000);

it('without a database of Glue it is a mistake: exit 2', async () => {
  const home = await openHome();
  expect(await home.run('catalog', 'publish')).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringMatching(/FARELAKE_GLUE_DATABASE is not set/) as string,
  });
});

it('tells a Glue that is away for each table, in the ledger too: exit 1; without tables there is nothing to do', async () => {
  const home = await openHome({
    ...{ FARELAKE_GLUE_DATABASE: 'lake', AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_MAX_ATTEMPTS: '1' },
    ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
  });
  expect(await home.run('catalog', 'publish', '--json')).toMatchObject({ code: 0, out: '[]\n' });
  const pool = openPool(home.databaseUrl);
  try {
    for (const table of ['edw_a', 'edw_b'])
      await commitPointed(pool, table, (version) => `s3://lake/${table}/${version}`);
    const { code, out } = await home.run('catalog', 'publish', '--json');
    const trouble = expect.stringMatching(/Glue at 127\.0\.0\.1:9 does not answer/) as string;
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual([
      { table: 'edw_a', outcome: 'trouble', version: 1, was: null, trouble },
      { table: 'edw_b', outcome: 'trouble', version: 1, was: null, trouble },
    ]);
    const { rows } = await pool.query('SELECT version, trouble FROM ledger.glue_tables ORDER BY table_name');
    expect(rows).toEqual([
      { version: 0, trouble },
      { version: 0, trouble },
    ]);
    const notInGlue = ['edw_a', 'edw_b'].map((table) => ({ table, why: trouble }));
    const maintained = await home.run('maintain', '--json');
    expect(maintained.code).toBe(1);
    expect(JSON.parse(maintained.out)).toMatchObject({ notInGlue });
    expect(await home.run('maintain')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/not in Glue: edw_a: Glue at .*\n.*not in Glue: edw_b/) as string,
    });
  } finally {
    await pool.end();
  }
});
