/** How new events meet the current table, by what the survey of them says. */
import { expect, test } from '@jest/globals';
import { foldMode, type Survey } from '../../src/index.ts';

const survey = (parts: Partial<Survey> = {}): Survey => ({
  lowest: '20',
  highest: '30',
  truncates: false,
  snapshots: false,
  ...parts,
});

test.each([
  ['no current table yet', undefined, survey(), 'whole'],
  ['no current table and no events', undefined, survey({ lowest: null, highest: '' }), 'whole'],
  ['a truncation, however new', '10', survey({ truncates: true }), 'truncate'],
  ['a truncation that comes late', '25', survey({ truncates: true }), 'truncate'],
  ['a truncation and no current table', undefined, survey({ truncates: true }), 'whole'],
  ['every sequence above the watermark', '19', survey(), 'append'],
  ['after snapshot rows only', '', survey(), 'append'],
  ['a sequence at the watermark', '20', survey(), 'rebuild'],
  ['a sequence below the watermark', '25', survey(), 'rebuild'],
  ['a snapshot file that comes late', '10', survey({ lowest: '', snapshots: true }), 'rebuild'],
  ['a snapshot file after snapshot rows only', '', survey({ lowest: '', highest: '', snapshots: true }), 'rebuild'],
  ['no events', '10', survey({ lowest: null, highest: '' }), 'append'],
] as const)('%s (watermark %j): %s', (_, watermark, fresh, mode) => {
  expect(foldMode(watermark, fresh)).toBe(mode);
});
