/** What `status` says of a table's rows: how they add up, and which keys are in doubt because changes were refused. */
import { givenUp, keysInDoubt, receiptSums, type GivenUp, type Queryable, type ReceiptSum } from '@farelake/db';
import { isHidden, type Contract } from '@farelake/schema-registry';
import { describedAnewStatus, type DescribedAnewStatus } from './described-anew.ts';

/** Keys in doubt that are named; the others are counted. */
const NAMED_KEYS = 20;

export interface RowsStatus extends DescribedAnewStatus {
  /** Rows of all loads in history, as announced, read, written and set apart. */
  readonly receipts: ReceiptSum;
  /** What somebody knows to be lost: whole files, and refused changes of others. */
  readonly givenUp: GivenUp;
  /** What the table shows of these keys may be wrong, until the refused changes are replayed or given up. */
  readonly keysInDoubt: {
    /** Changes that were refused. */
    readonly rows: number;
    /** By name of the key column, at most 20; without those that cannot be read, and empty where one may not be told. */
    readonly keys: readonly Readonly<Record<string, string | null>>[];
    /** Numbers of the loads whose changes these are, at most 20. */
    readonly loads: readonly number[];
  };
}

const NO_ROWS: ReceiptSum = { announced: 0, read: 0, written: 0, quarantined: 0 };

/** Answers for each table; one of which nothing was ever loaded has zeros. */
export async function rowsStatus(db: Queryable): Promise<(table: string, contract?: Contract) => RowsStatus> {
  const sums = await receiptSums(db);
  const doubts = await keysInDoubt(db, NAMED_KEYS);
  const lost = await givenUp(db);
  const describedAnewOf = await describedAnewStatus(db);
  return (table, contract) => {
    const doubt = doubts.get(table);
    const named = contract === undefined ? [] : (doubt?.keys ?? []).flatMap((key) => namedKey(contract, key));
    return {
      receipts: sums.get(table) ?? NO_ROWS,
      ...describedAnewOf(table),
      givenUp: lost.get(table) ?? { files: 0, rows: 0 },
      keysInDoubt: { rows: doubt?.rows ?? 0, keys: named, loads: doubt?.loadIds.slice(0, NAMED_KEYS) ?? [] },
    };
  };
}

/** Noted by an older contract a key may have other columns, or some that were no secret then. */
function namedKey({ key: names, columns }: Contract, key: readonly (string | null)[]) {
  const hidden = columns.some((column) => names.includes(column.name) && isHidden(column));
  if (hidden || key.length !== names.length) return [];
  return [Object.fromEntries(names.map((name, index) => [name, key[index] ?? null]))];
}

/** Changes that were refused are missing in a table of which nothing else is: it waits for them. */
export function doubted<Judged extends { readonly state: string; readonly reason: string | null }>(
  judged: Judged,
  table: string,
  { keysInDoubt: { rows, loads } }: Pick<RowsStatus, 'keysInDoubt'>,
): Judged | { readonly state: 'waiting'; readonly reason: string } {
  if (judged.state !== 'live' || rows === 0) return judged;
  const which = loads.map((id) => `--load ${id}`).join(' ');
  return {
    state: 'waiting',
    reason: `refused changes: ${rows}, so that rows of their keys may be wrong; after a fix farelake replay --table ${table} --state quarantined, or what is lost: farelake give-up ${which} --why TEXT`,
  };
}
