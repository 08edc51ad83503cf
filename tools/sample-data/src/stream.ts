import { changeMask, maskLength } from './mask.ts';
import type { Random } from './random.ts';
import { keyText, type Row, type Table, type Value } from './table.ts';
import { sequenceTime } from './time.ts';

/**
 * The simulated source database of one table. Its live rows are the truth that a pipeline has to arrive at: each
 * operation changes them first, and only then says what the vendor's replication would write about it. Nothing here
 * reads a change back.
 */

export type Operation = 'I' | 'U' | 'D' | 'B' | 'T';

export interface Change {
  readonly sequence: string;
  readonly operation: Operation;
  /** The commit on the source, an instant. */
  readonly at: number;
  readonly transaction: string;
  /** undefined: the table has no mask; null: this record has none. */
  readonly mask: Value | undefined;
  readonly image: Row;
  /** `late`: delivered one file later than its neighbours; `again`: delivered a second time, in the next file. */
  readonly delivery?: 'late' | 'again';
  /** The vendor closes the change file after this record. */
  readonly closesFile?: true;
}

/** A value (or the absence of a row) worth looking at when all is loaded. */
interface Telling {
  readonly key: Row;
  readonly column: string | undefined;
  readonly why: string;
}

export interface Source {
  readonly table: Table;
  readonly random: Random;
  readonly live: Map<string, Row>;
  readonly told: Telling[];
  /** Keys that random operations leave alone, so that what is told of them stays true. */
  readonly reserved: Set<string>;
  now: number;
  counter: bigint;
  shared: { sequence: string; transaction: string } | undefined;
  orphans: number;
}

const mustBeFree = (source: Source, row: Row): void => {
  if (source.live.has(keyText(source.table, row)))
    throw new Error(`${source.table.name}: key ${keyText(source.table, row)} is taken`);
};

/** @param now the source's clock when the first change may happen, an instant */
export const openSource = (table: Table, random: Random, now: number): Source => {
  const source: Source = {
    table,
    random,
    live: new Map(),
    told: [],
    reserved: new Set(),
    now,
    counter: BigInt(random.int(1_000_000, 9_000_000)),
    shared: undefined,
    orphans: 0,
  };
  for (const row of table.rows(random)) {
    mustBeFree(source, row);
    source.live.set(keyText(table, row), row);
  }
  return source;
};

/** Let time pass; a feed's transactions are minutes apart. */
export const wait = (source: Source, milliseconds: number): void => {
  source.now += milliseconds;
};

const step = (source: Source) => {
  if (source.shared !== undefined) return source.shared;
  source.now += source.random.int(800, 90_000);
  source.counter += BigInt(source.random.int(1, 40));
  return {
    sequence: sequenceTime(source.now) + String(source.counter).padStart(19, '0'),
    transaction: source.counter.toString(16).toUpperCase().padStart(16, '0'),
  };
};

/** What `body` does shares one change sequence, as the rows of one statement may. */
export const together = (source: Source, body: () => readonly Change[]): readonly Change[] => {
  source.shared = step(source);
  try {
    return body();
  } finally {
    source.shared = undefined;
  }
};

const hasMask = (table: Table) => table.headers.some(({ name }) => name === 'header__change_mask');

/** The same mask as the vendor may write it: either case, trailing zero bytes there or left off. */
const writtenMask = ({ table, random }: Source, changed: readonly string[]): string => {
  const mask = changeMask(table, changed);
  if (mask === '') return mask;
  const padded = random.chance(0.5) ? mask.padEnd(maskLength(table) * 2, '0') : mask;
  return random.chance(0.5) ? padded.toLowerCase() : padded;
};

const record = (
  source: Source,
  stamp: { sequence: string; transaction: string },
  operation: Operation,
  image: Row,
  masked: readonly string[] | undefined,
): Change => ({
  ...stamp,
  operation,
  at: source.now,
  image,
  mask: hasMask(source.table) ? (masked === undefined ? null : writtenMask(source, masked)) : undefined,
});

const blank = (table: Table): Row => Object.fromEntries(table.columns.map(({ name }) => [name, null]));

const only = (table: Table, row: Row, columns: readonly string[]): Row => ({
  ...blank(table),
  ...Object.fromEntries(columns.map((column) => [column, row[column] ?? null])),
});

const findLive = (source: Source, key: Row): Row => {
  const row = source.live.get(keyText(source.table, key));
  if (row === undefined) throw new Error(`${source.table.name}: no live row ${keyText(source.table, key)}`);
  return row;
};

export const insert = (source: Source, row: Row): readonly Change[] => {
  const { table, live } = source;
  mustBeFree(source, row);
  live.set(keyText(table, row), row);
  return [
    record(
      source,
      step(source),
      'I',
      row,
      table.columns.map(({ name }) => name),
    ),
  ];
};

const afterImage = ({ table, random }: Source, row: Row, changed: readonly string[], masked: boolean): Row => {
  const full = table.updateImage === 'full' || (masked && random.chance(0.5));
  return full ? row : only(table, row, [...table.key, ...changed]);
};

/** Without a mask, a sparse image cannot say "set to NULL". */
const refuseUnsayable = (table: Table, set: Row, masked: boolean): void => {
  if (masked || table.updateImage === 'full') return;
  const column = Object.keys(set).find((name) => set[name] === null);
  if (column !== undefined) throw new Error(`${table.name}: a sparse update cannot set ${column} to NULL`);
};

/**
 * Change columns of a live row, its key among them: then it is a move. In a table with masks, `unmasked` writes the
 * record without one.
 */
export const update = (
  source: Source,
  key: Row,
  set: Row,
  how: 'masked' | 'unmasked' = 'masked',
): readonly Change[] => {
  const { table, live } = source;
  const masked = hasMask(table) && how === 'masked';
  refuseUnsayable(table, set, masked);
  const before = findLive(source, key);
  const after = { ...before, ...set };
  const changed = Object.keys(set);
  if (keyText(table, after) !== keyText(table, before)) {
    mustBeFree(source, after);
    live.delete(keyText(table, before));
  }
  live.set(keyText(table, after), after);
  const stamp = step(source);
  const all = table.columns.map(({ name }) => name);
  const image = table.beforeImage === 'full' ? before : only(table, before, table.key);
  return [
    ...(table.beforeImage === 'none' ? [] : [record(source, stamp, 'B', image, all)]),
    record(source, stamp, 'U', afterImage(source, after, changed, masked), masked ? changed : undefined),
  ];
};

/** An update of a row that the source does not have: the truth stays as it is. */
export const updateMissing = (source: Source, key: Row, set: Row): readonly Change[] => {
  const { table } = source;
  mustBeFree(source, key);
  source.orphans += 1;
  const changed = Object.keys(set);
  return [record(source, step(source), 'U', { ...blank(table), ...key, ...set }, hasMask(table) ? changed : undefined)];
};

export const remove = (source: Source, key: Row): readonly Change[] => {
  const { table, live } = source;
  const row = findLive(source, key);
  live.delete(keyText(table, row));
  const image = table.beforeImage === 'full' ? row : only(table, row, table.key);
  return [record(source, step(source), 'D', image, table.key)];
};

export const truncate = (source: Source): readonly Change[] => {
  source.live.clear();
  return [record(source, step(source), 'T', blank(source.table), undefined)];
};

/** Any live row of which nothing is told. */
export const anyRow = (source: Source, fits: (row: Row) => boolean = () => true): Row => {
  const free = [...source.live].filter(([key, row]) => !source.reserved.has(key) && fits(row));
  return source.random.pick(free)[1];
};

/** From now on the row is left alone by `anyRow`. */
export const reserve = (source: Source, row: Row): Row => {
  source.reserved.add(keyText(source.table, row));
  return row;
};

/** Put a value (without a column: the absence of the row) on the list of what to look at in the end. */
export const tell = (source: Source, key: Row, column: string | undefined, why: string): void => {
  reserve(source, key);
  source.told.push({ key: Object.fromEntries(source.table.key.map((name) => [name, key[name] ?? null])), column, why });
};

export const late = (changes: readonly Change[]): readonly Change[] =>
  changes.map((change) => ({ ...change, delivery: 'late' }));

export const again = (changes: readonly Change[]): readonly Change[] =>
  changes.map((change) => ({ ...change, delivery: 'again' }));

/** A change file ends after the first of these records. */
export const splitAfterFirst = (changes: readonly Change[]): readonly Change[] =>
  changes.map((change, index) => (index === 0 ? { ...change, closesFile: true } : change));
