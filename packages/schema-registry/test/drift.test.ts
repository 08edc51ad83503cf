import { expect, test } from '@jest/globals';
import {
  describeDrift,
  driftOf,
  driftOfHeader,
  standingDifference,
  type Contract,
  type ContractColumn,
  type Difference,
  type FileColumn,
} from '../src/index.ts';
import { SAMPLE_COLUMNS, sampleContract, sourceColumn } from './sample-contract.ts';

const contract = sampleContract();
const [id, name, inserted, updated] = SAMPLE_COLUMNS;

/** The sample's contract with other members of its column SAMPLE_NAME. */
const withName = (change: Partial<ContractColumn>): Contract => ({
  ...contract,
  columns: contract.columns.map((column) => (column.sourceName === 'SAMPLE_NAME' ? { ...column, ...change } : column)),
});
const numeric = (precision: number, scale: number): FileColumn =>
  sourceColumn('SAMPLE_NAME', 'NUMERIC', { precision, scale });

test.each<[string, FileColumn[]]>([
  ['as they are', [id, name, inserted, updated]],
  ['in another order', [updated, name, id, inserted]],
  ['with columns of Qlik', [sourceColumn('header__change_seq'), id, name, inserted, updated]],
  ['of another source type with the same meaning', [{ ...id, type: 'INT8' }, name, inserted, updated]],
])('same: columns %s', (_, columns) => {
  expect(driftOf(contract, columns)).toEqual({ verdict: 'same', differences: [] });
});

test.each<[type: string, file: FileColumn, verdict: string]>([
  ['decimal(10,2)', numeric(10, 2), 'same'],
  ['decimal(10,2)', numeric(8, 2), 'same'],
  ['decimal(10,2)', numeric(7, 1), 'same'],
  ['decimal(10,2)', numeric(9, 1), 'same'],
  ['decimal(10,2)', numeric(10, 1), 'incompatible'],
  ['decimal(10,2)', numeric(12, 2), 'widening'],
  ['decimal(10,2)', numeric(12, 3), 'incompatible'],
  ['decimal(10,2)', numeric(9, 3), 'incompatible'],
  ['decimal(10,2)', numeric(5, 0), 'incompatible'],
  ['decimal(19,0)', numeric(5, 0), 'same'],
  ['decimal(18,0)', numeric(5, 0), 'incompatible'],
  ['decimal(21,2)', numeric(18, 0), 'same'],
  ['decimal(20,0)', numeric(30, 0), 'widening'],
  ['decimal(20,0)', sourceColumn('SAMPLE_NAME', 'UINT8'), 'same'],
  ['bigint', sourceColumn('SAMPLE_NAME', 'UINT8'), 'incompatible'],
  ['bigint', numeric(10, 2), 'incompatible'],
  ['bigint', numeric(50, 0), 'incompatible'],
  ['string', numeric(18, 0), 'incompatible'],
  ['timestamp', sourceColumn('SAMPLE_NAME', 'DATE'), 'incompatible'],
  ['double', sourceColumn('SAMPLE_NAME', 'REAL4'), 'same'],
])('contract %s, file %j: %s', (type, file, verdict) => {
  expect(driftOf(withName({ type }), [id, file, inserted, updated]).verdict).toBe(verdict);
});

test('every difference is told, by name, and the gravest decides', () => {
  const drift = driftOf(contract, [{ ...id, type: 'STRING' }, { ...name, name: 'sample_name' }, inserted, updated]);
  expect(drift).toEqual({
    verdict: 'incompatible',
    differences: [
      { column: 'SAMPLE_ID', kind: 'incompatible', file: 'string', contract: 'bigint' },
      { column: 'sample_name', kind: 'new column', file: 'string' },
      { column: 'SAMPLE_NAME', kind: 'missing column', contract: 'string' },
    ],
  });
  expect(describeDrift(drift)).toBe(
    'column SAMPLE_ID is string, in the contract bigint; new column sample_name (string); ' +
      'column SAMPLE_NAME (string) is missing',
  );
});

test.each<[string, Contract, FileColumn[], string, string]>([
  ['new', contract, [...SAMPLE_COLUMNS, sourceColumn('FARE', 'INT4')], 'new column', 'new column FARE (bigint)'],
  ['missing', contract, [id, inserted, updated], 'missing column', 'column SAMPLE_NAME (string) is missing'],
  [
    'wider',
    withName({ type: 'decimal(10,2)' }),
    [id, numeric(12, 2), inserted, updated],
    'widening',
    'column SAMPLE_NAME is decimal(12,2), wider than decimal(10,2) in the contract',
  ],
  [
    'a missing key',
    contract,
    [name, inserted, updated],
    'incompatible',
    'column SAMPLE_ID (bigint) is missing, and it is part of the key',
  ],
  [
    'missing and not nullable',
    withName({ nullable: false }),
    [id, inserted, updated],
    'incompatible',
    'column SAMPLE_NAME (string) is missing, and it may not be NULL',
  ],
])('%s', (_, by, columns, verdict, text) => {
  const drift = driftOf(by, columns);
  expect(drift.verdict).toBe(verdict);
  expect(describeDrift(drift)).toBe(text);
});

test('of a dropped column nothing is read: neither its type nor its absence matters', () => {
  const dropped = withName({ treatment: 'drop', nullable: false });
  expect(driftOf(dropped, [id, inserted, updated]).verdict).toBe('same');
  expect(driftOf(dropped, [id, numeric(50, 0), inserted, updated]).verdict).toBe('same');
});

test('a type that no contract can have is a difference, not a failure', () => {
  const wide = { ...id, type: 'NUMERIC', precision: 50 };
  expect(driftOf(contract, [wide, name, inserted, updated])).toEqual({
    verdict: 'incompatible',
    differences: [{ column: 'SAMPLE_ID', kind: 'incompatible', file: 'NUMERIC(50,0)', contract: 'bigint' }],
  });
});

test.each<[string, Contract, Difference, RegExp | undefined]>([
  ['not in the contract yet', contract, { column: 'FARE', kind: 'new column', file: 'bigint' }, /until it is in/],
  ['in the contract by now', contract, { column: 'SAMPLE_NAME', kind: 'new column', file: 'string' }, /a replay fills/],
  [
    'dropped by now',
    withName({ treatment: 'drop' }),
    { column: 'SAMPLE_NAME', kind: 'new column', file: 'string' },
    undefined,
  ],
  [
    'still missing',
    contract,
    { column: 'SAMPLE_NAME', kind: 'missing column', contract: 'string' },
    /NULL in the rows/,
  ],
  ['no longer asked for', contract, { column: 'FARE', kind: 'missing column', contract: 'bigint' }, undefined],
  [
    'still narrower',
    withName({ type: 'decimal(10,2)' }),
    { column: 'SAMPLE_NAME', kind: 'widening', file: 'decimal(12,2)', contract: 'decimal(10,2)' },
    /revise the contract/,
  ],
  [
    'widened by now',
    withName({ type: 'decimal(12,2)' }),
    { column: 'SAMPLE_NAME', kind: 'widening', file: 'decimal(12,2)', contract: 'decimal(10,2)' },
    undefined,
  ],
])('a noted difference, %s', (_, now, noted, note) => {
  const standing = standingDifference(now, noted);
  if (note === undefined) expect(standing).toBeUndefined();
  else expect(standing).toMatchObject({ ...noted, note: expect.stringMatching(note) });
});

const NAMES = SAMPLE_COLUMNS.map((column) => column.name);

test.each<[string, Contract, string[], string, string]>([
  ['as it is, in another order', contract, NAMES.toReversed(), 'same', 'same columns as the contract'],
  ['a new column, twice', contract, [...NAMES, 'FARE', 'FARE'], 'new column', 'new column FARE'],
  ['a column without a name', contract, ['', ...NAMES], 'new column', 'new column without a name'],
  [
    'another case',
    contract,
    ['SAMPLE_ID', 'sample_name', ...NAMES.slice(2)],
    'missing column',
    'new column sample_name; column SAMPLE_NAME (string) is missing',
  ],
  [
    'missing and not nullable',
    withName({ nullable: false }),
    NAMES.filter((name) => name !== 'SAMPLE_NAME'),
    'incompatible',
    'column SAMPLE_NAME (string) is missing, and it may not be NULL',
  ],
  [
    'dropped: neither there nor missing',
    withName({ treatment: 'drop' }),
    NAMES,
    'same',
    'same columns as the contract',
  ],
  [
    'twice, so that nobody can tell which',
    contract,
    [...NAMES, 'SAMPLE_NAME'],
    'incompatible',
    'column SAMPLE_NAME stands 2 times in the header',
  ],
  [
    'dropped and twice: nothing of it is read',
    withName({ treatment: 'drop' }),
    [...NAMES, 'SAMPLE_NAME'],
    'same',
    'same columns as the contract',
  ],
])('a header without types, %s', (_, by, names, verdict, text) => {
  const drift = driftOfHeader(by, names);
  expect([drift.verdict, describeDrift(drift)]).toEqual([verdict, text]);
  expect(drift.differences.every((difference) => !('file' in difference))).toBe(true);
});

test('a header that has no column of the contract may be a row of values, and is not told', () => {
  const drift = driftOfHeader(contract, ['17', 'rider@example.org', '2022-05-17']);
  expect(drift.verdict).toBe('incompatible');
  expect(describeDrift(drift)).toBe(
    "column SAMPLE_ID (bigint) is missing, and so is every other of the contract's columns",
  );
  expect(JSON.stringify(drift)).not.toMatch(/rider|17/);
});
