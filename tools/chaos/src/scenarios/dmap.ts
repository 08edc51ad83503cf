import type { DmapSet } from '@farelake/dmap';
import { csvGz, type Dataset } from '@farelake/dmap/testing';
import { setTableName, type Contract } from '@farelake/schema-registry';
import type { Home } from '../home.ts';
import type { Random } from '../random.ts';
import type { Act, Scenario } from '../scenario.ts';

const DAILY: DmapSet = { api: 'aggregations', set: 'agg_daily' };
const CITATION: DmapSet = { api: 'transactional', set: 'citation' };

const contractOf = ({ api, set }: DmapSet): Contract => ({
  feed: 'dmap',
  dataset: setTableName(set),
  source: { schema: api, table: set },
  version: 1,
  columns: [{ ...{ id: 101, name: 'n', sourceName: 'n', type: 'bigint', nullable: false }, ...PUBLIC }],
  lastColumnId: 101,
  key: [],
  cdc: { updateImage: 'full', beforeImage: 'none' },
  layout: {},
  publish: { postgres: false },
  owner: 'chaos',
});
const PUBLIC = { classification: 'public', treatment: 'keep', description: '' } as const;

/** Days of the past, so that no clock is ahead. */
const dayOf = (n: number): string => new Date(Date.UTC(2020, 0, 1 + n)).toISOString().slice(0, 10);

const datasetOf = (n: number, rows: readonly number[], year: number): Dataset => ({
  datasetId: `d_${String(n)}`,
  startDate: dayOf(n),
  lastUpdated: `${String(year)}-01-01T03:00:00.${String(n).padStart(6, '0')}`,
  bytes: csvGz(
    ['n'],
    rows.map((row) => [row]),
  ),
});

/** More datasets than are an ordinary correction when they are issued anew. */
const MANY = 22;

/** Two sets at first; then a regeneration, which goes to the slow lane, with datasets that are new, corrected or empty beside it. */
function acts(random: Random): Act[] {
  const rows = () => Array.from({ length: random.below(5) }, () => random.below(1000));
  const all = (count: number, year: number) => Array.from({ length: count }, (_, n) => datasetOf(n, rows(), year));
  // Drawn once: every home is issued the same.
  const [first, citations, anew] = [all(MANY, 2021), all(3, 2021), all(MANY, 2022)];
  const [fresh, corrected, empty] = [datasetOf(MANY, rows(), 2022), datasetOf(0, rows(), 2022), datasetOf(1, [], 2022)];
  const issue = async ({ vendor }: Home, set: DmapSet, datasets: readonly Dataset[]) => {
    if (vendor === undefined) throw new Error('a home of DMAP sets has a vendor');
    await vendor.issue(set, datasets);
  };
  return [
    {
      command: ['dmap', 'sync'],
      exit: 0,
      before: async (home) => {
        await issue(home, DAILY, first);
        await issue(home, CITATION, citations);
      },
    },
    {
      command: ['dmap', 'sync'],
      exit: 0,
      before: async (home) => {
        await issue(home, DAILY, [...anew, fresh]);
        await issue(home, CITATION, [corrected, empty]);
      },
    },
  ];
}

export const dmap: Scenario = {
  name: 'dmap',
  about: 'sets of DMAP from a vendor: many datasets, a regeneration, what is new, corrected or empty beside it',
  zones: 'folder',
  tables: {},
  sets: [DAILY, CITATION].map(contractOf),
  acts,
};
