/** A snapshot without files, and one after the last file went, have no rows, and do not trouble a reader. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { handMade, type HandMade } from '../support/hand-made.ts';
import { READERS } from '../support/readers.ts';
import type { AskShared } from './suite.ts';

export function withoutRows(shared: AskShared): void {
  let table: HandMade;
  const snapshots: bigint[] = [];

  beforeAll(async () => {
    table = await handMade(shared().pool, shared().folder, 'empty', [{ id: 101, name: 'id', type: 'long' }]);
    const file = await table.file('a', 'SELECT i AS id FROM range(3) t (i)');
    for (const change of [{}, { add: [file] }, { remove: [file.path] }])
      snapshots.push((await table.commit(change)).snapshotId);
  });
  afterAll(() => {
    table.close();
  });

  it.each(READERS)('%s', async (name) => {
    const reader = shared().readers.called(name);
    const counts: number[] = [];
    for (const snapshotId of snapshots) counts.push((await reader.rows(table.name, { snapshotId })).length);
    expect(counts).toEqual([0, 3, 0]);
    expect(await reader.rows(table.name)).toEqual([]);
    expect(await reader.schema(table.name)).toEqual([{ name: 'id', type: 'long' }]);
  });
}
