import { expect, test } from '@jest/globals';
import {
  columnName,
  datasetName,
  FIRST_COLUMN_ID,
  isHeaderColumn,
  isReservedColumnName,
  SYSTEM_COLUMNS,
  type SystemColumn,
} from '../src/index.ts';
import { thrownBy } from './thrown.ts';

test.each([
  ['SAMPLE_ID', 'sample_id'],
  ['Fare Type', 'fare_type'],
  ['a.b-c', 'a_b_c'],
  ['1ST', '1st'],
  ['Größe', 'gr__e'],
  ['🔥', '_'],
  ['_', '_'],
])('column %s is named %s', (source, name) => {
  expect(columnName(source)).toBe(name);
});

test('a dataset is named after schema and table', () => {
  expect(datasetName({ schema: 'EDW', table: 'SAMPLE' })).toBe('edw_sample');
  expect(datasetName({ schema: 'My Schema', table: 'A$B' })).toBe('my_schema_a_b');
});

test('what has no name is refused', () => {
  expect(thrownBy(() => columnName('')).code).toBe('empty-name');
  expect(thrownBy(() => datasetName({ schema: '', table: 'T' })).code).toBe('empty-name');
  expect(thrownBy(() => datasetName({ schema: 'S', table: '' })).code).toBe('empty-name');
});

test('names of system columns are reserved, and all that begin with header__', () => {
  for (const { name, feeds } of SYSTEM_COLUMNS as readonly SystemColumn[])
    for (const feed of feeds ?? (['qlik', 'dmap'] as const)) expect(isReservedColumnName(name, feed)).toBe(true);
  expect(isReservedColumnName('dataset_id', 'qlik')).toBe(false);
  expect(isReservedColumnName('dataset_id', 'dmap')).toBe(true);
  expect(isReservedColumnName('header__anything')).toBe(true);
  expect(isReservedColumnName('header_line')).toBe(false);
  expect(isReservedColumnName('_line_no')).toBe(false);
  expect([isHeaderColumn('header__x'), isHeaderColumn('HEADER__X'), isHeaderColumn('x_header__')]).toEqual([
    true,
    false,
    false,
  ]);
});

test('field ids of system columns never change: files that exist bear them', () => {
  const ids = SYSTEM_COLUMNS.map(({ id, name, type }) => [id, name, type]);
  expect(ids).toEqual([
    [1, 'header__change_seq', { kind: 'string' }],
    [2, 'header__change_oper', { kind: 'string' }],
    [3, 'header__timestamp', { kind: 'timestamp' }],
    [4, 'header__change_mask', { kind: 'listOfInt', elementId: 5 }],
    [6, '_load_id', { kind: 'bigint' }],
    [7, '_line', { kind: 'bigint' }],
    [8, 'dataset_id', { kind: 'string' }],
    [9, '_period_start', { kind: 'date' }],
    [10, '_period_end', { kind: 'date' }],
    [11, '_last_updated', { kind: 'timestamp' }],
    [12, 'topic', { kind: 'string' }],
    [13, 'partition', { kind: 'bigint' }],
    [14, 'offset', { kind: 'bigint' }],
    [15, '_cluster', { kind: 'string' }],
    [16, '_epoch', { kind: 'bigint' }],
    [17, '_timestamp', { kind: 'timestamp' }],
    [18, '_timestamp_type', { kind: 'string' }],
    [19, 'service_date', { kind: 'date' }],
  ]);
  expect(FIRST_COLUMN_ID).toBe(101);
});
