/** Metadata that parses and is at odds with itself is refused; what other writers leave legally is read. */
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BadMetadata, currentSnapshot, parseMetadata } from '../../src/index.ts';

const FOREIGN = path.join(import.meta.dirname, '../support/foreign.metadata.json');
const [FIRST, SECOND] = [3055729675574597, 922337203685477];

interface Raw {
  snapshots?: Record<string, unknown>[];
  refs?: Record<string, unknown> | null;
  'snapshot-log'?: Record<string, unknown>[];
  'current-snapshot-id'?: number | null;
  [name: string]: unknown;
}

/** With ids that plain JSON holds. */
function whole(): Raw {
  const text = readFileSync(FOREIGN, 'utf8');
  return JSON.parse(
    text.replaceAll('3055729675574597004', `${FIRST}`).replaceAll('9223372036854775807', `${SECOND}`),
  ) as Raw;
}
const parse = (change: (raw: Raw) => void) => {
  const raw = whole();
  change(raw);
  return parseMetadata(new TextEncoder().encode(JSON.stringify(raw)));
};

describe('metadata that is refused', () => {
  it.each<[what: string, says: string, change: (raw: Raw) => void]>([
    ['snapshots are gone', 'is not among its snapshots', (raw) => delete raw.snapshots],
    ['the current snapshot is gone', 'is not among its snapshots', (raw) => raw.snapshots!.pop()],
    ['a tagged snapshot is gone', 'tag audit is of snapshot', (raw) => raw.snapshots!.shift()],
    ['none is current by -1', 'main is at snapshot', (raw) => (raw['current-snapshot-id'] = -1)],
    ['none is current by null', 'main is at snapshot', (raw) => (raw['current-snapshot-id'] = null)],
    ['none is current by omission', 'main is at snapshot', (raw) => delete raw['current-snapshot-id']],
    [
      'none is current and there are no branches',
      'neither says which is current',
      (raw) => {
        delete raw['current-snapshot-id'];
        delete raw.refs;
      },
    ],
    [
      'none is current and the log ends with one',
      'snapshot log ends with',
      (raw) => {
        raw['current-snapshot-id'] = -1;
        raw.refs = {};
      },
    ],
    ['main is at another snapshot', 'main is at snapshot', (raw) => (raw['current-snapshot-id'] = FIRST)],
    ['the log ends with another snapshot', 'snapshot log ends with', (raw) => raw['snapshot-log']!.pop()],
    ['a snapshot is there twice', 'two snapshots', (raw) => raw.snapshots!.push(raw.snapshots![0]!)],
    ['a sequence number was not given yet', 'the sequence number 34', (raw) => (raw['last-sequence-number'] = 33)],
    ['the current schema is missing', 'no schema 7', (raw) => (raw['current-schema-id'] = 7)],
    ['the partition spec is missing', 'no partition spec 1', (raw) => (raw['default-spec-id'] = 1)],
    ['the sort order is missing', 'no sort order 3', (raw) => (raw['default-sort-order-id'] = 3)],
    ['a branch is nothing', 'branch or tag main', (raw) => (raw.refs = { main: null })],
    ['schemas are no list', 'schemas of the table metadata is no list', (raw) => (raw['schemas'] = {})],
  ])('%s', (_, says, change) => {
    expect(() => parse(change)).toThrow(BadMetadata);
    expect(() => parse(change)).toThrow(says);
  });
});

describe('metadata that is read', () => {
  it.each<[what: string, current: number | undefined, change: (raw: Raw) => void]>([
    ['as it was written', SECOND, () => undefined],
    ['without a log', SECOND, (raw) => delete raw['snapshot-log']],
    ['with a log that expiry emptied', SECOND, (raw) => (raw['snapshot-log'] = [])],
    ['without branches, of before there were any', SECOND, (raw) => delete raw.refs],
    ['with branches that are null', SECOND, (raw) => (raw.refs = null)],
    ['with tags alone', SECOND, (raw) => delete raw.refs!['main']],
    [
      'of a table that was replaced by an empty one, whose snapshots stay',
      undefined,
      (raw) => {
        raw['current-snapshot-id'] = -1;
        raw.refs = { audit: { 'snapshot-id': FIRST, type: 'branch' } };
        raw['snapshot-log'] = [];
      },
    ],
    [
      'of such a table, by a writer without branches',
      undefined,
      (raw) => {
        raw['current-snapshot-id'] = -1;
        delete raw.refs;
        raw['snapshot-log'] = [];
      },
    ],
    [
      'without sort orders',
      SECOND,
      (raw) => {
        delete raw['sort-orders'];
        delete raw['default-sort-order-id'];
      },
    ],
  ])('%s', (_, current, change) => {
    expect(currentSnapshot(parse(change))?.['snapshot-id']).toBe(current === undefined ? undefined : BigInt(current));
  });
});
