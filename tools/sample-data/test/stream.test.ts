import { cutFiles } from '../src/delivery.ts';
import { expectationOf } from '../src/expected.ts';
import { seededRandom } from '../src/random.ts';
import {
  again,
  insert,
  late,
  openSource,
  remove,
  splitAfterFirst,
  tell,
  together,
  truncate,
  update,
  updateMissing,
  type Change,
} from '../src/stream.ts';
import { VENDOR_OPTIONS } from '../src/csv.ts';
import { headers, type Table } from '../src/table.ts';

const GATE: Table = {
  schema: 'EDW',
  name: 'GATE',
  tableVersion: 1,
  columns: [
    { name: 'ID', type: 'INT4' },
    { name: 'NOTE', type: 'STRING', length: 10 },
    { name: 'FEE', type: 'NUMERIC', precision: 9, scale: 2 },
  ],
  key: ['ID'],
  keyInDfm: true,
  headers: headers('change_seq', 'change_oper', 'timestamp'),
  updateImage: 'sparse',
  beforeImage: 'none',
  options: VENDOR_OPTIONS,
  snapshotStart: 0,
  snapshotStems: ['LOAD1'],
  rowsPerChangeFile: 2,
  rows: () => [
    { ID: '1', NOTE: 'a', FEE: '1.5' },
    { ID: '2', NOTE: null, FEE: '-0.75' },
  ],
  changes: () => [],
};

const open = (table: Partial<Table> = {}) => openSource({ ...GATE, ...table }, seededRandom(1), 0);
const operations = (changes: Iterable<Change>) => [...changes].map(({ operation }) => operation).join('');

describe('what replication writes', () => {
  test('a sparse update shows the key and what changed', () => {
    expect(update(open(), { ID: '1' }, { NOTE: 'b' })).toMatchObject([
      { operation: 'U', image: { ID: '1', NOTE: 'b', FEE: null } },
    ]);
  });

  test('a full update shows the row, and its partial before image the key', () => {
    const source = open({ updateImage: 'full', beforeImage: 'partial' });
    expect(update(source, { ID: '1' }, { ID: '3', NOTE: null })).toMatchObject([
      { operation: 'B', image: { ID: '1', NOTE: null, FEE: null } },
      { operation: 'U', image: { ID: '3', NOTE: null, FEE: '1.5' } },
    ]);
  });

  test('sequences rise, except within one statement', () => {
    const source = open();
    const apart = [...update(source, { ID: '1' }, { NOTE: 'b' }), ...remove(source, { ID: '1' })];
    expect(apart[0]!.sequence < apart[1]!.sequence).toBe(true);
    expect(apart[0]!.sequence).toMatch(/^\d{35}$/);
    const [first, second] = together(source, () => [
      ...update(source, { ID: '2' }, { NOTE: 'c' }),
      ...insert(source, { ID: '4', NOTE: null, FEE: null }),
    ]);
    expect(first!.sequence).toBe(second!.sequence);
  });
});

describe('what the source refuses', () => {
  test.each<[string, (source: ReturnType<typeof open>) => unknown, string]>([
    ['a taken key', (source) => insert(source, { ID: '1', NOTE: null, FEE: null }), 'is taken'],
    ['a move onto a live key', (source) => update(source, { ID: '1' }, { ID: '2' }), 'is taken'],
    ['an update of nothing', (source) => update(source, { ID: '9' }, { NOTE: 'x' }), 'no live row'],
    ['NULL in a sparse update', (source) => update(source, { ID: '1' }, { NOTE: null }), 'cannot set NOTE to NULL'],
    ['an orphan of a live key', (source) => updateMissing(source, { ID: '1' }, { NOTE: 'x' }), 'is taken'],
  ])('%s', (_name, act, message) => {
    expect(() => act(open())).toThrow(message);
  });
});

test('what is expected is what lives', () => {
  const source = open();
  updateMissing(source, { ID: '9' }, { NOTE: 'x' });
  remove(source, { ID: '1' });
  tell(source, { ID: '1' }, undefined, 'removed');
  tell(source, { ID: '2' }, 'FEE', 'kept');
  expect(expectationOf(source)).toEqual({
    rows: 1,
    orphans: 1,
    sums: { fee: '-0.75' },
    checks: [
      { key: { id: 1 }, absent: true, why: 'removed' },
      { key: { id: 2 }, column: 'fee', value: '-0.75', why: 'kept' },
    ],
  });
  truncate(source);
  expect(() => expectationOf(source)).toThrow('was told to live, but is gone');
});

describe('cutting changes into files', () => {
  test('late records come one file later, repeated ones in both', () => {
    const source = open();
    const files = cutFiles(
      [
        ...late(insert(source, { ID: '3', NOTE: null, FEE: null })),
        ...again(update(source, { ID: '3' }, { NOTE: 'x' })),
        ...remove(source, { ID: '1' }),
        ...remove(source, { ID: '2' }),
      ],
      2,
    );
    expect([...files].map(operations)).toEqual(['UD', 'IUD']);
  });

  test('only a scenario parts a before image from its update', () => {
    const source = open({ beforeImage: 'full' });
    const changes = (split: boolean) => {
      const pair = update(source, { ID: '1' }, { NOTE: 'x' });
      return split ? splitAfterFirst(pair) : pair;
    };
    expect([...cutFiles(changes(false), 1)].map(operations)).toEqual(['BU']);
    expect([...cutFiles(changes(true), 5)].map(operations)).toEqual(['B', 'U']);
  });
});
