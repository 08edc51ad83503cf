/**
 * Proves that whoever commits at once, the snapshots of a table are one chain: commands of ours beside each other, and a writer of
 * another engine among them, of whom one wins and the other is told, whichever way they meet.
 */
import { afterAll, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { closeHomes, startCommand } from '../../../../packages/cli/test/support/command.ts';
import { catalogProblems } from '../../../../packages/ingest/test/support/catalog-chain.ts';
import { openBusyHome, type BusyHome } from './support/busy-home.ts';
import { openForeignWriter, type ForeignWriter } from './support/foreign-writer.ts';
import { describeIceberg } from './support/readers.ts';
import { until } from '../kafka/support/records.ts';

const opened: { close(): Promise<void> }[] = [];
afterAll(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
  await closeHomes();
}, 60_000);

async function open(tables: readonly string[]): Promise<BusyHome> {
  const busy = await openBusyHome(tables);
  opened.push(busy);
  return busy;
}

function foreignWriter({ home }: BusyHome): ForeignWriter {
  const writer = openForeignWriter(home.databaseUrl);
  opened.push(writer);
  return writer;
}

/** As PyIceberg calls it when the catalog says something else than what it goes by. */
const CONFLICT = { refused: expect.stringContaining('CommitFailedException') as unknown };

const pointer = async (pool: Pool, table: string): Promise<string | undefined> =>
  (
    await pool.query<{ at: string }>('SELECT metadata_location AS at FROM iceberg_tables WHERE table_name = $1', [
      table,
    ])
  ).rows[0]?.at;

it('loads, folds and taps of several processes at once: one chain of every version, and whole at any time', async () => {
  const busy = await open(['EDW.X', 'EDW.Y']);
  const { home, pool, delivered } = busy;
  const work = { over: false };
  const seen: string[] = [];
  const watch = async () => {
    while (!work.over) {
      seen.push(...(await catalogProblems(pool)));
      await pause(20);
    }
  };
  await busy.run('migrate');
  const watching = watch();
  for (const round of [1, 2, 3, 4]) {
    await busy.deliver(round);
    // Each has some offsets of the one before, and some of the next.
    const events = await Promise.all([0, 1, 2].map((n) => busy.events(round * 12 + n * 4, 6)));
    const commands = [['ingest', delivered], ['ingest', delivered], ...events.map((file) => ['taps', 'replay', file])];
    const ran = await Promise.all(commands.map((command) => home.run(...command)));
    expect(ran.map(({ code, err }) => (code === 0 ? 0 : err))).toEqual(commands.map(() => 0));
  }
  work.over = true;
  await watching;
  expect(seen).toEqual([]);
  expect(await catalogProblems(pool, { whole: true, settled: true, each: true })).toEqual([]);
  const { rows } = await pool.query<{ name: string; versions: number[] }>(
    'SELECT table_name AS name, array_agg(version::int ORDER BY version) AS versions FROM ledger.snapshots GROUP BY 1 ORDER BY 1',
  );
  expect(rows.map(({ name }) => name)).toEqual(['edw_x', 'edw_x_history', 'edw_y', 'edw_y_history', 'taps']);
  for (const { name, versions } of rows) expect([name, versions]).toEqual([name, versions.map((_, n) => n + 1)]);
  expect(rows.every(({ versions }) => versions.length >= 4)).toBe(true);
  const { rows: counts } = await pool.query<{ n: number }>(
    `SELECT sum(rows) AS n FROM ledger.files WHERE table_name = 'taps' AND version_removed IS NULL`,
  );
  // Offsets 12 to 25, 24 to 37, 36 to 49, 48 to 61, of three partitions, each once.
  expect(Number(counts[0]?.n)).toBe(3 * 50);
}, 300_000);

describeIceberg('beside PyIceberg with a login that may write', () => {
  it('its commit is found out, nothing of it is overwritten, other tables go on; a reset takes the table back', async () => {
    const busy = await open(['EDW.X', 'EDW.Y']);
    const { home, pool, delivered } = busy;
    await busy.run('ingest', delivered);
    const writer = foreignWriter(busy);
    const ours = await writer.load('edw_x');
    const foreign = await writer.append();
    expect(foreign).toEqual({ location: await pointer(pool, 'edw_x') });
    expect(foreign).not.toEqual({ location: ours });

    await busy.deliver(1);
    const refused = await home.run('ingest', delivered);
    expect(refused.code).toBe(1);
    expect(refused.out + refused.err).toMatch(/edw_x: another writer has committed to the table in the catalog/);
    expect({ location: await pointer(pool, 'edw_x') }).toEqual(foreign);
    const versions = async () =>
      (
        await pool.query<{ name: string; version: number }>(
          'SELECT table_name AS name, max(version) AS version FROM ledger.versions GROUP BY 1 ORDER BY 1',
        )
      ).rows.map(({ name, version }) => `${name} ${version}`);
    expect(await versions()).toEqual(['edw_x 1', 'edw_x_history 2', 'edw_y 2', 'edw_y_history 2']);

    await busy.run('catalog', 'reset', 'EDW.X');
    expect(await pointer(pool, 'edw_x')).toBe(ours);
    await busy.run('ingest', delivered);
    expect(await versions()).toEqual(['edw_x 2', 'edw_x_history 2', 'edw_y 2', 'edw_y_history 2']);
    expect(await catalogProblems(pool, { whole: true, settled: true, each: true })).toEqual([]);
    // It still thinks of its own commit as the newest.
    expect(await writer.append()).toMatchObject(CONFLICT);
  }, 300_000);

  it('who comes while we hold the row waits, and is told', async () => {
    const busy = await open(['EDW.X']);
    const { home, pool, delivered } = busy;
    await busy.run('ingest', delivered);
    const writer = foreignWriter(busy);
    await writer.load('edw_x');
    await busy.deliver(1);
    // The second commit is that of the table; the first was its history's.
    const log = path.join(home.folder, 'steps');
    const stopped = { FARELAKE_FAILPOINT: 'catalog:written:2:stop', FARELAKE_FAILPOINT_LOG: log };
    const ours = startCommand({ ...home.variables, ...stopped }, ['ingest', delivered]);
    await until(async () => (await readFile(log, 'utf8').catch(() => '')).match(/catalog:written/g)?.length === 2);
    const foreign = writer.append();
    await until(async () => (await waiting(pool)) > 0);
    ours.child.kill('SIGCONT');
    expect(await foreign).toMatchObject(CONFLICT);
    expect(await ours.ended).toMatchObject({ code: 0 });
    expect(await catalogProblems(pool, { whole: true, settled: true, each: true })).toEqual([]);
  }, 300_000);

  it('two of ours race with it for a row: each time one side wins, and the other is told', async () => {
    const busy = await open(['EDW.X']);
    const { home, pool, delivered } = busy;
    await busy.run('ingest', delivered);
    const writer = foreignWriter(busy);
    const won = { ours: 0, foreign: 0 };
    for (let round = 1; round <= 6; round += 1) {
      await busy.deliver(round);
      const begin = performance.now();
      const ours = [home.start('ingest', delivered), home.start('ingest', delivered)];
      // Spread over the time that a command takes.
      await pause(200 * round);
      await writer.load('edw_x');
      const foreign = await writer.append();
      const ends = await Promise.all(ours.map(({ ended }) => ended));
      const at = await pointer(pool, 'edw_x');
      const told = ends.some(({ out, err }) => /another writer has committed/.test(out + err));
      const where = { round, took: performance.now() - begin, foreign, ends };
      if ('location' in foreign) {
        won.foreign += 1;
        // Its commit is there as it was made; ours that came later were refused, or the next will be.
        expect({ ...where, at }).toEqual({ ...where, at: foreign.location });
        const next = await home.run('ingest', delivered);
        await busy.deliver(100 + round);
        const later = await home.run('ingest', delivered);
        expect(told || /another writer/.test(next.out + next.err + later.out + later.err)).toBe(true);
        expect(await pointer(pool, 'edw_x')).toBe(foreign.location);
        await busy.run('catalog', 'reset', 'EDW.X');
        await busy.run('ingest', delivered);
      } else {
        won.ours += 1;
        expect({ ...where, ...foreign }).toMatchObject(CONFLICT);
        expect({ ...where, told }).toEqual({ ...where, told: false });
      }
      expect(await catalogProblems(pool, { whole: true, settled: true, each: true })).toEqual([]);
    }
    expect(won.ours + won.foreign).toBe(6);
  }, 300_000);
});

/** Connections that wait for a row that another one has locked. */
async function waiting(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return Number(rows[0]?.n);
}
