/** Unpacks an object and proves it whole; its text goes to the loader on the way. */
import path from 'node:path';
import { isStoreTrouble, PORTION_BYTES, unpack, type PieceLoader, type RowCounts } from '@farelake/lake';
import { headerDifference } from '@farelake/qlik';
import { isHidden, UserError } from '@farelake/schema-registry';
import type { Attempt, BatchMember, Spoiled } from './attempt.ts';
import { openContent } from './open-content.ts';

/**
 * Bytes of text of one object, unless the workspace says otherwise: far above any file that a vendor cuts its snapshots
 * into, and some minutes of unpacking. Text is not kept, so that the disk sets no limit.
 */
export const UNPACK_LIMIT = 64 * 2 ** 30;

/**
 * Unpacks the object to its end: only that proves it whole. Its text goes to the loader on the way, if the header is the
 * one that its `.dfm` announces.
 * @param wanted false: the batch is spoiled already, and the object is only looked at
 */
export async function prove(
  { workspace, contract, folder }: Attempt,
  { load, dfm }: BatchMember,
  loader: PieceLoader,
  wanted: boolean,
): Promise<Spoiled[]> {
  try {
    const { signal, unpackLimit: limit = UNPACK_LIMIT } = workspace;
    const source = await openContent(load, workspace);
    const difference = (header: readonly string[]) => headerDifference(dfm, header, !contract.columns.some(isHidden));
    const { header } = await unpack(source, path.join(folder, `${load.id}.csv`), {
      format: dfm.format,
      pieceBytes: PORTION_BYTES,
      accept: (found) => wanted && difference(found) === undefined,
      take: (piece) => loader.add({ ...piece, loadId: load.id }),
      limit,
      signal,
    });
    const found = difference(header);
    if (found === undefined) return [];
    return [{ load, event: 'wait', waitingFor: 'dfm', reason: `does not agree with its .dfm: ${found}` }];
  } catch (error) {
    // A store out of reach says nothing about the file.
    if (!(error instanceof UserError) || isStoreTrouble(error)) throw error;
    return [{ load, event: 'fail', reason: error.message, code: error.code }];
  }
}

/** A file with another number of rows than announced waits for a `.dfm` that knows better. */
export function countDifference({ load, dfm }: BatchMember, counts: RowCounts): Spoiled[] {
  const read = counts.get(load.id) ?? 0;
  if (read === dfm.recordCount) return [];
  const reason = `does not agree with its .dfm: it has ${read} rows, the .dfm announces ${dfm.recordCount}`;
  return [{ load, event: 'wait', waitingFor: 'dfm', reason }];
}
