/** How many rows of a file may be refused, as its contract says. Pure. */
import type { Refusal } from '@farelake/lake';
import type { Contract } from '@farelake/schema-registry';

/**
 * Undefined: none; the first value that does not fit fails the file, and is told.
 * @param key SQL of the key of a refused row, where it can be told
 */
export function refusalOf(
  contract: Contract,
  kind: keyof NonNullable<Contract['quarantine']>,
  key?: string,
): Refusal | undefined {
  const budget = contract.quarantine?.[kind];
  if (budget === undefined || budget.rows === 0 || budget.share === 0) return undefined;
  return { rows: budget.rows, share: budget.share, ...(key === undefined ? {} : { key }) };
}
