/** Rows that position deletes take away are there for no reader, and come back with the deletes gone. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Column, DataFile, DeleteFile } from '@farelake/iceberg';
import { handMade, type HandMade } from '../support/hand-made.ts';
import { READERS } from '../support/readers.ts';
import type { AskShared } from './suite.ts';

const COLUMNS: readonly Column[] = [
  { id: 101, name: 'id', type: 'long' },
  { id: 102, name: 'note', type: 'string' },
];

/** More rows than a vector of an engine holds, so that positions are counted through the file. */
const ROWS = 5000;

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);

export function positionDeletes(shared: AskShared): void {
  let table: HandMade;
  const files: DataFile[] = [];
  const snapshots: Record<string, bigint> = {};

  beforeAll(async () => {
    table = await handMade(shared().pool, shared().folder, 'deleted', COLUMNS);
    const file = (name: string, from: number) =>
      table.file(name, `SELECT i AS id, 'row ' || i AS note FROM range(${from}, ${from + ROWS}) t (i)`);
    files.push(await file('a', 0), await file('b', ROWS));
    snapshots['all'] = (await table.commit({ add: files })).snapshotId;
    // Of one file: the first row, the last, and some in the midst.
    const ofA: DeleteFile = await table.deletes(
      'of-a',
      [0, 17, 2047, 2048, ROWS - 1].map((at) => [files[0]!, at]),
    );
    snapshots['of a'] = (await table.commit({ addDeletes: [ofA] })).snapshotId;
    // Of two files, one of them with deletes already.
    const ofBoth = await table.deletes('of-both', [
      [files[0]!, 18],
      [files[1]!, 0],
      [files[1]!, 4000],
    ]);
    const added = await file('c', 2 * ROWS);
    snapshots['of both'] = (await table.commit({ add: [added], addDeletes: [ofBoth] })).snapshotId;
    snapshots['of a no more'] = (await table.commit({ removeDeletes: [ofA.path], sameRows: false })).snapshotId;
    // The file goes, and with it all deletes that name it.
    snapshots['without a'] = (await table.commit({ remove: [files[0]!.path] })).snapshotId;
  });
  afterAll(() => {
    table.close();
  });

  const gone: Record<string, readonly number[]> = {
    all: [],
    'of a': [0, 17, 2047, 2048, ROWS - 1],
    'of both': [0, 17, 2047, 2048, ROWS - 1, 18, ROWS, ROWS + 4000],
    'of a no more': [18, ROWS, ROWS + 4000],
    'without a': [...range(0, ROWS), ROWS, ROWS + 4000],
  };
  const until: Record<string, number> = { all: 2 * ROWS, 'of a': 2 * ROWS };

  it.each(READERS)('%s leaves out exactly these rows, at each snapshot', async (name) => {
    const reader = shared().readers.called(name);
    for (const [what, snapshotId] of Object.entries(snapshots)) {
      const there = range(0, until[what] ?? 3 * ROWS).filter((id) => !gone[what]!.includes(id));
      const read = await reader.rows(table.name, { snapshotId });
      expect([what, read.map(({ id }) => Number(id)).sort((a, b) => a - b)]).toEqual([what, there]);
      expect(read.every(({ id, note }) => note === `row ${Number(id)}`)).toBe(true);
    }
  });

  it.each(READERS)('%s counts from the newest snapshot when it is told of none', async (name) => {
    const read = await shared().readers.called(name).rows(table.name);
    expect(read).toHaveLength(2 * ROWS - 2);
  });
}
