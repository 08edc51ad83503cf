/** How many rows of a file may be refused, as its contract says. Pure. */
import type { Batch } from '@farelake/db';
import type { Refusal } from '@farelake/lake';
import { changeKeySql, type Dfm } from '@farelake/qlik';
import type { Contract, ProjectedColumn } from '@farelake/schema-registry';

/** Undefined: none; the first value that does not fit fails the file, and is told. */
export function refusalOf(
  contract: Contract,
  kind: Batch['kind'],
  dfm: Dfm,
  columns: readonly ProjectedColumn[],
): Refusal | undefined {
  const budget = contract.quarantine?.[kind];
  if (budget === undefined || budget.rows === 0 || budget.share === 0) return undefined;
  const key = kind === 'changes' ? changeKeySql(contract, dfm, columns) : undefined;
  return { rows: budget.rows, share: budget.share, ...(key === undefined ? {} : { key }) };
}
