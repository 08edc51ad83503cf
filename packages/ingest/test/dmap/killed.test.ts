/** Proves that a sync that dies at any step, and is run again, ends in the same books, files and rows as one that was left alone. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Step } from '../../src/index.ts';
import { compileCache } from '../../../db/test/support/test-home.ts';
import { STEPS } from '../../src/failpoint.ts';
import { CITATION, DAILY, dataset, datasets, withSyncWorlds, type SyncWorld } from './support/sync-world.ts';

const CHILD = path.join(import.meta.dirname, 'support/sync-child.ts');

const openSyncWorld = withSyncWorlds();

/** @returns the signal that ended it, or its exit code */
async function syncChild({ world, standIn }: SyncWorld, failpoint = ''): Promise<string | number | null> {
  const { folder, pool, contracts } = world;
  const asked = JSON.stringify({ url: pool.options.connectionString, folder, contracts: [...contracts.values()] });
  const child = spawn(process.execPath, ['--no-warnings', CHILD, asked], {
    env: { PATH: process.env['PATH'], ...compileCache(), ...standIn.variables, FARELAKE_FAILPOINT: failpoint },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return signal ?? code;
}

/** 130 datasets, more than a page; then a correction, a regeneration of others, and one that is new. */
async function issueFirst({ standIn }: SyncWorld): Promise<void> {
  await standIn.issue(DAILY, datasets(0, 130));
  await standIn.issue(CITATION, datasets(0, 2));
}
async function issueAgain({ standIn }: SyncWorld): Promise<void> {
  await standIn.issue(DAILY, datasets(0, 24, { lastUpdated: '2024-01-01T00:00:00' }));
  await standIn.issue(DAILY, [dataset(500, { lastUpdated: '2024-01-02T00:00:00' })]);
  await standIn.issue(CITATION, [dataset(1, { lastUpdated: '2024-01-01T00:00:00' })]);
}

/** All that must be the same however often it died. */
async function picture(its: SyncWorld) {
  const { pool } = its.world;
  const { rows: results } = await pool.query(
    `SELECT r.dataset, r.dataset_id, r.last_updated, r.lane, r.state, r.reason, o.object_key, o.content_hash, l.state AS load, l.file_time
     FROM ledger.dmap_results r LEFT JOIN ledger.objects o ON o.id = r.object_id LEFT JOIN ledger.loads l ON l.object_id = o.id
     ORDER BY 1, 2, 3`,
  );
  const { rows: sets } = await pool.query('SELECT dataset, watermark, trouble FROM ledger.dmap_sets ORDER BY 1');
  const { rows: counts } = await pool.query(
    `SELECT (SELECT count(*) FROM ledger.objects) AS objects, (SELECT count(*) FROM ledger.loads) AS loads,
       (SELECT count(*) FROM ledger.batches WHERE state = 'open') AS open_batches,
       (SELECT count(*) FROM ledger.leases WHERE holder IS NOT NULL) AS held`,
  );
  const rows = await its.world.rows(
    `SELECT 'daily' AS t, dataset_id, _last_updated::VARCHAR AS issued, "count"::INTEGER AS n FROM dmap_agg_daily_fareprod
     UNION ALL SELECT 'citation', dataset_id, _last_updated::VARCHAR, "count"::INTEGER FROM dmap_citation ORDER BY 1, 2, 3`,
  );
  expect(await readdir(its.world.scratch)).toEqual([]);
  return { results, sets, counts, rows, files: (await its.files()).toSorted() };
}

let undisturbed: Awaited<ReturnType<typeof picture>>;
beforeAll(async () => {
  const its = await openSyncWorld();
  await issueFirst(its);
  expect(await syncChild(its)).toBe(0);
  await issueAgain(its);
  expect(await syncChild(its)).toBe(0);
  undisturbed = await picture(its);
  expect(undisturbed.rows).toHaveLength(133);
}, 120_000);

const OF_SYNC = STEPS.filter((step) => step.startsWith('dmap:'));

it('killed at each step, one after another, in the first sync and in a later one', async () => {
  const its = await openSyncWorld();
  await issueFirst(its);
  for (const step of kills()) expect([step, await syncChild(its, step)]).toEqual([step, 'SIGKILL']);
  expect(await syncChild(its)).toBe(0);
  await issueAgain(its);
  for (const step of OF_SYNC) expect([step, await syncChild(its, step)]).toEqual([step, 'SIGKILL']);
  expect(await syncChild(its)).toBe(0);
  expect(await picture(its)).toEqual(undisturbed);
}, 240_000);

/** Also at a later time: the second page, a dataset in the middle; and between fetching and loading. */
const kills = (): string[] => [
  ...OF_SYNC.flatMap((step: Step) => [step, `${step}:2`]),
  'dmap:registered:40',
  'load:written',
  'load:committing',
];
