/** What `table add` and reviews say of a contract's next version. */
import { expect, test } from '@jest/globals';
import { compatibility, type Contract, type ContractColumn } from '../src/index.ts';
import { sampleContract } from './sample-contract.ts';

const present = sampleContract();
const change = (id: number, members: Partial<ContractColumn>, from = present): Contract => ({
  ...from,
  columns: from.columns.map((column) => (column.id === id ? { ...column, ...members } : column)),
});
const extra: ContractColumn = { ...present.columns[1]!, id: 105, name: 'fare', sourceName: 'FARE', type: 'bigint' };
const money = (type: string) => change(102, { type });

test.each<[string, Contract, Contract, boolean, RegExp]>([
  ['a new column', present, { ...present, columns: [...present.columns, extra] }, true, /fare \(bigint\) is new/],
  [
    'a new column without NULL',
    present,
    { ...present, columns: [...present.columns, { ...extra, nullable: false }] },
    false,
    /may not be NULL/,
  ],
  [
    'more digits',
    money('decimal(10,2)'),
    money('decimal(12,2)'),
    true,
    /is decimal\(12,2\), no longer decimal\(10,2\)/,
  ],
  ['fewer digits', money('decimal(12,2)'), money('decimal(10,2)'), false, /no longer decimal\(12,2\)/],
  ['another scale', money('decimal(10,2)'), money('decimal(12,3)'), false, /is decimal\(12,3\)/],
  ['bigint to decimal', money('bigint'), money('decimal(20,0)'), false, /is decimal\(20,0\), no longer bigint/],
  [
    'a column less',
    present,
    { ...present, columns: present.columns.slice(0, -1) },
    false,
    /edw_updated_dtm is removed/,
  ],
  ['another key', present, { ...present, key: ['sample_name'] }, false, /key is sample_name, no longer sample_id/],
  ['another name', present, change(102, { name: 'title' }), false, /sample_name is now title/],
  ['another treatment', present, change(102, { treatment: 'hmac' }), false, /treatment hmac, no longer keep/],
  ['NULL no longer', present, change(102, { nullable: false }), false, /may no longer be NULL/],
])('%s', (_, old, next, compatible, text) => {
  const changes = compatibility(old, next);
  expect(changes).toEqual([{ compatible, text: expect.stringMatching(text) }]);
});

test('what tables do not show is no change', () => {
  const renamedKey = { ...change(101, { name: 'number' }), key: ['number'] };
  expect(compatibility(present, { ...present, owner: 'fares', freshness: 'PT1H' })).toEqual([]);
  expect(compatibility(present, renamedKey)).toHaveLength(1);
});
