/** What tables showed at some moment, kept to be compared with what they are said to have shown. */
import { versionsAt } from '@farelake/db';
import { createViews, withEngine, type Moment } from '../../src/index.ts';
import type { World } from './world.ts';

export type Rows = readonly Record<string, unknown>[];

/** Rows of a statement as of a moment; now unless given. */
export const rowsAt = (world: World, sql: string, at?: Moment): Promise<Rows> =>
  withEngine(world, async (engine) => {
    const { unreadable } = await createViews(engine, world.pool, world.contracts.values(), {
      statement: sql,
      at,
      zone: world,
    });
    expect(unreadable.filter(({ table }) => sql.includes(`${table} `))).toEqual([]);
    return (await engine.connection.runAndReadAll(sql)).getRowObjectsJson();
  });

export const atVersion = (table: string, version: number): Moment => ({ versions: new Map([[table, version]]) });

export const atTime = (at: string): Moment => ({ time: { at }, versions: new Map() });

export interface Remembered {
  /** By the clock of the database, to the microsecond. */
  readonly time: string;
  /** By table: its version then (absent: none), and its rows in an order of their own. */
  readonly tables: ReadonlyMap<string, { readonly version: number | undefined; readonly rows: Rows }>;
}

const allOf = (table: string) => `SELECT * FROM ${table} ORDER BY ALL`;

export async function remember(world: World, tables: readonly string[]): Promise<Remembered> {
  const shown = new Map<string, { version: number | undefined; rows: Rows }>();
  const { rows } = await world.pool.query<{ time: string }>('SELECT clock_timestamp()::text AS time');
  const versions = await versionsAt(world.pool, tables, { at: rows[0]!.time });
  for (const table of tables)
    shown.set(table, { version: versions.get(table)?.version, rows: await rowsAt(world, allOf(table)) });
  return { time: rows[0]!.time, tables: shown };
}

/** Asks for each version by its number and by the time, and expects what was shown. */
export async function expectAsItStood(world: World, all: readonly Remembered[]): Promise<void> {
  for (const { time, tables } of all)
    for (const [table, { version, rows }] of tables) {
      const found = { byTime: await rowsAt(world, allOf(table), atTime(time)), byVersion: rows };
      if (version !== undefined) found.byVersion = await rowsAt(world, allOf(table), atVersion(table, version));
      expect({ table, version, ...found }).toEqual({ table, version, byTime: rows, byVersion: rows });
    }
}
