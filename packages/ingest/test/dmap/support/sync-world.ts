/** A world with a stand-in for the vendor: its API and links over real HTTP, an Incoming zone, contracts of two sets. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { ApiKey, openVendor, type DmapSet, type Vendor } from '@farelake/dmap';
import { csvGz, openStandIn, type Dataset, type StandIn } from '@farelake/dmap/testing';
import { folderStore, openStore } from '@farelake/lake';
import { setTableName, type Contract } from '@farelake/schema-registry';
import { syncSets, type SyncOptions, type Workspace } from '../../../src/index.ts';
import { openWorld, type World } from '../../support/world.ts';

export const DAILY: DmapSet = { api: 'aggregations', set: 'agg_daily_fareprod' };
export const CITATION: DmapSet = { api: 'transactional', set: 'citation' };

export const contractOf = ({ api, set }: DmapSet): Contract => ({
  feed: 'dmap',
  dataset: setTableName(set),
  source: { schema: api, table: set },
  version: 1,
  columns: [
    { ...{ id: 101, name: 'service', sourceName: 'service', type: 'string' }, ...PUBLIC },
    { ...{ id: 102, name: 'count', sourceName: 'count', type: 'bigint' }, ...PUBLIC },
  ],
  lastColumnId: 102,
  key: [],
  cdc: { updateImage: 'full', beforeImage: 'none' },
  layout: {},
  publish: { postgres: false },
  owner: 'tests',
});

const PUBLIC = { nullable: true, classification: 'public', treatment: 'keep', description: '' } as const;

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

const opened: { standIn: StandIn; vendor: Vendor }[] = [];

export interface SyncWorldOptions {
  readonly linkSeconds?: number;
  readonly keys?: readonly DmapSet['api'][];
  /** `s3://bucket/prefix` of all zones; the world's own folder unless given. */
  readonly zones?: string;
  readonly settings?: Partial<Workspace>;
}

export async function openSyncWorld(options: SyncWorldOptions = {}): Promise<SyncWorld> {
  const { linkSeconds, keys = ['aggregations', 'transactional'], zones, settings } = options;
  const [world, standIn] = await Promise.all([
    openWorld(zones, settings),
    openStandIn({ watchLinks: true, ...(linkSeconds === undefined ? {} : { linkSeconds }) }),
  ]);
  const vendor = openVendor({
    baseUrl: standIn.baseUrl,
    keys: Object.fromEntries(keys.map((api) => [api, new ApiKey(standIn.keys[api])])),
    pace: 1000,
    patience: { retries: 1, first: 10, longest: 20 },
  });
  opened.push({ standIn, vendor });
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

/** Call in `afterAll`, before the worlds are closed. */
export async function closeSyncWorlds(): Promise<void> {
  await Promise.all(
    opened.splice(0).map(async ({ standIn, vendor }) => {
      await vendor.close();
      await standIn.close();
    }),
  );
}

/** Dataset `d_<n>` of the n-th day of 2026. @param issued its time of issue, or that of the first day on */
export const dataset = (n: number, fields: Partial<Dataset> = {}): Dataset => ({
  datasetId: `d_${String(n).padStart(4, '0')}`,
  startDate: dayOf(n),
  lastUpdated: `${dayOf(n)}T03:00:00.123456`,
  bytes: csvGz(['service', 'count'], [['Bus', n]]),
  ...fields,
});

export const datasets = (from: number, to: number, fields: Partial<Dataset> = {}): Dataset[] =>
  Array.from({ length: to - from }, (_, n) => dataset(from + n, fields));

/** Days of the past, so that no clock is ahead. */
const dayOf = (n: number): string => new Date(Date.UTC(2020, 0, 1 + n)).toISOString().slice(0, 10);
