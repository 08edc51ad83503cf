/**
 * Proves `verify` and `repair` on real processes: what they print, their exit codes, and that a repair that is killed at
 * any step has changed nothing or all of it.
 */
import path from 'node:path';
import { openPool, type Queryable } from '@farelake/db';
import { localPath } from '@farelake/lake';
import { rm, writeFile } from 'node:fs/promises';
import type { Pool } from 'pg';
import { closeHomes, openHome, REPOSITORY, startCommand, type Home } from './support/command.ts';

const FEED = path.join(REPOSITORY, 'sample_data/cubic');

const pools: Pool[] = [];

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await closeHomes();
}, 60_000);

async function loaded(): Promise<{ home: Home; pool: Pool }> {
  const home = await openHome();
  expect(await home.run('table', 'add', 'EDW.CARD', '--from', FEED, '--before-image', 'full', '--yes')).toMatchObject({
    code: 0,
  });
  expect(await home.run('ingest', FEED, '--table', 'EDW.CARD')).toMatchObject({ code: 0 });
  const pool = openPool(home.databaseUrl);
  pools.push(pool);
  return { home, pool };
}

const liveFiles = async (db: Queryable): Promise<string[]> =>
  (
    await db.query<{ uri: string }>(
      `SELECT uri FROM ledger.files WHERE table_name = 'edw_card' AND version_removed IS NULL ORDER BY id`,
    )
  ).rows.map(({ uri }) => uri);

const all = async (home: Home): Promise<string> =>
  (await home.run('query', 'SELECT * FROM edw_card ORDER BY ALL', '--format', 'json')).out;

it('verify and repair say what they find and do, and end with 0, 1 or 2', async () => {
  const { home, pool } = await loaded();
  const right = await all(home);
  const equal = await home.run('verify', '--table', 'EDW.CARD');
  expect(equal).toMatchObject({ code: 0, err: '' });
  expect(equal.out).toMatch(/edw_card version 1, generation \S+: equal\n$/);
  const byRow = await home.run('verify', '--table', 'edw_card', '--with', 'interpreter', '--json');
  expect(byRow.code).toBe(0);
  expect(JSON.parse(byRow.out)).toMatchObject({ table: 'edw_card', with: 'interpreter', equal: true });
  const [uri] = await liveFiles(pool);
  await rm(localPath(uri!));
  const differs = await home.run('verify', '--table', 'EDW.CARD');
  expect(differs.code).toBe(1);
  expect(differs.out).toMatch(/segment 1: its file is gone/);
  expect(differs.out).toMatch(/farelake repair --table EDW\.CARD --dry-run shows/);
  expect(await home.run('repair', '--table', 'EDW.CARD')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--why') as string,
  });
  expect(await home.run('repair', '--table', 'EDW.CARD', '--why', 'x', '--keys', '{"nothing": 1}')).toMatchObject({
    code: 2,
  });
  const dry = await home.run('repair', '--table', 'EDW.CARD', '--dry-run');
  expect(dry).toMatchObject({ code: 0, err: '' });
  expect(dry.out).toMatch(/rows that a repair would add \d+, remove 0, change 0:\n {2}\+ /);
  expect(dry.out).toMatch(/1 segment would be written anew; nothing was changed\n$/);
  expect(await liveFiles(pool)).toEqual([uri]);
  const done = await home.run('repair', '--table', 'EDW.CARD', '--why', 'the disk was bad', '--json');
  expect(done.code).toBe(0);
  expect(JSON.parse(done.out)).toMatchObject({ versionBefore: 1, versionAfter: 2, segments: 1, dryRun: false });
  expect(await all(home)).toBe(right);
  const { rows } = await pool.query('SELECT why, repaired_by FROM ledger.repairs');
  expect(rows).toEqual([{ why: 'the disk was bad', repaired_by: expect.stringMatching(/.@./) as string }]);
  const keys = path.join(home.folder, 'keys.txt');
  const first = (JSON.parse(right) as Record<string, unknown>[])[0]!;
  await writeFile(keys, `${String(Object.values(first)[0])}\n\n`);
  const sound = await home.run('repair', '--table', 'EDW.CARD', '--why', 'again', '--keys-file', keys);
  expect(sound).toMatchObject({ code: 0 });
  expect(sound.out).toMatch(/edw_card version 2 is what its history says under these keys: nothing to repair/);
}, 300_000);

it('killed at any step, it has changed nothing or all of it, and the same command ends right', async () => {
  const { home, pool } = await loaded();
  const right = await all(home);
  for (const step of ['repair:started', 'repair:written', 'repair:committing', 'repair:committed']) {
    const before = await liveFiles(pool);
    await rm(localPath(before[0]!));
    const { ended } = startCommand(
      {
        FARELAKE_HOME: path.join(home.folder, 'home'),
        FARELAKE_REGISTRY: path.join(home.folder, 'registry'),
        DATABASE_URL: home.databaseUrl,
        FARELAKE_FAILPOINT: step,
      },
      ['repair', '--table', 'EDW.CARD', '--why', step],
    );
    const { code, err } = await ended;
    expect({ code, err }).toEqual({ code: null, err: '' });
    if (step !== 'repair:committed') expect(await liveFiles(pool)).toEqual(before);
    expect(await home.run('repair', '--table', 'EDW.CARD', '--why', 'after it')).toMatchObject({ code: 0 });
    expect(await home.run('verify', '--table', 'EDW.CARD')).toMatchObject({ code: 0 });
  }
  expect(await all(home)).toBe(right);
  const { rows } = await pool.query<{ why: string }>('SELECT why FROM ledger.repairs ORDER BY id');
  expect(rows.map(({ why }) => why)).toEqual(['after it', 'after it', 'after it', 'repair:committed']);
}, 600_000);
