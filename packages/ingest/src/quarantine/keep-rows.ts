/** Refused rows of a batch come to the error zone, as they were delivered, before the commit that tells of them. */
import type { RefusedRows } from '@farelake/lake';
import type { Load } from '@farelake/db';
import { reach } from '../failpoint.ts';
import type { Member } from '../load/attempt-batch.ts';
import type { Attempt } from '../load/attempt.ts';

/** Where a load's refused rows lie in the error zone: one file for each try, so that none is ever overwritten. */
export const refusedRowsPath = ({ objectKey, contentHash }: Load, attempt: string): string =>
  `rows/${objectKey}/${encodeURIComponent(contentHash)}-${attempt}.jsonl`;

/** Refused rows of a load, where they lie. */
export interface KeptRows {
  /** Absolute. */
  readonly uri: string;
  /** Of the file, in hex. */
  readonly sha256: string;
  readonly rows: RefusedRows['rows'];
}

/** @returns by load. A commit that fails leaves the files behind; nothing names them */
export async function keepRefusedRows(
  { workspace, attempt }: Attempt,
  members: readonly Member[],
  refused: readonly RefusedRows[],
): Promise<Map<number, KeptRows>> {
  const kept = new Map<number, KeptRows>();
  for (const { loadId, file, rows } of refused) {
    const load = members.find((member) => member.load.id === loadId)?.load;
    if (load === undefined) throw new Error(`load ${loadId} is not in the batch`);
    const path = refusedRowsPath(load, attempt);
    const { sha256 } = await workspace.error.adopt(file, path);
    reach('load:rows-kept');
    kept.set(loadId, { uri: workspace.error.uriOf(path), sha256, rows });
  }
  return kept;
}
