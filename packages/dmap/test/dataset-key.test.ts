import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runs } from '../../../jest.property.ts';
import { isNameable } from '../src/dataset-key.ts';
import { formatDatasetKey, parseDatasetKey, parseDay, parseInstant } from '../src/index.ts';

const KEY = {
  set: 'agg_daily_fareprod',
  datasetId: 'agg_daily_fareprod_20220517',
  startDate: '2022-05-17',
  endDate: '2022-05-18',
  lastUpdated: '2022-05-18T12:12:24.897363000',
};

test('a name says which result it is, wherever the file was found', () => {
  const key = formatDatasetKey(KEY);
  expect(key).toBe(
    'cubic/dmap/agg_daily_fareprod/agg_daily_fareprod_20220517/2022-05-17_2022-05-18/20220518T121224897363000.csv.gz',
  );
  expect(parseDatasetKey(key)).toEqual(KEY);
  expect(parseDatasetKey(`some/folder/${key}`)).toEqual(KEY);
  expect(parseDatasetKey(key.replace('cubic/', ''))).toEqual(KEY);
  expect(parseDatasetKey(key.replace('.csv.gz', '.csv'))).toBeUndefined();
  expect(parseDatasetKey(key.replace('agg_daily_fareprod/', '%61gg_daily_fareprod/'))).toBeUndefined();
  expect(parseDatasetKey('cubic/ods_qlik/EDW.SAMPLE/LOAD1.csv.gz')).toBeUndefined();
});

test('no name from outside leaves its place', () => {
  for (const datasetId of ['../../etc', '..', '.', 'a/b', 'a\\b', 'A B', 'é', '\0', '%2e%2e']) {
    const key = formatDatasetKey({ ...KEY, datasetId });
    expect(key.split('/')).toHaveLength(5 + 1);
    expect(key.split('/')).not.toContain('..');
    expect(parseDatasetKey(key)).toEqual({ ...KEY, datasetId });
  }
  expect(isNameable('x'.repeat(200))).toBe(true);
  expect(isNameable('é'.repeat(100))).toBe(false);
  expect(isNameable('')).toBe(false);
});

test('names come out as they went in, and no two results share one', () => {
  const id = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }).filter((text) => text.isWellFormed());
  fc.assert(
    fc.property(id, id, (one, other) => {
      const key = formatDatasetKey({ ...KEY, datasetId: one });
      expect(parseDatasetKey(key)?.datasetId).toBe(one);
      expect(key === formatDatasetKey({ ...KEY, datasetId: other })).toBe(one === other);
    }),
    runs(500),
  );
});

/** Of years that are none, or led there by their zone. */
const OUTSIDE = ['0000-01-01T00:00:00', '0001-01-01T00:00:00+10:00', '9999-12-31T23:59:59-10:00'];

test('times of listings: UTC unless they say otherwise', () => {
  expect(parseInstant('2022-05-18T12:12:24.897363')).toBe('2022-05-18T12:12:24.897363000');
  expect(parseInstant('2022-05-18 12:12:24')).toBe('2022-05-18T12:12:24.000000000');
  expect(parseInstant('2022-05-18T12:12:24.1Z')).toBe('2022-05-18T12:12:24.100000000');
  expect(parseInstant('2022-05-18T00:30:00.5+02:00')).toBe('2022-05-17T22:30:00.500000000');
  expect(parseInstant('2022-05-18T00:30:00-0400')).toBe('2022-05-18T04:30:00.000000000');
  for (const text of ['', '2022-05-18', '2022-02-30T00:00:00', '2022-05-18T25:00:00', 'yesterday', ...OUTSIDE])
    expect(parseInstant(text)).toBeUndefined();
  expect(parseInstant('0001-01-01T00:00:00-10:00')).toBe('0001-01-01T10:00:00.000000000');
  expect(parseDay('2022-05-18')).toBe('2022-05-18');
  expect(parseDay('2022-05-18T00:00:00')).toBe('2022-05-18');
  for (const text of ['', '2022-02-30', '18.05.2022', '0000-01-01', '0000-12-31T00:00:00'])
    expect(parseDay(text)).toBeUndefined();
});
