/** Whether a segment's file is what the manifest says of it, whatever its rows should be. */
import type { ListedFile } from '@farelake/db';
import { quoteIdentifier as q, type Contract } from '@farelake/schema-registry';
import { currentColumns } from '../columns.ts';
import { placeSql, type Layout } from './places.ts';
import { unreadable } from './unreadable.ts';

export interface Inspected {
  /** Rows that the file has; null: it cannot be read. */
  readonly rows: number | null;
  /** What is wrong with the file as such, in words; empty: nothing. */
  readonly faults: readonly string[];
}

/** SQL of a number that is equal for equal rows; adds up over rows in any order. */
export const rowHash = (contract: Contract): string =>
  `hash(${currentColumns(contract)
    .map(({ name }) => q(name))
    .join(', ')})`;

/** A file that lies here is read all the same: which rows differ is worth knowing. */
async function proofFaults({ engine }: Layout, file: ListedFile): Promise<string[]> {
  try {
    await engine.files.prove([file]);
    return [];
  } catch (error) {
    const reason = await unreadable(error, file);
    if (reason === undefined) throw error;
    return [reason];
  }
}

/** Reads every byte once, and every column of every row once. Rows have to be in key order, each key once, all within the segment's range. */
export async function inspectSegment(
  layout: Layout,
  contract: Contract,
  file: ListedFile,
  place: number,
): Promise<Inspected> {
  const { engine, key } = layout;
  const changed = await proofFaults(layout, file);
  try {
    const relation = await engine.files.sql([file], currentColumns(contract));
    const sort = `create_sort_key(${key.map(({ name }) => `${q(name)}, 'ASC NULLS FIRST'`).join(', ')})`;
    // Without an order of its own a window goes through the rows in the order of their file.
    const rows = `(SELECT *, lag("@sort") OVER () AS "@before" FROM (
      SELECT *, ${sort} AS "@sort" FROM ${relation} s) k) o`;
    const [found] = await engine.rows(`SELECT count(*) AS n, bit_xor(${rowHash(contract)}) AS "@all",
      count(CASE WHEN NOT coalesce(${placeSql(layout, place)}, false) THEN 1 END) AS outside,
      count(CASE WHEN "@before" > "@sort" THEN 1 END) AS disordered,
      count(CASE WHEN "@before" = "@sort" THEN 1 END) AS twice FROM ${rows}`);
    const number = (name: string) => Number(found?.[name]);
    const faults = [
      ...changed,
      ...fault(number('n') !== file.rows, `it has ${number('n')} rows, the manifest says ${file.rows}`),
      ...fault(number('outside') > 0, `${number('outside')} rows lie outside its range of keys`),
      ...fault(number('disordered') > 0, `${number('disordered')} rows are out of order`),
      ...fault(number('twice') > 0, `${number('twice')} rows repeat the key before them`),
    ];
    return { rows: number('n'), faults };
  } catch (error) {
    const reason = await unreadable(error, file);
    if (reason === undefined) throw error;
    return { rows: null, faults: [...new Set([...changed, reason])] };
  }
}

const fault = (is: boolean, text: string): string[] => (is ? [text] : []);
