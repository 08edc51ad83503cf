/** The golden table of `@farelake/iceberg`, by every reader: columns and keys of each of its snapshots. */
import { beforeAll, expect, it } from '@jest/globals';
import path from 'node:path';
import { writeGoldenTable, type GoldenTable } from '../../../../../packages/iceberg/test/support/golden-table.ts';
import { pointTo } from '../support/hand-made.ts';
import { NAMESPACE, READERS } from '../support/readers.ts';
import type { AskShared } from './suite.ts';

export function goldenTable(shared: AskShared): void {
  let table: GoldenTable;
  beforeAll(async () => {
    table = await writeGoldenTable(path.join(shared().folder, 'golden'));
    await pointTo(shared().pool, 'golden', table.metadata);
  });

  it.each(READERS)('%s has the columns and rows of each snapshot', async (name) => {
    const reader = shared().readers.called(name);
    const of = { namespace: NAMESPACE, table: 'golden' };
    for (const { snapshotId, ids, columns } of table.snapshots) {
      expect((await reader.schema(of, { snapshotId })).map((column) => column.name)).toEqual(columns);
      const rows = await reader.rows(of, { snapshotId });
      expect(rows.map(({ id }) => Number(id)).sort((a, b) => a - b)).toEqual(ids);
    }
  });
}
