/** What to do about columns of a file that its contract refuses, as one step that mends it. */
import type { Difference } from './drift.ts';
import { UserError } from './errors.ts';
import { fits } from './types/compare.ts';
import { parseLogicalType } from './types/logical.ts';

const REDELIVER = 'Deliver it again under the same name with columns that fit';

/**
 * Of a held table. A type whose every value the contract's type has no place for is in nobody's power here; one that has room for all
 * that was ever written may be given to the contract, by hand: a draft goes by the snapshot's files, and never gives a table a type that
 * would have its files written anew before other engines see them.
 */
export function driftRemedy(dataset: string, differences: readonly Difference[]): string {
  const unfit = differences.filter(({ kind }) => kind === 'incompatible');
  const roomy = unfit.flatMap(({ column, file, contract }) =>
    file !== undefined && contract !== undefined && hasRoom(contract, file) ? [`${column} the type ${file}`] : [],
  );
  if (roomy.length === 0 || roomy.length < unfit.length) return REDELIVER;
  return `${REDELIVER}, or, if the file is right, ${giveType(dataset, roomy.join(' and '))}, then ingest again`;
}

/** @param what `PRICE the type decimal(12,2)` */
export const giveType = (dataset: string, what: string): string =>
  `give ${what} in the contract of ${dataset}, and the contract the next version`;

function hasRoom(contract: string, file: string): boolean {
  try {
    return fits(parseLogicalType(contract), parseLogicalType(file));
  } catch (error) {
    // No contract can have the file's type.
    if (error instanceof UserError) return false;
    throw error;
  }
}
