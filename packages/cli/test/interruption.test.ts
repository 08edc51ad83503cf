/** Proves that an ingest that is stopped, killed or run several times at once ends in the same tables. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPool } from '@farelake/db';
import { runs } from '../../../jest.property.ts';
import { closeHomes, openHome, REPOSITORY, runCommand, type Home } from './support/command.ts';

const FEED = path.join(REPOSITORY, 'sample_data/cubic');
const REGISTRY = { FARELAKE_REGISTRY: path.join(REPOSITORY, 'packages/schema-registry/registry') };
const TABLES = ['edw_card', 'edw_device_event', 'edw_fare_transaction', 'edw_product', 'edw_stop_point'];

afterAll(closeHomes, 60_000);

interface Status {
  readonly version: number;
  readonly publication: { readonly version: number; readonly rows: number; readonly trouble: string | null } | null;
}

/** Everything a reader sees, and what the ledger counts. */
async function picture(home: Home) {
  const sums = TABLES.flatMap((table) => [table, `${table}_history`]).map((view) => {
    // `_load_id` depends on the order of registration only, `_line` is part of the row.
    const columns = view.endsWith('_history') ? 'COLUMNS(* EXCLUDE (_load_id))' : 'COLUMNS(*)';
    return `SELECT '${view}' AS v, count(*) AS n, bit_xor(hash(t)) AS h FROM (SELECT ${columns} FROM ${view}) t`;
  });
  const answer = await home.run('query', sums.join(' UNION ALL '), '--format', 'json');
  expect(answer).toMatchObject({ code: 0, err: '' });
  const status = JSON.parse((await home.run('status', '--json')).out) as Status[];
  // How many commits it took, and when, may differ; that what is published is the newest may not.
  const same = status.map(({ version, publication, ...table }) => ({
    ...table,
    published: publication && {
      rows: publication.rows,
      trouble: publication.trouble,
      behind: version - publication.version,
    },
  }));
  return { views: JSON.parse(answer.out) as unknown, status: same };
}

/** What must hold in the ledger whatever happened: receipts add up, every listed file exists once, nothing is listed twice. */
async function assertLedgerSound(home: Home): Promise<void> {
  const pool = openPool(home.databaseUrl, { max: 1 });
  try {
    const { rows } = await pool.query<Record<string, number>>(
      `SELECT (SELECT count(*) FROM ledger.batches WHERE state = 'open') AS open_batches,
         (SELECT count(*) FROM ledger.loads l LEFT JOIN ledger.receipts r ON r.load_id = l.id WHERE l.state = 'applied' AND r.load_id IS NULL) AS without_receipt,
         (SELECT coalesce(sum(written), 0) FROM ledger.receipts)::bigint - (SELECT coalesce(sum(rows), 0) FROM ledger.files WHERE batch_id IS NOT NULL)::bigint AS rows_astray`,
    );
    expect(rows[0]).toEqual({ open_batches: 0, without_receipt: 0, rows_astray: 0 });
  } finally {
    await pool.end();
  }
  expect(await readdir(path.join(home.folder, 'home/scratch'))).toEqual([]);
}

/** Until work on a table has begun. */
async function untilBegun(home: Home): Promise<void> {
  const pool = openPool(home.databaseUrl, { max: 1 });
  try {
    for (;;) {
      // Before the first migration there is no such table.
      const { rows } = await pool
        .query<{ n: number }>('SELECT count(*) AS n FROM ledger.attempts')
        .catch(() => ({ rows: [] }));
      if ((rows[0]?.n ?? 0) > 0) return;
      await sleep(5);
    }
  } finally {
    await pool.end();
  }
}

let undisturbed: Awaited<ReturnType<typeof picture>>;
let usualTime: number;
beforeAll(async () => {
  const home = await openHome(REGISTRY);
  const begun = performance.now();
  expect(await home.run('ingest', FEED)).toMatchObject({ code: 0 });
  usualTime = performance.now() - begun;
  undisturbed = await picture(home);
}, 60_000);

it('killed again and again in the middle, then run once more', async () => {
  const home = await openHome(REGISTRY);
  // Each one further on, but not to the end: what earlier runs have done, later ones need not do again, and end sooner.
  const kills = runs(8).numRuns;
  let killed = 0;
  for (let n = 0; n < kills; n += 1) {
    const { child, ended } = home.start('ingest', FEED);
    await Promise.race([sleep(usualTime * (0.15 + (0.5 * n) / kills)), ended]);
    if (child.kill('SIGKILL')) killed += 1;
    await ended;
  }
  expect(killed).toBeGreaterThan(kills / 3);
  expect(await home.run('ingest', FEED)).toMatchObject({ code: 0 });
  expect(await picture(home)).toEqual(undisturbed);
  await assertLedgerSound(home);
}, 120_000);

it('stopped by Ctrl-C: exit 130, nothing left behind, then run once more', async () => {
  const home = await openHome(REGISTRY);
  const { child, ended } = home.start('ingest', FEED);
  // In the middle, however busy the machine is: work on a table has begun, and there are further tables.
  await Promise.race([untilBegun(home), ended]);
  child.kill('SIGINT');
  const stopped = await ended;
  expect(stopped).toMatchObject({ code: 130, out: '' });
  expect(stopped.err).toMatch(/the same command goes on where it was/);
  expect(await readdir(path.join(home.folder, 'home/scratch')).catch(() => [])).toEqual([]);
  expect(await home.run('ingest', FEED)).toMatchObject({ code: 0 });
  expect(await picture(home)).toEqual(undisturbed);
  await assertLedgerSound(home);
}, 60_000);

/** A process that begins with this code. */
const beginningWith = (code: string): NodeJS.ProcessEnv => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}`,
});

it('stopped by Ctrl-C while its modules are still being read: exit 130', async () => {
  const { variables } = await openHome();
  const early = beginningWith(`import { registerHooks } from 'node:module';
    registerHooks({ load: (url, context, next) => {
      if (url.endsWith('/cli/src/main.ts')) process.kill(process.pid, 'SIGINT');
      return next(url, context);
    } });`);
  const { code, err } = await runCommand({ ...variables, ...early }, ['ingest', FEED]);
  expect({ code, err }).toEqual({ code: 130, err: expect.stringMatching(/Stopped\. Nothing is lost/) as string });
}, 30_000);

it('stopped by Ctrl-C when all is done: the exit code is that of what was done', async () => {
  const { variables } = await openHome();
  const late = beginningWith(`const look = setInterval(() => {
    if (process.exitCode === undefined) return;
    clearInterval(look);
    process.kill(process.pid, 'SIGINT');
  }, 0);`);
  const stopped = await runCommand({ ...variables, ...late }, ['status', '--json']);
  expect(stopped).toEqual({ code: 0, out: '[]\n', err: '' });
}, 30_000);

it('run three times at once', async () => {
  const home = await openHome(REGISTRY);
  const runs = [1, 2, 3].map(() => home.start('ingest', FEED).ended);
  for (const ran of await Promise.all(runs)) expect(ran).toMatchObject({ code: 0, err: '' });
  expect(await picture(home)).toEqual(undisturbed);
  await assertLedgerSound(home);
}, 60_000);
