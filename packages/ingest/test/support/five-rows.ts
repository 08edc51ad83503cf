/** A table with a snapshot of five rows, for tests of what comes after it; what such tests ask of it. */
import { Delivery, seq, type Cell } from './delivery.ts';
import { openWorld, type World } from './world.ts';

export const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];

/** Starts of snapshots. */
export const [JAN, FEB, MAR] = ['2026-01-01T00:00:00', '2026-02-01T00:00:00', '2026-03-01T00:00:00'] as const;
/** The names of the generations that begin then. */
export const [G1, G2, G3] = ['20260101T000000000000', '20260201T000000000000', '20260301T000000000000'] as const;

/** Keys from 1, each with the same text. */
export const rowsOf = (count: number, text: string): Cell[][] =>
  Array.from({ length: count }, (_, n) => [String(n + 1), text]);

/** Its rows in order of key, as `1a`. */
export const shown = async (world: World) =>
  (await world.rows('SELECT id::INTEGER AS id, s FROM edw_x ORDER BY 1')).map(
    (row) => `${String(row['id'])}${String(row['s'])}`,
  );

export const one = async (world: World) => (await world.status())[0]!;

/** Of its generations, by name. */
export const states = async (world: World) =>
  Object.fromEntries((await one(world)).generations.map(({ name, state }) => [name, state]));

export interface Told {
  readonly world: World;
  readonly delivery: Delivery;
  /** Inserts a row, in a change file of that time. */
  readonly change: (time: string, n: number, id: number, text: string) => Promise<string>;
  readonly decide: { workspace: World; contract: Awaited<ReturnType<World['addTable']>>; by: string };
}

/** A table that shows a snapshot of five rows, `a`. */
export async function five(start: string | null = JAN): Promise<Told> {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD00000001', rowsOf(5, 'a'), start === null ? {} : { start });
  const contract = await world.addTable('EDW.X');
  await world.ingest();
  expect(await one(world)).toMatchObject({ state: 'live', rows: 5 });
  const change: Told['change'] = (time, n, id, text) => {
    const stem = `${time.slice(0, 10).replaceAll('-', '')}-${time.slice(11).replaceAll(':', '')}000`;
    return delivery.changes(stem, [{ seq: seq(n), oper: 'I', row: [String(id), text] }], { end: time });
  };
  return { world, delivery, change, decide: { workspace: world, contract, by: 'anna@host' } };
}
