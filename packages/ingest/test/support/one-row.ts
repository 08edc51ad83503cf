/** A table of which one row was delivered and loaded, and what else is delivered of it. */
import type { Contract } from '@farelake/schema-registry';
import { Delivery, seq, type Change } from './delivery.ts';
import { openWorld, type World } from './world.ts';

export const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];
export const AFTER = { end: '2026-03-01T00:00:00' };

export const change = (n: number, id: string, s = 'x', oper = 'I'): Change => ({ seq: seq(n), oper, row: [id, s] });

export async function begun(zones?: string): Promise<{ world: World; delivery: Delivery; contract: Contract }> {
  const world = await openWorld(zones);
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD1', [['1', 'a']], { start: '2026-01-01T00:00:00' });
  const contract = await world.addTable('EDW.X');
  await world.ingest();
  return { world, delivery, contract };
}
