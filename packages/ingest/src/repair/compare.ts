/**
 * Compares a current table with the rows that it should have, slice by slice. Sums of row hashes tell whether a segment is
 * right; only where they differ are rows put side by side. What differs is collected in a relation of the engine, however
 * much it is.
 */
import type { Engine } from '@farelake/lake';
import { quoteIdentifier as q, quoteLiteral, type Contract } from '@farelake/schema-registry';
import { currentColumns } from '../columns.ts';
import { sameKeySql } from '../fold/segments.ts';
import { inspectSegment, rowHash, type Inspected } from './inspect-segment.ts';
import { placeOfSql, placeSql, type Layout, type Slice } from './places.ts';

/** Rows, and the sum of their hashes: equal for equal rows in any order. */
export interface Tally {
  readonly rows: number;
  readonly hash: bigint;
}

export const NO_ROWS: Tally = { rows: 0, hash: 0n };

export const addTallies = (a: Tally, b: Tally): Tally => ({ rows: a.rows + b.rows, hash: a.hash + b.hash });

/** What a segment has, of the keys that belong into it, and what it should have. */
export interface PlaceTally {
  readonly found: Tally;
  readonly right: Tally;
}

export interface Comparison {
  readonly layout: Layout;
  readonly contract: Contract;
  /** By place; what was not compared is not in it. */
  readonly tallies: Map<number, PlaceTally>;
  readonly inspected: Map<number, Inspected>;
  /** Segments that the engine may have fetched and may still need. */
  readonly opened: Set<number>;
}

/**
 * Relation of the keys that are not as they should be: the right row, `@alive` (there should be one), `@copies` (rows that
 * there are), `@columns` (names of those that differ), `@place`.
 */
export const WRONG = '@wrong';

const columnsOf = (contract: Contract): string[] => currentColumns(contract).map(({ name }) => name);

const listed = (names: readonly string[], alias?: string): string =>
  names.map((name) => (alias === undefined ? q(name) : `${alias}.${q(name)}`)).join(', ');

/** Begins a comparison in which nothing differs yet. */
export async function startComparison(layout: Layout, contract: Contract): Promise<Comparison> {
  const columns = currentColumns(contract).map(({ name, type }) => `CAST(NULL AS ${type}) AS ${q(name)}`);
  await layout.engine.run(`CREATE TEMP TABLE ${q(WRONG)} AS SELECT ${columns.join(', ')},
    false AS "@alive", CAST(0 AS BIGINT) AS "@copies", CAST([] AS VARCHAR[]) AS "@columns", 0 AS "@place" WHERE false`);
  return { layout, contract, tallies: new Map(), inspected: new Map(), opened: new Set() };
}

/**
 * Compares the slice's keys.
 * @param right SQL of the relation of the rows that these keys should have
 */
export async function compareSlice(comparison: Comparison, slice: Slice, right: string): Promise<void> {
  const { layout, contract, tallies } = comparison;
  const { engine } = layout;
  const columns = listed(columnsOf(contract));
  await releaseDone(comparison, slice);
  await inspect(comparison, slice);
  // The rows are worked out whenever they are looked at: once is enough.
  await engine.run(`CREATE OR REPLACE TEMP TABLE "@right" AS SELECT ${columns} FROM ${right} r`);
  const found = await presentSql(comparison, slice);
  const [here, there] = [
    await tallyOf(engine, contract, found),
    await tallyOf(engine, contract, `(SELECT *, ${placeOfSql(layout, slice.places)} AS "@place" FROM "@right")`),
  ];
  const isRight = (place: number) => {
    const [a, b] = [here.get(place) ?? NO_ROWS, there.get(place) ?? NO_ROWS];
    return a.rows === b.rows && a.hash === b.hash;
  };
  if (!slice.places.every(isRight)) await collect(comparison, slice, found);
  for (const place of slice.places) {
    const before = tallies.get(place) ?? { found: NO_ROWS, right: NO_ROWS };
    tallies.set(place, {
      found: addTallies(before.found, here.get(place) ?? NO_ROWS),
      right: addTallies(before.right, there.get(place) ?? NO_ROWS),
    });
  }
  await engine.run('DROP TABLE "@right"');
}

/** A segment that is too large for one slice goes on in the next; all others are done with. */
async function releaseDone({ layout, opened }: Comparison, { places }: Slice): Promise<void> {
  const done = [...opened].filter((place) => !places.includes(place));
  await layout.engine.files.release(done.flatMap((place) => layout.ordered[place] ?? []));
  for (const place of done) opened.delete(place);
  for (const place of places) opened.add(place);
}

async function inspect({ layout, contract, inspected }: Comparison, { places }: Slice): Promise<void> {
  for (const place of places) {
    const file = layout.ordered[place];
    if (file === undefined || inspected.has(place)) continue;
    inspected.set(place, await inspectSegment(layout, contract, file, place));
  }
}

/**
 * SQL of the relation of the table's rows of a slice, each with the `@place` of its segment. A file that cannot be read has
 * none, and a row outside the range of its segment is none.
 */
export async function presentSql(
  { layout, contract, inspected }: Comparison,
  slice: Pick<Slice, 'within' | 'places'>,
): Promise<string> {
  const { engine, ordered } = layout;
  const columns = currentColumns(contract);
  const readable = slice.places.filter((place) => ordered[place] !== undefined && inspected.get(place)?.rows !== null);
  const parts = await Promise.all(
    (readable.length === 0 ? [undefined] : readable).map(async (place) => {
      const file = place === undefined ? undefined : ordered[place];
      const relation = await engine.files.sql(file === undefined ? [] : [file], columns);
      const within = place === undefined ? 'true' : `(${placeSql(layout, place)}) AND (${slice.within})`;
      return `SELECT *, ${place ?? 0} AS "@place" FROM ${relation} s WHERE ${within}`;
    }),
  );
  return `(${parts.join('\nUNION ALL\n')})`;
}

async function tallyOf(engine: Engine, contract: Contract, relation: string): Promise<Map<number, Tally>> {
  const rows = await engine.rows(
    `SELECT "@place" AS place, count(*) AS n, sum(${rowHash(contract)}) AS h FROM ${relation} t GROUP BY 1`,
  );
  return new Map(rows.map((row) => [Number(row['place']), { rows: Number(row['n']), hash: row['h'] as bigint }]));
}

/** Rows as they are and as they should be, side by side by key. A key that is there twice is wrong, whatever its rows. */
async function collect({ layout, contract }: Comparison, slice: Slice, found: string): Promise<void> {
  const { engine } = layout;
  const names = columnsOf(contract);
  const [columns, keys] = [listed(names), listed(contract.key)];
  const differing = names
    .filter((name) => !contract.key.includes(name))
    .map((name) => `CASE WHEN r.${q(name)} IS DISTINCT FROM f.${q(name)} THEN ${quoteLiteral(name)} END`);
  await engine.run(`CREATE OR REPLACE TEMP TABLE "@found" AS SELECT ${columns}, true AS "@there" FROM ${found} f`);
  await engine.run(`INSERT INTO ${q(WRONG)}
    WITH keys AS (SELECT DISTINCT ${keys}, ${placeOfSql(layout, slice.places)} AS "@place" FROM (
      (SELECT ${columns} FROM "@right" EXCEPT ALL SELECT ${columns} FROM "@found")
      UNION ALL (SELECT ${columns} FROM "@found" EXCEPT ALL SELECT ${columns} FROM "@right")) d),
    copies AS (SELECT *, count(*) OVER (PARTITION BY ${keys}) AS "@copies", row_number() OVER (PARTITION BY ${keys}) AS "@copy"
      FROM "@found" f WHERE EXISTS (SELECT 1 FROM keys k WHERE ${sameKeySql(contract, 'f', 'k')}))
    SELECT ${names.map((name) => `${contract.key.includes(name) ? 'k' : 'r'}.${q(name)}`).join(', ')},
      coalesce(r."@there", false), coalesce(f."@copies", 0),
      CASE WHEN r."@there" AND f."@there" THEN list_filter([${differing.join(', ')}], lambda x : x IS NOT NULL) ELSE [] END, k."@place"
    FROM keys k LEFT JOIN (SELECT *, true AS "@there" FROM "@right") r ON ${sameKeySql(contract, 'r', 'k')}
    LEFT JOIN (SELECT * FROM copies WHERE "@copy" = 1) f ON ${sameKeySql(contract, 'f', 'k')}`);
  await engine.run('DROP TABLE "@found"');
}
