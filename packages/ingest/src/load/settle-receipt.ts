/** The receipt of a load whose rows are committed, and the rows of it that were refused. */
import { writeReceipt, writeRefusedRows, type Queryable } from '@farelake/db';
import type { KeptRows } from '../quarantine/keep-rows.ts';

/** Refused rows of a load that the ledger names one by one; all of them are in the error zone, and counted. */
const NAMED_ROWS = 1000;

export interface LoadCounts {
  readonly loadId: number;
  /** Rows that whoever delivered them says there are; null: nobody does. */
  readonly announced: number | null;
  /** Refused ones included. */
  readonly read: number;
}

/** @param kept the refused rows, where there are any */
export async function settleReceipt(
  db: Queryable,
  attempt: string,
  { loadId, announced, read }: LoadCounts,
  kept: KeptRows | undefined,
): Promise<void> {
  const refused = kept?.rows ?? [];
  await writeReceipt(db, attempt, {
    ...{ loadId, announced, read, written: read - refused.length, quarantined: refused.length },
    ...{ rowsUri: kept?.uri ?? null, rowsSha256: kept?.sha256 ?? null },
  });
  await writeRefusedRows(db, loadId, refused.slice(0, NAMED_ROWS));
}
