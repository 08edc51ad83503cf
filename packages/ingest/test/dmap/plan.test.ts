/** The plan of a table of datasets, case by case: which load counts, and which are loaded together. */
import type { LoadState } from '@farelake/db';
import { batchDatasets, type ReadyDataset } from '../../src/dmap/batch-datasets.ts';
import { judgeDatasets, type JudgedLoad } from '../../src/dmap/judge-datasets.ts';
import { setContract } from '../support/datasets.ts';

const contract = setContract('x', [{ name: 'n' }]);
const keyOf = (datasetId: string, day = '2026-01-01') => ({
  set: 'x',
  datasetId,
  startDate: day,
  endDate: day,
  lastUpdated: '2026-02-01T00:00:00.000000000',
});

/** @param countsFrom null: its object is the file of no result */
const load = (
  id: number,
  state: LoadState,
  countsFrom: string | null,
  more: Partial<JudgedLoad> & { resultId?: number } = {},
): JudgedLoad => ({
  id,
  state,
  key: keyOf('a'),
  place: countsFrom === null ? undefined : { id: more.resultId ?? id, countsFrom },
  inTable: false,
  ...more,
});

const judged = (...loads: JudgedLoad[]) =>
  Object.fromEntries([...judgeDatasets(contract, loads)].map(([id, { event }]) => [id, event]));

test.each<readonly [string, JudgedLoad[], Record<number, string>]>([
  [
    'the newest of those that came together',
    [load(1, 'registered', '1'), load(2, 'registered', '2')],
    { 1: 'supersede', 2: 'prepare' },
  ],
  [
    'in whatever order they came',
    [load(1, 'registered', '2'), load(2, 'registered', '1')],
    { 1: 'prepare', 2: 'supersede' },
  ],
  [
    'at equal times the later registration',
    [load(1, 'registered', '1', { resultId: 9 }), load(2, 'registered', '1')],
    { 1: 'prepare', 2: 'supersede' },
  ],
  [
    'an older one behind one in the table',
    [load(1, 'archived', '2', { inTable: true }), load(2, 'registered', '1')],
    { 2: 'supersede' },
  ],
  [
    'what is in the table is left to the commit',
    [load(1, 'applied', '1', { inTable: true }), load(2, 'registered', '2')],
    { 2: 'prepare' },
  ],
  [
    'sent back from the table, it goes on beside a newer one',
    [load(1, 'registered', '1', { inTable: true }), load(2, 'failed', '2')],
    { 1: 'prepare', 2: 'prepare' },
  ],
  [
    'what failed gives way',
    [load(1, 'failed', '1'), load(2, 'quarantined', '2'), load(3, 'registered', '3')],
    { 1: 'supersede', 2: 'supersede', 3: 'prepare' },
  ],
  [
    'what was set apart stays so while it counts',
    [load(1, 'quarantined', '2'), load(2, 'registered', '1')],
    { 2: 'supersede' },
  ],
  [
    'other content of a result',
    [load(1, 'archived', '1', { inTable: true }), load(2, 'registered', null)],
    { 2: 'supersede' },
  ],
  [
    'other datasets are no rivals',
    [load(1, 'registered', '1'), load(2, 'registered', '2', { key: keyOf('b') })],
    { 1: 'prepare', 2: 'prepare' },
  ],
  ['of another set', [load(1, 'registered', '1', { key: { ...keyOf('a'), set: 'X' } })], { 1: 'wait' }],
  [
    'what is done, or worked on, has no verdict',
    [load(1, 'superseded', '1'), load(2, 'loading', '2'), load(3, 'archived', '3', { inTable: true, key: keyOf('b') })],
    {},
  ],
])('%s', (_, loads, expected) => {
  expect(judged(...loads)).toEqual(expected);
});

const ready = (id: number, datasetId: string, more: Partial<ReadyDataset> & { day?: string } = {}): ReadyDataset => ({
  id,
  key: keyOf(datasetId, more.day),
  place: { id, countsFrom: '1' },
  size: 10,
  suspect: false,
  ...more,
});
const batches = (loads: ReadyDataset[], limits = { files: 3, bytes: 100 }) =>
  batchDatasets('dmap_x', loads, limits).map(({ loadIds }) => loadIds);

test('batches: the newest periods first, within their limits, suspects apart', () => {
  expect(batches([ready(1, 'a'), ready(2, 'b', { day: '2026-01-02' }), ready(3, 'c'), ready(4, 'd')])).toEqual([
    [2, 1, 3],
    [4],
  ]);
  expect(batches([ready(1, 'a', { size: 60 }), ready(2, 'b', { size: 60 }), ready(3, 'c', { size: 500 })])).toEqual([
    [1],
    [2],
    [3],
  ]);
  expect(batches([ready(1, 'a', { suspect: true }), ready(2, 'b'), ready(3, 'c', { suspect: true })])).toEqual([
    [2],
    [1, 3],
  ]);
  expect(batches([])).toEqual([]);
});

test('batches: never two loads of one dataset id, and the one that counts comes last', () => {
  expect(batches([ready(2, 'a'), ready(1, 'a')])).toEqual([[1], [2]]);
  expect(batches([ready(2, 'a'), ready(1, 'a', { day: '2026-01-02' })])).toEqual([[1], [2]]);
});
