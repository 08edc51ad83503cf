/** Proves that Postgres may go away in the midst of an ingest, whatever it is about, and the tables are the same in the end. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureLocalPostgres, localPostgresStatus, openPool } from '@farelake/db';
import { folderStore } from '@farelake/lake';
import { withHomes } from '../../db/test/support/homes.ts';
import { ingest, readRegistry, type Progress } from '../src/index.ts';
import { closeWorlds, openWorld, REPOSITORY, type World } from './support/world.ts';

const FEED = path.join(REPOSITORY, 'sample_data/cubic');
const TABLES = ['edw_card', 'edw_product', 'edw_stop_point'];
const homes = withHomes();

afterAll(closeWorlds, 60_000);

async function addTables(world: World): Promise<void> {
  const contracts = await readRegistry(path.join(REPOSITORY, 'packages/schema-registry/registry'));
  for (const table of TABLES) world.contracts.set(table, { ...contracts.get(table)!, publish: { postgres: true } });
}

/** What a reader sees, and what the ledger counts, but not how many commits it took. */
async function picture(world: World) {
  const views = TABLES.flatMap((name) => [name, `${name}_history`]);
  const sums = views.map(
    (view) => `SELECT '${view}' AS v, count(*) AS n, bit_xor(hash(COLUMNS(* EXCLUDE (_load_id)))) AS h FROM ${view}`,
  );
  const rows = [];
  for (const sql of sums)
    rows.push(await world.rows(sql.includes('_history') ? sql : sql.replace('* EXCLUDE (_load_id)', '*')));
  const statuses = (await world.status())
    .filter(({ table }) => world.contracts.has(table))
    .map(({ table, state, rows: count, loads, failures }) => ({ table, state, rows: count, loads, failures }));
  const published = await world.pool.query<{ n: number }>('SELECT count(*) AS n FROM ods.edw_card');
  return { rows, statuses, published: published.rows };
}

/** As if its machine lost power, and came back after a while. */
async function crash(home: string, ms: number): Promise<void> {
  const status = await localPostgresStatus(home);
  if (status.state !== 'running') throw new Error(`Postgres is ${status.state}`);
  process.kill(status.pid, 'SIGQUIT');
  await sleep(ms);
  expect(await ensureLocalPostgres(home)).toEqual({ url: status.url });
}

it('at every step: registration, loading, applying, publishing, archiving', async () => {
  const quiet = await openWorld();
  await addTables(quiet);
  await quiet.ingest(FEED);

  const home = await homes.made();
  const { url } = await ensureLocalPostgres(home);
  const world = await openWorld(undefined, { pool: openPool(url) });
  await addTables(world);
  // Once for each kind of step, and a second time while it is being tried again.
  const wanted = new Set<Progress['step']>([
    'looking',
    'loading',
    'folding',
    'publishing',
    'archiving',
    'trying again',
  ]);
  const crashed: string[] = [];
  let crashing: Promise<void> | undefined;
  const onProgress = ({ step }: Progress) => {
    if (crashing !== undefined || !wanted.delete(step)) return;
    crashed.push(step);
    crashing = crash(home, 1000).finally(() => (crashing = undefined));
  };
  const done = await ingest(world, folderStore(FEED), { onProgress });
  await crashing;
  expect(done.troubled).toEqual([]);
  expect(done.tables.filter(({ trouble }) => trouble !== null)).toEqual([]);
  expect(crashed.length).toBeGreaterThan(3);
  expect(await picture(world)).toEqual(await picture(quiet));
  // Nothing that was begun is left over.
  expect(execFileSync('ls', [path.join(world.folder, 'scratch')]).toString()).toBe('');
}, 180_000);
