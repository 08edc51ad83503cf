/** Proves the commands: what ingest commits is in Glue, the tick finds what a killed process left, trouble is shown. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openPool } from '@farelake/db';
import type { Pool } from 'pg';
import { closeHomes, openHome, type Home } from '../../../../packages/cli/test/support/command.ts';
import { FEED } from '../../../../packages/cli/test/support/products.ts';
import { describeGlue, firstMetadata, openGlueLake, type GlueLake } from './support/lake.ts';

const TABLES = ['edw_product', 'edw_product_history'];

describeGlue('farelake and Glue', () => {
  let lake: GlueLake;
  let home: Home;
  let pool: Pool;
  beforeAll(async () => {
    lake = await openGlueLake();
    home = await openHome(lake.variables);
    pool = openPool(home.databaseUrl);
    await home.run('table', 'add', 'EDW.PRODUCT', '--from', FEED, '--yes');
    await home.run('ingest', FEED, '--table', 'EDW.PRODUCT');
    for (const table of TABLES) await lake.createSmall(table);
  });
  afterAll(async () => {
    await pool.end();
    await closeHomes();
    await lake.close();
  });

  /** Other metadata of the newest version, as maintenance makes it. */
  const moved = async (table: string): Promise<string> => {
    const { rows } = await pool.query<{ metadata: string }>(
      `WITH shown AS (UPDATE iceberg_tables SET metadata_location = metadata_location || 'x' WHERE table_name = $1)
       UPDATE ledger.pointers SET metadata = metadata || 'x' WHERE table_name = $1 RETURNING metadata`,
      [table],
    );
    return rows[0]!.metadata;
  };

  const truth = async () => {
    const { rows } = await pool.query<{ metadata: string; version: string }>(
      'SELECT metadata, version::text FROM ledger.pointers WHERE table_name = ANY ($1) ORDER BY table_name',
      [TABLES],
    );
    return rows;
  };
  const shown = () => Promise.all(TABLES.map((table) => lake.shown(table)));
  const statusOf = async () =>
    (
      JSON.parse((await home.run('status', '--table', 'EDW.PRODUCT', '--json')).out) as {
        state: string;
        glue: object[];
      }[]
    )[0];

  it('ingest publishes the current table and its history; status and table show tell their versions', async () => {
    expect(await home.run('ingest', FEED, '--table', 'EDW.PRODUCT')).toMatchObject({ code: 0 });
    expect(await shown()).toEqual(await truth());
    expect(await statusOf()).toMatchObject({
      state: 'live',
      glue: [
        { table: 'edw_product', healed: 0, trouble: null },
        { table: 'edw_product_history', healed: 0, trouble: null },
      ],
    });
    expect((await home.run('table', 'show', 'EDW.PRODUCT')).out).toMatch(
      /in Glue +edw_product_history, version \d+, since/,
    );
  });

  it('the tick sets right what was set back, and says so', async () => {
    await lake.rewrite('edw_product', { metadata_location: firstMetadata('edw_product') });
    const { code, out } = await home.run('catalog', 'publish', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([
      { table: 'edw_product', outcome: 'healed', was: firstMetadata('edw_product'), trouble: null },
      { table: 'edw_product_history', outcome: 'right' },
    ]);
    await lake.rewrite('edw_product_history', { 'farelake.table_version': '999' });
    const again = await home.run('catalog', 'publish', '--table', 'EDW.PRODUCT');
    expect(again.out).toMatch(/edw_product_history +\d+ +set right/);
    expect(await shown()).toEqual(await truth());
  });

  it.each([
    ['between its look at Glue and the update', 'GetTable', 'moved'],
    ['between the update in Glue and its own record', 'UpdateTable', 'right'],
  ])('killed %s: the next tick has it right', async (_, killedAt, outcome) => {
    const metadata = await moved('edw_product');
    const { child, ended } = home.start('catalog', 'publish', '--table', 'EDW.PRODUCT');
    // Done in Glue, and not yet answered.
    lake.front.after = async ({ action, table }) => {
      if (action !== killedAt || table !== 'edw_product') return;
      child.kill('SIGKILL');
      await ended;
    };
    expect((await ended).code).toBeNull();
    lake.front.after = () => undefined;
    const record = async () =>
      (
        await pool.query<{ metadata: string }>(
          `SELECT metadata FROM ledger.glue_tables WHERE table_name = 'edw_product'`,
        )
      ).rows[0]!.metadata;
    expect(await record()).not.toBe(metadata);
    expect((await lake.shown('edw_product')).metadata === metadata).toBe(killedAt === 'UpdateTable');
    const { code, out } = await home.run('catalog', 'publish', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([{ table: 'edw_product', outcome }, { outcome: 'right' }]);
    expect(await record()).toBe(metadata);
    expect(await shown()).toEqual(await truth());
  });

  it('trouble of one table: exit 1, the other is published, status and ingest show why', async () => {
    await moved('edw_product_history');
    await moved('edw_product');
    lake.front.fault = ({ table }) =>
      table === 'edw_product_history' ? { status: 400, name: 'AccessDeniedException' } : undefined;
    const tick = await home.run('catalog', 'publish');
    expect(tick).toMatchObject({
      code: 1,
      out: expect.stringMatching(/not in Glue: edw_product_history: glue:GetTable of/),
    });
    expect((await shown())[0]).toEqual((await truth())[0]);
    expect(await statusOf()).toMatchObject({
      state: 'failing',
      glue: [{ trouble: null }, { trouble: expect.stringMatching(/denied/) }],
    });
    const ingested = await home.run('ingest', FEED, '--table', 'EDW.PRODUCT');
    expect(ingested.code).toBe(1);
    expect(ingested.out.match(/not in Glue: edw_product_history/g)).toHaveLength(1);
    expect(ingested.out).not.toMatch(/^failing: /m);
    lake.front.fault = () => undefined;
    expect(await home.run('ingest', FEED, '--table', 'EDW.PRODUCT')).toMatchObject({ code: 0 });
    expect(await shown()).toEqual(await truth());
    expect(await statusOf()).toMatchObject({ state: 'live' });
  });
});
