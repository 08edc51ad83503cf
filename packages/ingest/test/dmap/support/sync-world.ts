/** A world with a stand-in for the vendor: its API and links over real HTTP, an Incoming zone, contracts of two sets. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { ApiKey, openVendor, type DmapSet, type Vendor } from '@farelake/dmap';
import { csvGz, numbered, type Dataset, type StandIn } from '@farelake/dmap/testing';
import { folderStore, openStore } from '@farelake/lake';
import { setTableName, type Contract } from '@farelake/schema-registry';
import { syncSets, type SyncOptions, type Workspace } from '../../../src/index.ts';
import { withStandIn } from '../../../../dmap/test/support/stand-in.ts';
import { setContract } from '../../support/datasets.ts';
import { closeWorlds, openWorld, type World } from '../../support/world.ts';

export const DAILY: DmapSet = { api: 'aggregations', set: 'agg_daily_fareprod' };
export const CITATION: DmapSet = { api: 'transactional', set: 'citation' };

export const contractOf = ({ api, set }: DmapSet): Contract =>
  setContract(set, [{ name: 'service' }, { name: 'count', type: 'bigint' }], { source: { schema: api, table: set } });

export interface SyncWorld {
  readonly world: World;
  readonly workspace: Workspace;
  readonly standIn: StandIn;
  readonly vendor: Vendor;
  sync(options?: SyncOptions & { readonly signal?: AbortSignal }): ReturnType<typeof syncSets>;
  /** What is known of results, in order of registration, as `state lane dataset_id`. */
  results(set?: DmapSet): Promise<string[]>;
  /** Dataset ids in the order in which their links were asked for; emptied by that. */
  downloads(): string[];
  /** Files in the Incoming zone, a folder. */
  files(): Promise<string[]>;
}

export interface SyncWorldOptions {
  readonly keys?: readonly DmapSet['api'][];
  /** `s3://bucket/prefix` of all zones; the world's own folder unless given. */
  readonly zones?: string;
  readonly settings?: Partial<Workspace>;
}

/**
 * What opens a new world, with a vendor without datasets: call at the top of a test file, whose worlds are used one after
 * another. All are closed in the end.
 */
export function withSyncWorlds(): (options?: SyncWorldOptions) => Promise<SyncWorld> {
  const standIn = withStandIn({ watchLinks: true });
  const vendors: Vendor[] = [];
  afterAll(async () => {
    await Promise.all(vendors.map((vendor) => vendor.close()));
    await closeWorlds();
  }, 60_000);
  return async (options = {}) => {
    standIn.forget();
    const its = await openSyncWorld(standIn, options);
    vendors.push(its.vendor);
    return its;
  };
}

async function openSyncWorld(standIn: StandIn, options: SyncWorldOptions): Promise<SyncWorld> {
  const { keys = ['aggregations', 'transactional'], zones, settings } = options;
  const world = await openWorld(zones, settings);
  const vendor = openVendor({
    baseUrl: standIn.baseUrl,
    keys: Object.fromEntries(keys.map((api) => [api, new ApiKey(standIn.keys[api])])),
    pace: 1000,
    patience: { retries: 1, first: 10, longest: 20 },
  });
  for (const set of [DAILY, CITATION]) {
    standIn.declare(set);
    world.contracts.set(setTableName(set.set), contractOf(set));
  }
  const incoming = path.join(world.folder, 'incoming');
  const workspace: Workspace = {
    ...world,
    incoming: zones === undefined ? folderStore(incoming) : openStore(`${zones}/incoming`),
  };
  return {
    ...{ world, workspace, standIn, vendor },
    sync: ({ signal = workspace.signal, ...asked } = {}) => syncSets({ ...workspace, signal }, vendor, asked),
    results: async (set = DAILY) => {
      const { rows } = await world.pool.query<{ one: string }>(
        `SELECT concat_ws(' ', state, lane, dataset_id) AS one FROM ledger.dmap_results WHERE dataset = $1 ORDER BY id`,
        [setTableName(set.set)],
      );
      return rows.map(({ one }) => one);
    },
    downloads: () =>
      standIn.requests
        .splice(0)
        .flatMap(({ on, datasetId }) => (on === 'link' && datasetId !== undefined ? [datasetId] : [])),
    files: async () => {
      const entries = await readdir(incoming, { recursive: true, withFileTypes: true }).catch(() => []);
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(incoming, path.join(entry.parentPath, entry.name)));
    },
  };
}

/** Dataset number n, of one row that says so. */
export const dataset = (n: number, fields: Partial<Dataset> = {}): Dataset =>
  numbered(n, csvGz(['service', 'count'], [['Bus', n]]), fields);

export const datasets = (from: number, to: number, fields: Partial<Dataset> = {}): Dataset[] =>
  Array.from({ length: to - from }, (_, n) => dataset(from + n, fields));
