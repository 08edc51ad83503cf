/** Proves what `query --at` answers: tables as they stood, or a clear word why not. */
import { listVersions } from '@farelake/db';
import { maintain, repairTable, rollBack } from '../../src/index.ts';
import { atTime, atVersion, expectAsItStood, remember, rowsAt } from '../support/as-it-stood.ts';
import { doctorSegment } from '../support/damage.ts';
import { FEB, five, rowsOf, type Told } from '../support/five-rows.ts';
import { closeWorlds } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const TABLES = ['edw_x', 'edw_x_history'];

/** A version by a snapshot, one by changes, one by a change that comes late, one by another snapshot, one by going back. */
async function story(): Promise<Told & { all: Awaited<ReturnType<typeof remember>>[] }> {
  const told = await five();
  const { world, delivery, change, decide } = told;
  world.contracts.set('edw_x', { ...decide.contract, generations: { maxShrink: 1 } });
  const all = [await remember(world, TABLES)];
  const then = async (work: Promise<unknown>) => {
    await work;
    await world.ingest();
    all.push(await remember(world, TABLES));
  };
  await then(change('2026-01-20T00:00:00', 5, 8, 'new'));
  await then(change('2026-01-19T00:00:00', 4, 8, 'late'));
  await then(change('2026-01-21T00:00:00', 5, 8, 'again'));
  await then(delivery.snapshot('LOAD00000001', rowsOf(4, 'b'), { start: FEB }));
  await then(rollBack(decide));
  return { ...told, all };
}

describe('tables as they stood', () => {
  it('are what they were, by time and by version, through late changes, another snapshot and a rollback', async () => {
    const { world, all } = await story();
    await expectAsItStood(world, all);
    const history = all.map(({ tables }) => tables.get('edw_x_history')?.rows.length);
    // The fourth delivery tells once more of an event that is there.
    expect(history).toEqual([5, 6, 7, 7, 11, 11]);
  });

  it('are listed with what made them', async () => {
    const { world } = await story();
    const listed = await listVersions(world.pool, 'edw_x', 10);
    expect(listed.map(({ version, origin, rows, readable }) => [version, origin, rows, readable])).toEqual([
      [6, 'exchange', 6, true],
      [5, 'exchange', 4, true],
      [4, 'fold', 6, true],
      [3, 'fold', 6, true],
      [2, 'fold', 6, true],
      [1, 'fold', 5, true],
    ]);
    const history = await listVersions(world.pool, 'edw_x_history', 2);
    expect(
      history.map(({ origin, loads, filesAdded, filesRemoved }) => [origin, loads, filesAdded, filesRemoved]),
    ).toEqual([
      ['load', 1, 1, 0],
      ['load', 1, 1, 0],
    ]);
  });

  it('have their columns and no rows before the first version, and are those of today in the time to come', async () => {
    const { world, all } = await story();
    const before = atTime('2020-01-01T00:00:00Z');
    expect(await rowsAt(world, 'SELECT count(*) AS n FROM edw_x', before)).toEqual([{ n: '0' }]);
    const columns = (at?: typeof before) => rowsAt(world, 'DESCRIBE edw_x_history', at);
    expect(await columns(before)).toEqual(await columns());
    const last = all.at(-1)?.tables.get('edw_x')?.rows;
    expect(await rowsAt(world, 'SELECT * FROM edw_x ORDER BY ALL', atTime('2999-01-01T00:00:00Z'))).toEqual(last);
    expect(await rowsAt(world, 'SELECT * FROM edw_x ORDER BY ALL', { time: { ago: 0 }, versions: new Map() })).toEqual(
      last,
    );
  });

  it('may be of several versions in one statement; what no version is given of fails when it is read', async () => {
    const { world } = await story();
    const both = 'SELECT (SELECT count(*) FROM edw_x) AS now, (SELECT count(*) FROM edw_x_history) AS history';
    const versions = new Map([
      ['edw_x', 1],
      ['edw_x_history', 2],
    ]);
    expect(await rowsAt(world, both, { versions })).toEqual([{ now: '5', history: '6' }]);
    expect(
      await rowsAt(world, both, { time: { at: '2020-01-01T00:00:00Z' }, versions: new Map([['edw_x', 2]]) }),
    ).toEqual([{ now: '6', history: '0' }]);
    await expect(rowsAt(world, both, atVersion('edw_x', 1))).rejects.toThrow(/edw_x_history: --at gives no version/);
    const only = { versions: new Map(), version: 1 };
    expect(await rowsAt(world, 'SELECT count(*) AS n FROM edw_x', only)).toEqual([{ n: '5' }]);
    await expect(rowsAt(world, both, only)).rejects.toMatchObject({
      code: 'unclear-version',
      remedy: expect.stringContaining('--at edw_x=1,edw_x_history=1') as string,
    });
    const reading = (sql: string) => rowsAt(world, sql, only);
    expect(await reading("SELECT count(*) AS n, 'edw_x_history' AS said FROM edw_x -- not edw_x_history")).toEqual([
      { n: '5', said: 'edw_x_history' },
    ]);
    expect(
      await reading('WITH edw_x_history AS (SELECT 1 AS one) SELECT count(*) AS n FROM EDW_X, edw_x_history'),
    ).toEqual([{ n: '5' }]);
    expect(await reading("SELECT count(*) AS n FROM query_table('edw_x') /* edw_x_history */")).toEqual([{ n: '5' }]);
    // Of a PIVOT the engine knows no tables: there the words count.
    expect(await reading('SELECT count(*) > 0 AS is FROM (PIVOT edw_x ON id USING count(*))')).toEqual([{ is: true }]);
    await expect(
      reading('SELECT count(*) FROM (PIVOT edw_x ON id USING count(*)) -- edw_x_history'),
    ).rejects.toMatchObject({ code: 'unclear-version' });
    await expect(rowsAt(world, 'SELECT 1', only)).rejects.toMatchObject({ code: 'unclear-version' });
    await expect(rowsAt(world, 'SELECT 1', atVersion('edw_y', 1))).rejects.toMatchObject({ code: 'unclear-version' });
    await expect(rowsAt(world, 'SELECT 1', atVersion('edw_x', 99))).rejects.toMatchObject({ code: 'no-such-version' });
  });

  it('stay damaged where they were: a repair makes a version of its own', async () => {
    const { world, decide } = await five();
    const { contract } = decide;
    const all = [await remember(world, TABLES)];
    await doctorSegment(world, contract, 0, `SELECT * REPLACE (s || '!' AS s) FROM rows WHERE id > 1`);
    all.push(await remember(world, TABLES));
    await repairTable(world, { contract, keys: undefined }, { by: 'anna@host', why: 'a test damaged it' });
    all.push(await remember(world, TABLES));
    await expectAsItStood(world, all);
    expect(all.map(({ tables }) => tables.get('edw_x')?.rows.length)).toEqual([5, 4, 5]);
    expect(await listVersions(world.pool, 'edw_x', 1)).toMatchObject([
      {
        version: 3,
        origin: 'repair',
        repair: { by: 'anna@host', why: 'a test damaged it' },
        filesAdded: 1,
        filesRemoved: 1,
      },
    ]);
  });
});

describe('versions whose files maintenance has removed', () => {
  it('are refused with the oldest that can be read; those of other tables are in nobody’s way', async () => {
    const { world, all } = await story();
    await maintain(world, { grace: 0, retention: 0, dryRun: false });
    await expect(rowsAt(world, 'SELECT * FROM edw_x', atVersion('edw_x', 1))).rejects.toMatchObject({
      code: 'version-gone',
      data: { table: 'edw_x', version: 1, oldest: 6 },
      remedy: expect.stringContaining('--retention') as string,
    });
    const readable = (await listVersions(world.pool, 'edw_x', 10)).filter((one) => one.readable);
    // The rollback brought the files of the fourth back.
    expect(readable.map(({ version }) => version)).toEqual([6, 4]);
    await expectAsItStood(world, [{ ...all[3]!, tables: new Map([['edw_x', all[3]!.tables.get('edw_x')!]]) }]);
    // Nothing of history was ever removed.
    const first = all[0]?.tables.get('edw_x_history')?.rows;
    expect(await rowsAt(world, 'SELECT * FROM edw_x_history ORDER BY ALL', atTime(all[0]!.time))).toEqual(first);
    await expectAsItStood(world, all.slice(-1));
  });
});
