import { describe, expect, test } from '@jest/globals';
import { type Contract, contractFromColumns, formatContract, loadRegistry } from '../src/index.ts';
import { SAMPLE_COLUMNS, sampleContract, sourceColumn } from './sample-contract.ts';
import { thrownBy } from './thrown.ts';

const EDW = { feed: 'qlik', source: { schema: 'EDW', table: 'SAMPLE' } } as const;

test("the public sample's contract", () => {
  const column = { nullable: true, classification: 'internal', treatment: 'keep', description: '' };
  expect(sampleContract()).toEqual({
    $schema: '../contract.schema.json',
    feed: 'qlik',
    dataset: 'edw_sample',
    source: { schema: 'EDW', table: 'SAMPLE' },
    version: 1,
    columns: [
      { id: 101, name: 'sample_id', sourceName: 'SAMPLE_ID', type: 'bigint', ...column },
      { id: 102, name: 'sample_name', sourceName: 'SAMPLE_NAME', type: 'string', ...column },
      { id: 103, name: 'edw_inserted_dtm', sourceName: 'EDW_INSERTED_DTM', type: 'timestamp', ...column },
      { id: 104, name: 'edw_updated_dtm', sourceName: 'EDW_UPDATED_DTM', type: 'timestamp', ...column },
    ],
    lastColumnId: 104,
    key: ['sample_id'],
    cdc: { updateImage: 'sparse', beforeImage: 'none' },
    layout: {},
    publish: { postgres: false },
    owner: 'unassigned',
  });
});

test('a change table gives the same contract as its snapshot', () => {
  const columns = [sourceColumn('header__change_seq'), sourceColumn('header__other'), ...SAMPLE_COLUMNS];
  expect(contractFromColumns({ ...EDW, columns })).toEqual(sampleContract());
});

describe('the key', () => {
  const columns = [
    sourceColumn('A', 'INT4', { primaryKeyPos: 2 }),
    sourceColumn('B', 'INT4', { primaryKeyPos: 1 }),
    sourceColumn('C d'),
  ];
  test('is in the order of primaryKeyPos', () => {
    expect(contractFromColumns({ ...EDW, columns }).key).toEqual(['b', 'a']);
  });
  test('is as given, by source or contract names', () => {
    expect(contractFromColumns({ ...EDW, columns, key: ['C d', 'a'] }).key).toEqual(['c_d', 'a']);
    expect(contractFromColumns({ ...EDW, columns, key: ['c_d'] }).key).toEqual(['c_d']);
  });
  test('is empty where nobody names one', () => {
    expect(contractFromColumns({ ...EDW, columns: [sourceColumn('A')] }).key).toEqual([]);
  });
  test('may not name a column that is not there, or one twice', () => {
    const unknown = thrownBy(() => contractFromColumns({ ...EDW, columns, key: ['A', 'X'] }));
    expect(unknown).toMatchObject({ code: 'unknown-key-column', data: { found: 'X', allowed: ['A', 'B', 'C d'] } });
    const twice = thrownBy(() => contractFromColumns({ ...EDW, columns, key: ['A', 'a'] }));
    expect(twice.code).toBe('repeated-key-column');
  });
});

test('rules for changes are sparse and none unless given', () => {
  const { cdc } = contractFromColumns({ ...EDW, columns: SAMPLE_COLUMNS, cdc: { updateImage: 'full' } });
  expect(cdc).toEqual({ updateImage: 'full', beforeImage: 'none' });
});

test('columns whose names collide are refused by both source names', () => {
  const columns = [sourceColumn('Fare Type'), sourceColumn('FARE_TYPE')];
  const error = thrownBy(() => contractFromColumns({ ...EDW, columns }));
  expect(error).toMatchObject({ code: 'column-collision', data: { sourceNames: ['Fare Type', 'FARE_TYPE'] } });
  expect(error.message).toContain("'Fare Type' and 'FARE_TYPE'");
});

test.each([
  ['an unknown type', sourceColumn('A', 'JSON'), 'unusable-column'],
  ['too many digits', sourceColumn('A', 'NUMERIC', { precision: 40 }), 'unusable-column'],
  ['a reserved name', sourceColumn('_LINE'), 'unusable-column'],
  ['no name', sourceColumn(''), 'empty-name'],
])('a column with %s is refused by name', (_, column, code) => {
  expect(thrownBy(() => contractFromColumns({ ...EDW, columns: [column] })).code).toBe(code);
});

test('no columns, no contract', () => {
  const columns = [sourceColumn('header__change_seq')];
  expect(thrownBy(() => contractFromColumns({ ...EDW, columns })).code).toBe('no-columns');
});

describe('contract files', () => {
  const contracts: Contract[] = [
    sampleContract(),
    { ...sampleContract(), key: [], layout: { segmentRows: 1000 }, snapshot: 'none', freshness: 'PT15M' },
    { ...sampleContract(), owner: 'a "quoted"\nname é 🔥' },
  ];
  test.each(contracts)('are read as they were written (%#)', (contract) => {
    const text = formatContract(contract);
    expect(JSON.parse(text)).toEqual(contract);
    expect(formatContract(JSON.parse(text) as Contract)).toBe(text);
    expect(loadRegistry([{ path: 'qlik/edw_sample.json', text }])).toMatchObject({ contracts: [contract], faults: [] });
  });

  test('have one column a line and end in a newline', () => {
    const lines = formatContract(sampleContract()).split('\n');
    expect(lines.filter((line) => line.includes('sourceName'))).toHaveLength(4);
    expect(lines.at(-1)).toBe('');
  });

  test('are the same text whatever the order of members', () => {
    const reversed = Object.fromEntries(Object.entries(sampleContract()).reverse()) as unknown as Contract;
    expect(formatContract(reversed)).toBe(formatContract(sampleContract()));
  });
});
