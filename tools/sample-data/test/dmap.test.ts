/** Proves that invented datasets are the same again for the same seed, and holds the registry's contracts to what drafts of them say. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { driftOfHeader, type Contract, type ContractColumn } from '../../../packages/schema-registry/src/index.ts';
import { draftSetContract, studyRecords, type SetDraft } from '../../../packages/dmap/src/index.ts';
import { DMAP_SETS, generateDatasets, type Dataset, type DmapSetName, type SetShape } from '../src/index.ts';
import { VENDOR_OPTIONS } from '../src/csv.ts';
import { parseCsv } from './support/vendor-files.ts';

const REGISTRY = path.resolve(import.meta.dirname, '../../../packages/schema-registry/registry/dmap');

const contractOf = (set: DmapSetName): Contract =>
  JSON.parse(readFileSync(path.join(REGISTRY, `dmap_${set}.json`), 'utf8')) as Contract;

const ALL = DMAP_SETS.map(({ set }) => set);
const one = (set: DmapSetName, rows = 400): Dataset => [...generateDatasets({ sets: [set], rows, days: 7 })][0]!;

async function* recordsOf({ text }: Dataset): AsyncGenerator<string[]> {
  await Promise.resolve();
  for (const record of parseCsv(text, VENDOR_OPTIONS)) yield record.map((field) => field ?? '');
}

const draftOf = async ({ api, set }: SetShape): Promise<SetDraft> =>
  draftSetContract({ api, set }, await studyRecords(recordsOf(one(set))));

describe('datasets', () => {
  it('are the same again for the same options, and other ones for another seed or issue', () => {
    const made = (more = {}) => [...generateDatasets({ datasets: 2, rows: 5, ...more })];
    expect(made()).toEqual(made());
    expect(made().map(({ text }) => text)).not.toEqual(made({ seed: 2 }).map(({ text }) => text));
    const [first, again] = [made()[0]!, made({ issue: 1 })[0]!];
    expect(again).toMatchObject({ datasetId: first.datasetId, startDate: first.startDate, endDate: first.endDate });
    expect(again.lastUpdated > first.lastUpdated).toBe(true);
    expect(again.text).not.toBe(first.text);
  });
  it('of one set do not depend on which others are made', () => {
    const alone = [...generateDatasets({ sets: ['citation'], rows: 5 })];
    expect([...generateDatasets({ rows: 5 })].filter(({ set }) => set === 'citation')).toEqual(alone);
  });
  it('follow each other in time, each with its own id and its rows within its days', () => {
    const made = [...generateDatasets({ sets: ['agg_daily_fareprod'], datasets: 3, days: 7, rows: 50 })];
    expect(made.map(({ startDate, endDate }) => `${startDate} ${endDate}`)).toEqual([
      '2022-05-02 2022-05-08',
      '2022-05-09 2022-05-15',
      '2022-05-16 2022-05-22',
    ]);
    expect(new Set(made.map(({ datasetId }) => datasetId)).size).toBe(3);
    for (const { text, body, rows, startDate, endDate } of made) {
      expect(gunzipSync(body).toString()).toBe(text);
      const days = text
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.slice(0, 10));
      expect(days).toHaveLength(rows);
      expect(days.every((day) => day >= startDate && day <= endDate)).toBe(true);
    }
  });
  it('of what is not known are refused', () => {
    expect(() => [...generateDatasets({ sets: ['agg_gone' as DmapSetName] })]).toThrow(/agg_gone is no set; known are/);
    expect(() => [...generateDatasets({ from: 'May' })]).toThrow(/May is no day/);
    expect(() => [...generateDatasets({ from: '2022-02-30' })]).toThrow(/2022-02-30 is no day/);
  });
});

/** Where the review decided to keep more than the draft proposes, and why. */
const REVIEWED: Readonly<Record<string, string>> = {
  'device_event latitude': 'where a device stood; no rider is in the row',
  'device_event longitude': 'where a device stood; no rider is in the row',
};

const GRAVITY = ['public', 'internal', 'pseudonymous', 'personal'];
const KEEPING = ['drop', 'hmac', 'keep'];

describe.each(DMAP_SETS.map((shape) => [shape.set, shape] as const))("the registry's contract of %s", (set, shape) => {
  it('has the columns of the set, each described, and an owner', () => {
    const contract = contractOf(set);
    expect(contract.source).toEqual({ schema: shape.api, table: set });
    expect(contract.columns.map(({ sourceName }) => sourceName)).toEqual(shape.columns.map(({ name }) => name));
    expect(driftOfHeader(contract, one(set, 1).text.split('\n')[0]!.split(',')).verdict).toBe('same');
    expect(contract.columns.filter(({ description }) => description === '')).toEqual([]);
    expect(contract.owner).not.toBe('unassigned');
  });
  it('has the types that the data asks for', async () => {
    const { contract: drafted } = await draftOf(shape);
    const types = ({ columns }: Contract) => columns.map(({ sourceName, type }) => `${sourceName} ${type}`);
    expect(types(contractOf(set))).toEqual(types(drafted));
  });
  it('keeps no more of people than is proposed, but what the review decided', async () => {
    const { contract: drafted } = await draftOf(shape);
    const proposed = new Map(drafted.columns.map((column) => [column.sourceName, column]));
    const looser = (column: ContractColumn) => {
      const draft = proposed.get(column.sourceName)!;
      return (
        GRAVITY.indexOf(column.classification) < GRAVITY.indexOf(draft.classification) ||
        KEEPING.indexOf(column.treatment) > KEEPING.indexOf(draft.treatment)
      );
    };
    const kept = contractOf(set).columns.filter(looser);
    const reviewed = Object.keys(REVIEWED).filter((name) => name.startsWith(`${set} `));
    expect(kept.map(({ sourceName }) => `${set} ${sourceName}`)).toEqual(reviewed);
  });
});

it('the registry has a contract for each set; customers are in no table in clear, and some sets need no key', () => {
  expect(ALL).toHaveLength(14);
  const wide = ALL.map(contractOf).flatMap((contract) => contract.columns);
  const customers = wide.filter(({ name }) => name.startsWith('customer_'));
  expect(customers).toHaveLength(15);
  for (const { classification, treatment } of customers) {
    expect(classification).toBe('personal');
    expect(treatment).not.toBe('keep');
  }
  const hashed = ALL.filter((set) => contractOf(set).columns.some(({ treatment }) => treatment === 'hmac'));
  expect(hashed).toEqual(['sale_transaction', 'use_transaction_location', 'use_transaction_longitudinal']);
});
