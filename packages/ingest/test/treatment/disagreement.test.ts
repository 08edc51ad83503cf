/** Proves, by cases, which files go with which contract. */
import type { FileTreatments, TreatedFiles } from '@farelake/db';
import { contractFromColumns, type Contract, type ContractColumn } from '@farelake/schema-registry';
import { disagreement } from '../../src/treatment/disagreement.ts';
import { inheritedNote, treatmentNote } from '../../src/treatment/file-treatments.ts';

const drafted = contractFromColumns({
  feed: 'qlik',
  source: { schema: 'EDW', table: 'X' },
  columns: ['ID', 'CARD', 'PIN'].map((name, index) => ({
    ...{ name, type: 'NUMERIC', length: 0, precision: 10, scale: 2 },
    primaryKeyPos: index === 0 ? 1 : 0,
  })),
});
const by = (card: Partial<ContractColumn>, pin: Partial<ContractColumn> = {}): Contract => ({
  ...drafted,
  columns: drafted.columns.map((column) => ({
    ...column,
    ...(column.name === 'card' ? card : column.name === 'pin' ? pin : {}),
  })),
});
const KEEP = by({});
const HMAC = by({ treatment: 'hmac' });
const DROP = by({ treatment: 'drop' });

const written = (contract: Contract, keyId?: string, files = 1): TreatedFiles => ({
  ...treatmentNote(contract, () => keyId),
  files,
});
const without = (id: number): TreatedFiles => ({
  treatments: null,
  columnIds: [101, 102, 103].filter((c) => c !== id),
  types: null,
  files: 1,
});

it.each<[string, Contract, TreatedFiles[], string | undefined]>([
  ['nothing written yet', HMAC, [], 'a'],
  ['as delivered', KEEP, [written(KEEP)], undefined],
  ['hashed', HMAC, [written(HMAC, 'a'), written(HMAC, 'a', 3)], 'a'],
  ['hashed, no key at hand', HMAC, [written(HMAC, 'a')], undefined],
  ['dropped', DROP, [written(DROP)], undefined],
  ['a hashed column that the files do not have', HMAC, [without(102)], 'a'],
  ['a dropped column that the files do not have', DROP, [without(102)], undefined],
  [
    'files that inherited no hash',
    HMAC,
    [{ ...inheritedNote(HMAC, [without(102)]), files: 1 }, written(HMAC, 'a')],
    'a',
  ],
  ['more digits', by({ treatment: 'hmac', type: 'decimal(12,2)' }), [written(HMAC, 'a')], 'a'],
  ['another name', by({ treatment: 'hmac', name: 'card_number' }), [written(HMAC, 'a')], 'a'],
  ['another scale of what was kept', by({ type: 'decimal(12,4)' }), [written(KEEP)], undefined],
])('go together: %s', (_, contract, files, keyId) => {
  expect(disagreement(contract, files, keyId)).toBeUndefined();
});

it.each<[string, Contract, TreatedFiles[], string | undefined, RegExp]>([
  [
    'kept, now hashed',
    HMAC,
    [written(KEEP, undefined, 3)],
    'a',
    /^3 files have column CARD as delivered, .* says hmac/,
  ],
  ['kept, now dropped', DROP, [written(KEEP)], undefined, /^1 file has column CARD as delivered, .* says drop/],
  ['hashed, now kept', KEEP, [written(HMAC, 'a')], undefined, /column CARD hashed, .* says keep/],
  ['hashed, now dropped', DROP, [written(HMAC, 'a')], undefined, /column CARD hashed, .* says drop/],
  ['dropped, now kept', KEEP, [written(DROP)], undefined, /column CARD not at all, .* says keep/],
  ['dropped, now hashed', HMAC, [written(DROP)], 'a', /column CARD not at all, .* says hmac/],
  [
    'kept before columns were noted',
    HMAC,
    [{ treatments: null, columnIds: null, types: null, files: 1 }],
    'a',
    /says hmac/,
  ],
  ['one of several files', HMAC, [written(HMAC, 'a'), written(KEEP)], 'a', /1 file has column CARD as delivered/],
  ['another key', HMAC, [written(HMAC, 'a')], 'b', /CARD was hashed with key a, and the key at hand is b/],
  ['two keys in files', HMAC, [written(HMAC, 'a'), written(HMAC, 'b')], undefined, /key a, and also with b/],
  [
    'another scale hashed',
    by({ treatment: 'hmac', type: 'decimal(12,4)' }),
    [written(HMAC, 'a')],
    'a',
    /hashed as decimal\(10,2\), .* decimal\(12,4\): equal values would have two hashes/,
  ],
  ['a second column', by({}, { treatment: 'drop' }), [written(KEEP)], undefined, /column PIN as delivered/],
])('disagree: %s', (_, contract, files, keyId, reason) => {
  expect(disagreement(contract, files, keyId)).toMatch(reason);
});

it('what is noted: nothing of kept columns, the key of hashed ones, all ids that a file has', () => {
  expect(treatmentNote(KEEP, () => 'a')).toMatchObject({ treatments: null, columnIds: [101, 102, 103] });
  expect(treatmentNote(by({ treatment: 'hmac' }, { treatment: 'drop' }), () => 'a')).toEqual({
    treatments: { 102: { treatment: 'hmac', type: 'decimal(10,2)', keyId: 'a' }, 103: { treatment: 'drop' } },
    columnIds: [101, 102],
    types: { 101: 'decimal(10,2)', 102: 'string' },
  });
});

it('files of another type: only where each value is one of the contract, and the same', () => {
  const typed = (type: string): Contract => ({
    ...KEEP,
    columns: KEEP.columns.map((column) => (column.id === 102 ? { ...column, type } : column)),
  });
  const told = (from: string, to: string) => disagreement(typed(to), [written(typed(from))], undefined);
  for (const [from, to] of [
    ['bigint', 'bigint'],
    ['bigint', 'decimal(19,0)'],
    ['decimal(10,2)', 'decimal(12,2)'],
  ] as const)
    expect(told(from, to)).toBeUndefined();
  for (const [from, to] of [
    ['decimal(10,2)', 'decimal(10,1)'],
    ['decimal(10,2)', 'bigint'],
    ['string', 'bigint'],
    ['bigint', 'string'],
    ['timestamp', 'date'],
  ] as const)
    expect(told(from, to)).toContain(`as ${from}, and the contract says ${to}`);
  expect(disagreement(typed('bigint'), [{ ...written(typed('string')), types: null }], undefined)).toBeUndefined();
});

it('a table has the keys of the files that it was made of', () => {
  const history: FileTreatments = { 102: { treatment: 'hmac', type: 'decimal(10,2)', keyId: 'a' } };
  expect(inheritedNote(HMAC, [{ treatments: null }, { treatments: history }]).treatments).toEqual(history);
  expect(inheritedNote(HMAC, []).treatments).toEqual({ 102: { treatment: 'hmac', type: 'decimal(10,2)' } });
});
