import { expect, test } from '@jest/globals';
import type { ContractColumn } from '@farelake/schema-registry';
import { tapsContract } from '../../../schema-registry/test/taps-contract.ts';
import { recordReader } from '../../src/index.ts';
import { NOON, record, TAP } from '../support/records.ts';

const hash = (_: unknown, value: string | bigint): string => `#${value}`;
const read = recordReader(tapsContract(), hash);

test('a tap is a row: treated values in the order of columns, and its service day', () => {
  expect(read(record())).toEqual({ kind: 'row', day: 20_513, values: ['t-1', '#tok-1', '70061', 'V-7'] });
});

test('a record without a value is a tombstone, whatever else is wrong with it', () => {
  expect(read(record('', { value: null, timestamp: -1n }))).toEqual({ kind: 'tombstone' });
});

const of = (value: unknown) => record(value);
const bytes = (...list: number[]) => record('', { value: Uint8Array.from(list) });

test.each([
  ['not JSON', of('{"tapId":'), 'not-json', null],
  ['nothing at all', of(''), 'not-json', null],
  ['a list', of([TAP]), 'not-object', null],
  ['null', of('null'), 'not-object', null],
  ['UTF-16', record('', { value: Buffer.from('\ufeff{}', 'utf16le') }), 'not-utf8', null],
  ['Latin-1', bytes(0x22, 0xe9, 0x22), 'not-utf8', null],
  ['a missing field', of({ ...TAP, stopId: undefined }), 'missing-field', '$.stopId'],
  ['a field that is null', of({ ...TAP, stopId: null }), 'wrong-type', '$.stopId'],
  ['a number for text', of({ ...TAP, stopId: 70061 }), 'wrong-type', '$.stopId'],
  ['an empty text', of({ ...TAP, deviceId: '' }), 'empty-text', '$.deviceId'],
  ['an extra field', of({ ...TAP, fare: 240 }), 'extra-field', '$.fare'],
  ['an extra field whose name may be a value', of({ ...TAP, '4111 1111': 1 }), 'extra-field', null],
  ['a member that every object inherits', of({ ...TAP, toString: 'x' }), 'extra-field', '$.toString'],
  [
    'half of a character',
    of('{"tapId":"\\ud800","tokenId":"t","stopId":"s","deviceId":"d"}'),
    'wrong-value',
    '$.tapId',
  ],
  ['no timestamp', record(TAP, { timestamp: -1n }), 'no-timestamp', null],
  ['a timestamp before 1970', record(TAP, { timestamp: -2n }), 'wrong-timestamp', null],
  ['a timestamp of the year 10,000', record(TAP, { timestamp: 253_402_300_800_000n }), 'wrong-timestamp', null],
  ['more than one MiB', of({ ...TAP, tapId: 'x'.repeat(1024 * 1024) }), 'too-large', null],
])('refused: %s', (_, poison, reason, detail) => {
  expect(read(poison)).toEqual({ kind: 'refused', reason, detail });
});

test('the last day that there is, wherever it ends first', () => {
  const stream = { timeZone: 'Pacific/Auckland', dayStartsAt: '00:00' };
  const east = recordReader(tapsContract({ stream }), hash);
  expect(east(record(TAP, { timestamp: 253_402_300_799_999n }))).toMatchObject({ reason: 'wrong-timestamp' });
  expect(read(record(TAP, { timestamp: 253_402_300_799_999n }))).toMatchObject({ kind: 'row', day: 2_932_896 });
});

test('as many bytes as the contract says, and no more', () => {
  const text = JSON.stringify(TAP);
  const reader = (maxBytes: number) =>
    recordReader(tapsContract({ stream: { timeZone: 'UTC', dayStartsAt: '00:00', maxBytes } }), hash);
  expect(reader(text.length)(record(text))).toMatchObject({ kind: 'row' });
  expect(reader(text.length - 1)(record(text))).toMatchObject({ reason: 'too-large' });
});

test('a mark of byte order before the text is no part of it', () => {
  expect(read(record(`\ufeff${JSON.stringify(TAP)}`))).toMatchObject({ kind: 'row' });
});

const column = (type: string, more: Partial<ContractColumn> = {}): ContractColumn => ({
  ...{ id: 105, name: 'x', sourceName: 'x', type, nullable: true, classification: 'internal', treatment: 'keep' },
  description: '',
  ...more,
});

const valueOf = (own: ContractColumn, value: unknown) => {
  const contract = { ...tapsContract(), columns: [own], lastColumnId: 105 };
  const found = recordReader(contract, hash)(record(value === undefined ? {} : { x: value }));
  return found.kind === 'row' ? found.values[0] : found;
};

test.each([
  ['bigint', 12, 12n],
  ['bigint', -9_007_199_254_740_991, -9_007_199_254_740_991n],
  ['bigint', 1e16, 'wrong-value'],
  ['bigint', 1.5, 'wrong-type'],
  ['bigint', '12', 'wrong-type'],
  ['double', 1.5, 1.5],
  ['boolean', false, false],
  ['string', '', ''],
  ['string', undefined, null],
  ['string', null, null],
  ['date', '2026-03-01', '2026-03-01'],
  ['date', '0000-01-01', 'wrong-value'],
  ['date', '2026-02-30', 'wrong-value'],
  ['date', '1.3.2026', 'wrong-value'],
  ['timestamp', '2026-03-01T12:00:00Z', NOON * 1000n],
  ['timestamp', '2026-03-01T07:00:00.123456789-05:00', NOON * 1000n + 123_456n],
  ['timestamp', '1969-12-31T23:59:59.999999Z', -1n],
  ['timestamp', '2026-03-01T12:00:00', 'wrong-value'],
  ['timestamp', '2026-02-30T12:00:00Z', 'wrong-value'],
  ['timestamp', '2026-03-01T25:00:00Z', 'wrong-value'],
  ['timestamp', '0001-01-01T00:00:00+01:00', 'wrong-value'],
  ['timestamp', '9999-12-31T23:59:59-01:00', 'wrong-value'],
])('%s %j', (type, value, expected) => {
  const found = valueOf(column(type), value);
  if (typeof expected === 'string' && expected.startsWith('wrong'))
    expect(found).toMatchObject({ kind: 'refused', reason: expected, detail: '$.x' });
  else expect(found).toEqual(expected);
});

test.each([
  ['string', 'a', '#a'],
  ['bigint', 7, '#7'],
  ['date', '2026-03-01', '#2026-03-01'],
  ['timestamp', '2026-03-01T12:00:00.5Z', '#2026-03-01 12:00:00.500000'],
  ['timestamp', '1969-12-31T23:59:59.999999Z', '#1969-12-31 23:59:59.999999'],
  ['string', null, null],
])('a keyed hash of %s %j is of its one text', (type, value, expected) => {
  expect(valueOf(column(type, { treatment: 'hmac' }), value)).toBe(expected);
});

test('a dropped column may be there, and is in no row', () => {
  const contract = tapsContract();
  const dropping = {
    ...contract,
    columns: contract.columns.map((one) => (one.name === 'token_id' ? { ...one, treatment: 'drop' as const } : one)),
  };
  expect(recordReader(dropping, hash)(record())).toMatchObject({ values: ['t-1', '70061', 'V-7'] });
});
