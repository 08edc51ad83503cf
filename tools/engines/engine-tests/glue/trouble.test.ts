/** Proves what becomes of trouble with Glue: told in words, of its own table alone, and gone when it is over. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { gluePublications } from '@farelake/db';
import { publishPointers } from '@farelake/ingest';
import { closeWorlds, openWorld, type World } from '../../../../packages/ingest/test/support/world.ts';
import { commit, DATABASE, describeGlue, metadataOf, openGlueLake, type GlueLake } from './support/lake.ts';

describeGlue('trouble with Glue', () => {
  let lake: GlueLake;
  let world: World;
  beforeAll(async () => {
    lake = await openGlueLake();
  });
  beforeEach(async () => {
    Object.assign(process.env, lake.variables);
    const patience = { retries: 1, ofStores: 1, first: 10, longest: 10 };
    world = await openWorld(undefined, { glueDatabase: DATABASE, patience });
  });
  afterEach(() => {
    lake.front.fault = () => undefined;
    delete process.env['AWS_MAX_ATTEMPTS'];
  });
  afterAll(async () => {
    await closeWorlds();
    await lake.close();
  });

  const troubleOf = async (table: string) => (await gluePublications(world.pool, DATABASE)).get(table)?.trouble;

  it('a table that is not there is told and not made; the others go on, and it is published once it is there', async () => {
    await lake.createSmall('there');
    await commit(world.pool, 'there');
    await commit(world.pool, 'missing');
    const done = await publishPointers(world);
    expect(done).toMatchObject([
      { table: 'missing', outcome: 'trouble', trouble: expect.stringMatching(/no table missing in the Glue database/) },
      { table: 'there', outcome: 'moved', trouble: null },
    ]);
    await expect(lake.table('missing')).rejects.toThrow();
    expect(await troubleOf('missing')).toMatch(/pulumi up/);
    await lake.createSmall('missing');
    expect(await publishPointers(world)).toMatchObject([{ table: 'missing', outcome: 'moved' }]);
    expect(await troubleOf('missing')).toBeNull();
  });

  it.each(['GetTable', 'UpdateTable'])(
    '%s denied is told by its action, without what AWS says of accounts',
    async (action) => {
      const denied = `denied_${action.toLowerCase()}`;
      for (const table of [denied, `${denied}_not`]) {
        await lake.createSmall(table);
        await commit(world.pool, table);
      }
      lake.front.fault = (call) =>
        call.action === action && call.table === denied ? { status: 400, name: 'AccessDeniedException' } : undefined;
      expect(await publishPointers(world)).toMatchObject([
        {
          table: denied,
          outcome: 'trouble',
          trouble: expect.stringContaining(`glue:${action} of ${DATABASE}.${denied} is denied`),
        },
        { outcome: 'moved' },
      ]);
      expect(await troubleOf(denied)).not.toMatch(/arn:|1234567/);
    },
  );

  it('throttling passes: the SDK tries again', async () => {
    await lake.createSmall('throttled');
    await commit(world.pool, 'throttled');
    let left = 3;
    lake.front.fault = () => ((left -= 1) >= 0 ? { status: 400, name: 'ThrottlingException' } : undefined);
    expect(await publishPointers(world)).toMatchObject([{ outcome: 'moved', version: 1 }]);
    expect(left).toBeLessThan(0);
  });

  it('throttling without an end is told, and over with the next tick', async () => {
    process.env['AWS_MAX_ATTEMPTS'] = '2';
    await lake.createSmall('endless');
    await commit(world.pool, 'endless');
    lake.front.fault = () => ({ status: 400, name: 'ThrottlingException' });
    expect(await publishPointers(world)).toMatchObject([
      { outcome: 'trouble', trouble: expect.stringMatching(/Throttling/) },
    ]);
    lake.front.fault = () => undefined;
    expect(await publishPointers(world)).toMatchObject([{ outcome: 'moved' }]);
  });

  it('an update whose answer is lost is found done', async () => {
    await lake.createSmall('lost');
    await commit(world.pool, 'lost');
    let isFirst = true;
    lake.front.fault = ({ action }) => {
      if (action !== 'UpdateTable' || !isFirst) return undefined;
      isFirst = false;
      return 'lost';
    };
    const done = await publishPointers(world);
    expect(done).toMatchObject([{ table: 'lost', version: 1, trouble: null }]);
    expect(await lake.shown('lost')).toEqual({ metadata: metadataOf('lost', 1), version: '1' });
    // Made with its first file, then updated: once.
    expect(await lake.history('lost')).toHaveLength(2);
  });

  it('Glue out of reach: every table says so, most without asking; it is over when Glue is back', async () => {
    const tables = ['away_a', 'away_b', 'away_c', 'away_d', 'away_e', 'away_f', 'away_g', 'away_h'];
    for (const table of tables) {
      await lake.createSmall(table);
      await commit(world.pool, table);
    }
    process.env['AWS_MAX_ATTEMPTS'] = '1';
    lake.front.fault = () => 'reset';
    lake.front.seen.length = 0;
    const done = await publishPointers(world);
    expect(done.map(({ table }) => table)).toEqual(tables);
    for (const one of done)
      expect(one).toMatchObject({
        outcome: 'trouble',
        trouble: expect.stringMatching(/Glue at 127.* does not answer/),
      });
    // Four at once, each with one more try of ours.
    expect(lake.front.seen.length).toBeLessThanOrEqual(8);
    lake.front.fault = () => undefined;
    expect((await publishPointers(world)).map(({ outcome }) => outcome)).toEqual(tables.map(() => 'moved'));
  });

  it('an address where nobody listens, and one that is none', async () => {
    process.env['AWS_MAX_ATTEMPTS'] = '1';
    await commit(world.pool, 'nobody');
    process.env['AWS_ENDPOINT_URL_GLUE'] = 'http://127.0.0.1:9';
    expect(await publishPointers(world)).toMatchObject([
      { outcome: 'trouble', trouble: expect.stringMatching(/127\.0\.0\.1:9 does not answer/) },
    ]);
    process.env['AWS_ENDPOINT_URL_GLUE'] = 'nowhere';
    expect(await publishPointers(world)).toMatchObject([
      { outcome: 'trouble', trouble: expect.stringMatching(/AWS_ENDPOINT_URL_GLUE is no http/) },
    ]);
  });

  it('a link, a view, and another lake: left as they are', async () => {
    await lake.create({ Name: 'a_link', TargetTable: { DatabaseName: 'far', Name: 'away' } });
    await lake.create({ Name: 'a_view', TableType: 'VIRTUAL_VIEW', ViewOriginalText: 'SELECT 1' });
    await lake.createSmall('another');
    const theirs = metadataOf('another', 9).replace('s3://lake', 's3://prod');
    await lake.rewrite('another', { metadata_location: theirs, 'farelake.table_version': '9' });
    await lake.createSmall('behind');
    await lake.rewrite('behind', { metadata_location: metadataOf('behind', 3), 'farelake.table_version': '3' });
    const names = ['a_link', 'a_view', 'another', 'behind'];
    for (const name of names) await commit(world.pool, name);
    const before = await Promise.all(names.map((name) => lake.table(name)));
    expect((await publishPointers(world, { check: true })).map(({ trouble }) => trouble)).toEqual([
      expect.stringMatching(/a link to another table/),
      expect.stringMatching(/is a view/),
      expect.stringMatching(/published from another place: s3:\/\/prod/),
      expect.stringMatching(/shows version 3, which this ledger does not know: it ends at 1/),
    ]);
    expect(await Promise.all(names.map((name) => lake.table(name)))).toEqual(before);
    // What its message says helps.
    await lake.rewrite('another', { 'farelake.table_version': undefined });
    expect(await publishPointers(world, { tables: ['another'] })).toMatchObject([{ trouble: null, version: 1 }]);
    // The ledger has gone past what it had lost.
    for (let n = 0; n < 3; n += 1) await commit(world.pool, 'behind');
    expect(await publishPointers(world, { tables: ['behind'] })).toMatchObject([{ trouble: null, version: 4 }]);
  });

  it("another ledger's commit of a version that we have, too, is left until somebody says so; one from before our oldest is not", async () => {
    await lake.createSmall('double');
    for (let n = 0; n < 3; n += 1) await commit(world.pool, 'double');
    await publishPointers(world, { tables: ['double'] });
    const theirs = (version: number) => ({
      metadata_location: metadataOf('double', version).replace('a1b2c3d4', '0a0b0c0d'),
      'farelake.table_version': String(version),
    });
    for (const version of [3, 2]) {
      await lake.rewrite('double', theirs(version));
      const before = await lake.table('double');
      expect(await publishPointers(world, { tables: ['double'], check: true })).toMatchObject([
        {
          trouble: expect.stringContaining(
            `shows version ${version} in a metadata file that this ledger does not know`,
          ),
        },
      ]);
      expect(await lake.table('double')).toEqual(before);
    }
    await lake.rewrite('double', { 'farelake.table_version': undefined });
    expect(await publishPointers(world, { tables: ['double'] })).toMatchObject([{ outcome: 'healed', version: 3 }]);
    for (const rows of ['snapshots', 'versions'])
      await world.pool.query(`DELETE FROM ledger.${rows} WHERE table_name = 'double' AND version < 3`);
    await lake.rewrite('double', theirs(2));
    expect(await publishPointers(world, { tables: ['double'], check: true })).toMatchObject([
      { outcome: 'healed', version: 3 },
    ]);
  });

  it('tables in a folder are not published to Glue of Amazon', async () => {
    // Nothing is asked of it but the table: the front answers for it here.
    const { bringUp } = await import('../../../../packages/ingest/src/catalog/glue/bring-up.ts');
    const { commitPointed } = await import('../../../../packages/db/test/support/pointed.ts');
    await lake.createSmall('folder');
    await commitPointed(world.pool, 'folder', () => 'file:///stage/folder/metadata/1.json');
    const { openGlueCatalog } = await import('@farelake/lake');
    const catalog = await openGlueCatalog(DATABASE, world.signal);
    await expect(bringUp(world, { ...catalog, endpoint: undefined }, 'folder')).rejects.toThrow(
      /folder of this machine/,
    );
    expect((await bringUp(world, catalog, 'folder')).outcome).toBe('moved');
  });
});
