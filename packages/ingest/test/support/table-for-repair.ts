/** A table of several segments with every kind of event behind it, for tests that damage it. */
import type { Contract } from '@farelake/schema-registry';
import { Delivery, seq, type Change } from './delivery.ts';
import { openWorld, type World } from './world.ts';

export const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'PART', type: 'STRING', key: 2 },
  { name: 'NAME', type: 'STRING' },
  { name: 'PRICE', type: 'NUMERIC', precision: 30, scale: 4 },
  { name: 'RATIO', type: 'REAL8' },
  { name: 'SEEN', type: 'DATETIME' },
  { name: 'RAW', type: 'BYTES' },
];

export const row = (id: number, name: string | null, part: string | null = 'p'): (string | null)[] => [
  String(id),
  part,
  name,
  id % 5 === 0 ? null : `${id}.5`,
  id % 2 === 0 ? '-0' : '0.1',
  '2026-01-01 01:02:03.000004',
  'ff00',
];

export const change = (n: number, oper: string, cells: (string | null)[]): Change => ({
  seq: seq(n),
  oper,
  row: cells,
});

/** 30 rows in some segments of about 5; updates, a delete, a move onto nothing, an orphan, a redelivered event that differs. */
/** @param odd a text of one key, which begins with a byte order mark unless given; @param zones as of `openWorld` */
export async function soundTable(
  odd = '\ufeffb',
  zones?: string,
): Promise<{ world: World; contract: Contract; delivery: Delivery }> {
  const world = await openWorld(zones);
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  const rows = Array.from({ length: 30 }, (_, id) => row(id, `n${id}`, id === 7 ? null : id === 8 ? odd : 'p'));
  await delivery.snapshot('LOAD00000001', rows, { start: '2026-01-01T00:00:00' });
  await delivery.changes(
    '20260101-010000000',
    [
      change(1, 'U', row(3, 'three')),
      change(2, 'D', row(4, null)),
      change(3, 'B', row(5, 'n5')),
      change(3, 'U', row(105, 'moved')),
      change(4, 'U', row(900, 'orphan')),
      change(5, 'I', row(200, 'one')),
      change(5, 'I', row(200, 'other')),
    ],
    { end: '2026-01-01T02:00:00' },
  );
  const contract = await world.addTable('EDW.X', {
    segmentRows: 5,
    cdc: { updateImage: 'sparse', beforeImage: 'full' },
  });
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'live', rows: 30, orphans: 1, conflicts: 1 });
  return { world, contract, delivery };
}
