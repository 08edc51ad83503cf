import { formatField } from '../csv.ts';
import { deriveSeed } from '../random.ts';
import { folderOf, type TableShape, type Value } from '../table.ts';
import { drawColumn, drawRow } from './draw.ts';
import type { Field } from './fields.ts';

/** What all tables of one feed know of each other. */
export interface Feed {
  readonly seed: number;
  /** Rows of each snapshot. */
  readonly rows: number;
}

/** The fields of one column. `free`: text that may need quotes; all other fields are written as they are. */
export type Ingredient = Field | { readonly field: Field; readonly free: true };

/** How the rows of a table are made, at any size. */
export interface Recipe {
  readonly table: TableShape;
  /** One for each column, by name. */
  readonly columns: (feed: Feed, start: number) => Readonly<Record<string, Ingredient>>;
  /** The columns that an update sets together, the frequent ones several times. */
  readonly updates: readonly (readonly string[])[];
  /** The columns that a move to another key sets; empty: keys of this table never change. */
  readonly move: readonly string[];
  /** File stem of the snapshot file that is written `index`th, counted from 0. */
  readonly stem: (index: number) => string;
}

/** Rows that no source ever had: what orphans are updates of. No feed has so many rows and inserts. */
export const FIRST_ORPHAN = 2_000_000_000;

/** Each such revision sets all that may change, so that nobody has to look further back for a column's last one. */
const WHOLE = 64;

interface Kind {
  readonly columns: readonly number[];
  /** The same columns as bits. */
  readonly bits: number;
  readonly names: readonly string[];
}

/** The rows of one table of a feed, each told from its number and revision alone. */
export interface Rows {
  readonly table: TableShape;
  /** Which columns are the key. */
  readonly key: readonly boolean[];
  /** The row as it was made, into `values` where they are given. */
  readonly made: (row: number, values?: Value[]) => Value[];
  /** The row after so many updates. */
  readonly after: (row: number, revision: number) => Value[];
  /** What the update to this revision set; equal updates are the same object. */
  readonly changed: (row: number, revision: number) => Kind;
  /** All columns, as an insert sets them. */
  readonly all: Kind;
  readonly keyOnly: Kind;
  /** A record's text without its delimiter at either end. */
  readonly format: (values: readonly Value[]) => string;
}

const kindOf = (table: TableShape, names: readonly string[]): Kind => {
  const columns = names.map((name) => {
    const at = table.columns.findIndex((column) => column.name === name);
    if (at < 0) throw new Error(`${folderOf(table)} has no column ${name}`);
    return at;
  });
  return { columns, names, bits: columns.reduce((bits, at) => bits | (1 << at), 0) };
};

const ingredients = (recipe: Recipe, feed: Feed, start: number) => {
  const made = recipe.columns(feed, start);
  return recipe.table.columns.map(({ name }) => {
    const one = made[name];
    if (one === undefined) throw new Error(`${folderOf(recipe.table)}: nothing fills column ${name}`);
    return typeof one === 'function' ? { field: one, free: false } : one;
  });
};

const formatter = (table: TableShape, free: readonly boolean[]) => {
  const { options } = table;
  const { fieldDelimiter, nullValue } = options;
  return (values: readonly Value[]): string => {
    let text = '';
    for (let at = 0; at < values.length; at++) {
      const value = values[at] as Value;
      if (at > 0) text += fieldDelimiter;
      if (value === null) text += nullValue;
      else text += free[at] === true ? formatField(value, options) : value;
    }
    return text;
  };
};

/** How updates are told from a row's number and revision: moves are the share of them that is given. */
const updatesOf = (recipe: Recipe, seed: number, moves: number) => {
  const { table } = recipe;
  const kinds = recipe.updates.map((names) => kindOf(table, names));
  const mayMove = recipe.move.length > 0 && moves > 0;
  const move = kindOf(table, recipe.move);
  const whole = kindOf(table, [...new Set([...recipe.updates.flat(), ...(mayMove ? recipe.move : [])])]);
  const threshold = Math.round(moves * 2 ** 31);
  const chance = seed ^ 0x2545f491;
  const changed = (row: number, revision: number): Kind => {
    if (revision % WHOLE === 0) return whole;
    const draw = drawColumn(drawRow(chance, row, revision), 0);
    if (mayMove && draw < threshold) return move;
    return kinds[drawColumn(draw, 1) % kinds.length] as Kind;
  };
  return { changed, whole };
};

/**
 * The rows of one table.
 * @param start the snapshot's beginning, an instant
 * @param moves share of updates that change the key, from 0 to 1
 */
export const openRows = (recipe: Recipe, feed: Feed, start: number, moves: number): Rows => {
  const { table } = recipe;
  // Columns are bits of one integer below.
  if (table.columns.length > 31) throw new Error(`${folderOf(table)}: more than 31 columns`);
  const seed = deriveSeed(feed.seed, folderOf(table));
  const parts = ingredients(recipe, feed, start);
  const fields = parts.map(({ field }) => field);
  const { changed, whole } = updatesOf(recipe, seed, moves);
  const made = (row: number, values: Value[] = []): Value[] => {
    const drawn = drawRow(seed, row, 0);
    for (let at = 0; at < fields.length; at++) values[at] = (fields[at] as Field)(drawColumn(drawn, at), row, 0);
    return values;
  };
  const after = (row: number, revision: number): Value[] => {
    const values = made(row);
    let open = whole.bits;
    for (let at = revision; at > 0 && open !== 0; at--) {
      const kind = changed(row, at);
      if ((kind.bits & open) === 0) continue;
      const drawn = drawRow(seed, row, at);
      for (const column of kind.columns)
        if ((open & (1 << column)) !== 0)
          values[column] = (fields[column] as Field)(drawColumn(drawn, column), row, at);
      open &= ~kind.bits;
    }
    return values;
  };
  return {
    table,
    key: table.columns.map(({ name }) => table.key.includes(name)),
    made,
    after,
    changed,
    all: kindOf(
      table,
      table.columns.map(({ name }) => name),
    ),
    keyOnly: kindOf(table, table.key),
    format: formatter(
      table,
      parts.map(({ free }) => free),
    ),
  };
};

export type { Kind };
