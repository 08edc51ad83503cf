/**
 * Homes whose commands meet a stand-in for the vendor, with contracts of two sets. Whatever their commands said and left is
 * looked through for keys and signatures before a home is closed: every test of this folder is one of the canary, too.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DmapSet } from '@farelake/dmap';
import { csvGz, numbered, type Dataset, type StandIn } from '@farelake/dmap/testing';
import type { SyncedSet, TableStatus } from '@farelake/ingest';
import { formatContract } from '@farelake/schema-registry';
import { withStandIn } from '../../../../dmap/test/support/stand-in.ts';
import { setContract } from '../../../../ingest/test/support/datasets.ts';
import { closeHomes, openHome, startCommand, type Home, type Ran } from '../../support/command.ts';
import { findSecrets } from './canary.ts';

export const DAILY: DmapSet = { api: 'aggregations', set: 'agg_daily' };
export const CITATION: DmapSet = { api: 'transactional', set: 'citation' };

/** What `dmap sync --json` and `status --json` say of one table. */
export type Told = SyncedSet & { readonly loaded: number; readonly rowsLoaded: number };
export type Standing = TableStatus;

export interface VendorHome {
  readonly home: Home;
  /** Log of the steps that its commands reached. */
  readonly steps: string;
  run(...args: string[]): Promise<Ran>;
  /** @param variables on top of the home's own */
  start(variables: NodeJS.ProcessEnv, ...args: string[]): ReturnType<typeof startCommand>;
  /** `dmap sync --json`. */
  sync(...flags: string[]): Promise<{ code: number | null; err: string; daily: Told; citation: Told }>;
  /** `status --json`. */
  status(): Promise<{ daily: Standing; citation: Standing }>;
  /** Rows of a query, by the command. */
  rows(sql: string): Promise<unknown[]>;
  /** The number in each dataset of the daily set that the table has, by its id. */
  shown(): Promise<Record<string, number>>;
}

interface Opened {
  readonly home: Home;
  readonly ran: { args: readonly string[]; ran: Ran }[];
  readonly running: Set<ReturnType<typeof startCommand>>;
}

let vendor: StandIn;
const homes = new Set<Opened>();

/**
 * The vendor of all homes of a test file, its links watched: call at the file's top. After each test the homes are closed,
 * and the next one meets a vendor without datasets.
 */
export function withVendor(): StandIn {
  vendor = withStandIn({ watchLinks: true });
  afterEach(closeVendorHomes);
  return vendor;
}

/** @param variables on top of those that lead to the stand-in; undefined unsets one */
export async function openVendorHome(variables: NodeJS.ProcessEnv = {}): Promise<VendorHome> {
  for (const set of [DAILY, CITATION]) vendor.declare(set);
  const home = await openHome({ ...vendor.variables, ...variables });
  const opened: Opened = { home, ran: [], running: new Set() };
  homes.add(opened);
  await contracts(home);
  const steps = path.join(home.folder, 'steps.log');
  const start: VendorHome['start'] = (more, ...args) => {
    const command = startCommand({ ...home.variables, FARELAKE_FAILPOINT_LOG: steps, ...more }, args);
    opened.running.add(command);
    const ended = command.ended.then((ran) => {
      opened.running.delete(command);
      opened.ran.push({ args, ran });
      return ran;
    });
    return { ...command, ended };
  };
  const run: VendorHome['run'] = (...args) => start({}, ...args).ended;
  const rows = async (sql: string) => JSON.parse((await well(run('query', sql, '--format', 'json'))).out) as unknown[];
  return {
    ...{ home, steps, run, start, rows },
    sync: async (...flags) => syncOf(await run('dmap', 'sync', '--json', ...flags)),
    status: async () => {
      const tables = JSON.parse((await run('status', '--json')).out) as Standing[];
      const of = (name: string) => tables.find(({ table }) => table === name)!;
      return { daily: of('dmap_agg_daily'), citation: of('dmap_citation') };
    },
    shown: async () => {
      const shown = await rows('SELECT dataset_id, sum(n)::INTEGER AS n FROM dmap_agg_daily GROUP BY 1 ORDER BY 1');
      return Object.fromEntries((shown as { dataset_id: string; n: number }[]).map((row) => [row.dataset_id, row.n]));
    },
  };
}

async function well(ended: Promise<Ran>): Promise<Ran> {
  const ran = await ended;
  if (ran.code !== 0) throw new Error(`a command ended with ${String(ran.code)}: ${ran.err}`);
  return ran;
}

export function syncOf({ code, out, err }: Ran): Awaited<ReturnType<VendorHome['sync']>> {
  const { sets } = JSON.parse(out === '' ? '{"sets": []}' : out) as { sets: Told[] };
  const of = ({ set }: DmapSet) => sets.find((one) => one.set === set)!;
  return { code, err, daily: of(DAILY), citation: of(CITATION) };
}

async function contracts({ folder }: Home): Promise<void> {
  const registry = path.join(folder, 'registry/dmap');
  await mkdir(registry, { recursive: true });
  for (const { api, set } of [DAILY, CITATION]) {
    const columns = [{ name: 'service' }, { name: 'n', type: 'bigint' as const }];
    const contract = setContract(set, columns, { source: { schema: api, table: set } });
    await writeFile(path.join(registry, `${contract.dataset}.json`), formatContract(contract));
  }
}

/** After each test, by `withVendor`. @throws when a secret is anywhere it must not be */
export async function closeVendorHomes(): Promise<void> {
  const found: string[] = [];
  try {
    for (const { home, ran, running } of homes) {
      const { databaseUrl, folder } = home;
      // Of a test that was given up.
      for (const { child } of running) child.kill('SIGKILL');
      await Promise.all([...running].map(({ ended }) => ended));
      found.push(...(await findSecrets({ ran, databaseUrl, folder }, vendor.secrets())));
    }
  } finally {
    homes.clear();
    vendor.forget();
    await closeHomes();
  }
  expect(found).toEqual([]);
}

/** Dataset number n, whose rows add up to `n`, or to what is given. */
export const dataset = (n: number, { sum = n, ...fields }: Partial<Dataset> & { sum?: number } = {}): Dataset => {
  const rows = [
    ['Bus', sum - 1],
    ['Ferry', 1],
  ];
  return numbered(n, csvGz(['service', 'n'], rows), fields);
};

export const datasets = (from: number, to: number, fields: Parameters<typeof dataset>[1] = {}): Dataset[] =>
  Array.from({ length: to - from }, (_, n) => dataset(from + n, fields));
