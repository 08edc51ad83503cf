import { expect, test } from '@jest/globals';
import {
  columnName,
  datasetName,
  FIRST_COLUMN_ID,
  isHeaderColumn,
  isReservedColumnName,
  SYSTEM_COLUMNS,
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
  for (const { name } of SYSTEM_COLUMNS) expect(isReservedColumnName(name)).toBe(true);
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
  ]);
  expect(FIRST_COLUMN_ID).toBe(101);
});
