/** A table and its changes, before the ledger is lost, and what of them has to be as it was. */
import { folderStore } from '@farelake/lake';
import { audit } from '../../src/index.ts';
import { Delivery } from './delivery.ts';
import { change, COLUMNS } from './one-row.ts';
import { openWorld, type World } from './world.ts';

export const AFTER = { end: '2026-06-01T00:00:00' };

export async function begun(): Promise<{ world: World; delivery: Delivery }> {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot(
    'LOAD1',
    [
      ['1', 'a'],
      ['2', 'b'],
    ],
    { start: '2026-01-01T00:00:00' },
  );
  await world.addTable('EDW.X');
  await world.ingest();
  return { world, delivery };
}

export async function withChanges(count = 3): Promise<{ world: World; delivery: Delivery }> {
  const { world, delivery } = await begun();
  for (let n = 1; n <= count; n += 1) {
    await delivery.changes(
      `2026010${n}-000000000`,
      [change(n, String(n + 1), `change ${n}`, n === 1 ? 'U' : 'I')],
      AFTER,
    );
    await world.ingest();
  }
  return { world, delivery };
}

export const CURRENT = 'SELECT * FROM edw_x ORDER BY id';
const HISTORY = 'SELECT * FROM edw_x_history ORDER BY _load_id, _line';

export const tables = async (world: World) => ({
  current: await world.rows(CURRENT),
  history: await world.rows(HISTORY),
});

export const findings = async (world: World) =>
  (await audit(world, folderStore(world.delivered), { content: true })).findings.map(({ kind, object }) => ({
    kind,
    object,
  }));
