/** What every reader demands of a table is refused when it is not given, and not when somebody reads. */
import { expect, it } from '@jest/globals';
import { BadInput, createTable } from '../../src/index.ts';
import { LOCATION, UUID } from '../support/files.ts';

const table = (part: object) => createTable({ location: LOCATION, uuid: UUID, columns: [], now: 1, ...part });

it.each<[says: string, part: object]>([
  ...['', 'stage/t', './t', '../t', 's3:', 's3://', '/', '://b/t', 'b:t'].map((location): [string, object] => [
    `a table cannot be at "${location}"`,
    { location },
  ]),
  ...[undefined, null, 7, 7n, Symbol('s'), Object.create(null) as object, new URL('s3://b/t')].map(
    (location): [string, object] => ['a table cannot be at', { location }],
  ),
  ['cannot have "" for its UUID', { uuid: '' }],
  ['cannot have "u" for its UUID', { uuid: 'u' }],
  ['for its UUID', { uuid: `${UUID}0` }],
  ['for its UUID', { uuid: UUID.replaceAll('-', '') }],
  ['for its UUID', { uuid: UUID.replace('4', 'g') }],
  ['cannot have undefined for its UUID', { uuid: undefined }],
  ['cannot have 7 for its UUID', { uuid: 7 }],
  ['now is NaN', { now: Number.NaN }],
])('%s: %p', (says, part) => {
  expect(() => table(part)).toThrow(BadInput);
  expect(() => table(part)).toThrow(says);
});

it.each(['s3://b', 's3://b/t/', 'abfss://c@a.dfs.core.windows.net/t', 'file:///a b/t', 'file:/a/t', '/a/t'])(
  'a table can be at %s',
  (location) => {
    expect(table({ location }).location).toBe(location.replace(/\/$/, ''));
  },
);

it.each([UUID.toUpperCase(), '0198c0de-0000-7000-8000-000000000001'])('a table can have the UUID %s', (uuid) => {
  expect(table({ uuid })['table-uuid']).toBe(uuid);
});
