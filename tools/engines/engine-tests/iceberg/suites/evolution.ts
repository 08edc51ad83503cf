/**
 * A table made by hand whose schema grows: a column more, one by another name, a wider decimal. Each reader tells the rows of each
 * snapshot under the columns of then, opens only the files that a condition leaves, and finds snapshots by time.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Column } from '@farelake/iceberg';
import type { Comparison, Row } from '@farelake/engines';
import { handMade, type HandMade } from '../support/hand-made.ts';
import { READERS } from '../support/readers.ts';
import { asToldBy } from '../support/rows.ts';
import type { AskShared } from './suite.ts';

const BEFORE: readonly Column[] = [
  { id: 101, name: 'id', type: 'long' },
  { id: 102, name: 'amount', type: 'decimal(5,2)' },
  { id: 103, name: 'note', type: 'string' },
];
const AFTER: readonly Column[] = [
  { id: 101, name: 'id', type: 'long' },
  { id: 102, name: 'amount', type: 'decimal(20,2)' },
  { id: 103, name: 'remark', type: 'string' },
  { id: 104, name: 'at', type: 'timestamp' },
];
const TYPES_BEFORE = ['id long', 'amount decimal(5, 2)', 'note string'];
const TYPES_AFTER = ['id long', 'amount decimal(20, 2)', 'remark string', 'at timestamp'];

/** As Spark makes them: a number of 64 bits, which JavaScript has none of. */
const LARGE_ID = 2n ** 62n + 1n;

const PER_FILE = 100;
const ids = (from: number): number[] => Array.from({ length: PER_FILE }, (_, n) => from + n);
const before = (from: number): Row[] => ids(from).map((id) => ({ id, amount: '999.99', note: `n${id}` }));
const after = (from: number): Row[] =>
  ids(from).map((id) => ({ id, amount: '123456789012345678.25', remark: `n${id}`, at: '9999-12-31 23:59:59.999999' }));
const evolved = (rows: readonly Row[]): Row[] =>
  rows.map(({ id, amount, note }) => ({ id: id!, amount: amount!, remark: note!, at: null }));

/** Conditions, and the files whose bounds leave such rows possible: n0 to n99, as text, goes round n250. */
const CONDITIONS: readonly (readonly [string, readonly Comparison[], readonly string[]])[] = [
  ['one key', [{ column: 'id', is: '=', value: 150 }], ['b']],
  [
    'a range of keys',
    [
      { column: 'id', is: '>=', value: 50 },
      { column: 'id', is: '<', value: 150 },
    ],
    ['a', 'b'],
  ],
  ['keys that are nowhere', [{ column: 'id', is: '>', value: 5000 }], []],
  ['a decimal that only the wider type holds', [{ column: 'amount', is: '>', value: '1000.00' }], ['c']],
  ['the column of a new name', [{ column: 'remark', is: '=', value: 'n250' }], ['a', 'c']],
  // Of a column that came later nothing is known in the files of before.
  ['a time in the far future', [{ column: 'at', is: '>=', value: '9999-12-31 23:59:59.999999' }], ['a', 'b', 'c']],
];

export function evolution(shared: AskShared): void {
  let table: HandMade;
  let first: { snapshotId: bigint; now: number };
  let second: { snapshotId: bigint; now: number };
  let newest: { snapshotId: bigint; now: number };

  beforeAll(async () => {
    table = await handMade(shared().pool, shared().folder, 'evolved', BEFORE);
    const early = (name: string, from: number) =>
      table.file(
        name,
        `SELECT i AS id, 999.99::DECIMAL(5,2) AS amount, 'n' || i AS note FROM range(${from}, ${from + PER_FILE}) t (i)`,
      );
    first = await table.commit({ add: [await early('a', 0)] });
    second = await table.commit({ add: [await early('b', PER_FILE)] }, LARGE_ID);
    table.evolve(AFTER);
    const wide = `123456789012345678.25::DECIMAL(20,2) AS amount, 'n' || i AS remark`;
    const late = `SELECT i AS id, ${wide}, TIMESTAMP '9999-12-31 23:59:59.999999' AS at FROM range(200, 300) t (i)`;
    newest = await table.commit({ add: [await table.file('c', late)] });
  });
  afterAll(() => {
    table.close();
  });

  it.each(READERS)('%s has the columns of each snapshot', async (name) => {
    const reader = shared().readers.called(name);
    const types = async (snapshotId?: bigint) =>
      (await reader.schema(table.name, snapshotId === undefined ? {} : { snapshotId })).map(
        (one) => `${one.name} ${one.type}`,
      );
    expect((await types(first.snapshotId)).map(tight)).toEqual(TYPES_BEFORE.map(tight));
    expect((await types(LARGE_ID)).map(tight)).toEqual(TYPES_BEFORE.map(tight));
    expect((await types()).map(tight)).toEqual(TYPES_AFTER.map(tight));
  });

  it.each(READERS)('%s has the rows of each snapshot, under its columns', async (name) => {
    const reader = shared().readers.called(name);
    for (const [snapshot, rows] of [
      [first, before(0)],
      [second, [...before(0), ...before(100)]],
      [newest, evolved([...before(0), ...before(100)]).concat(after(200))],
    ] as const) {
      const options = { snapshotId: snapshot.snapshotId };
      const columns = await reader.schema(table.name, options);
      const read = asToldBy(reader, columns, await reader.rows(table.name, options));
      expect(read).toEqual(asToldBy(reader, columns, rows));
    }
  });

  it.each(READERS)('%s finds a snapshot by time, or says that it does not', async (name) => {
    const reader = shared().readers.called(name);
    if (reader.lacks.includes('asOf')) {
      await expect(reader.rows(table.name, { asOf: first.now })).rejects.toThrow('icebird knows no');
      return;
    }
    expect(await reader.rows(table.name, { asOf: first.now })).toHaveLength(PER_FILE);
    expect(await reader.rows(table.name, { asOf: second.now - 1 })).toHaveLength(PER_FILE);
    expect(await reader.rows(table.name, { asOf: newest.now + 1 })).toHaveLength(3 * PER_FILE);
  });

  it.each(READERS.filter((name) => name !== 'icebird'))('%s opens the files that conditions leave', async (name) => {
    const reader = shared().readers.called(name);
    const names = async (filter: readonly Comparison[]) =>
      (await reader.plannedFiles!(table.name, { filter })).map((file) => /(\w+)\.parquet$/.exec(file)?.[1]);
    expect((await names([])).sort()).toEqual(['a', 'b', 'c']);
    for (const [what, filter, files] of CONDITIONS) expect([what, (await names(filter)).sort()]).toEqual([what, files]);
  });

  it.each(READERS.filter((name) => name !== 'icebird'))('%s has all rows of a condition', async (name) => {
    const reader = shared().readers.called(name);
    const counts = await inOrder(CONDITIONS, async ([, filter]) => (await reader.rows(table.name, { filter })).length);
    expect(counts).toEqual([1, 100, 0, 100, 1, 100]);
  });
}

const tight = (type: string): string => type.replace(', ', ',');

async function inOrder<Item, Answer>(items: readonly Item[], ask: (item: Item) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const item of items) answers.push(await ask(item));
  return answers;
}
