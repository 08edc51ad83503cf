/** The key of a delivered change, for telling which row is in doubt when the change cannot be loaded. */
import { isHidden, quoteIdentifier, fieldName, type Contract, type ProjectedColumn } from '@farelake/schema-registry';
import type { Dfm } from '../dfm/dfm.ts';

/**
 * SQL over a change file's text: the key as a VARCHAR[] in key order, NULL inside for a NULL; NULL where a part of it
 * does not fit its type, and of a truncation, which has no key.
 * @returns undefined where the contract has no key, or one whose values may be told to nobody
 */
export function changeKeySql(contract: Contract, dfm: Dfm, projected: readonly ProjectedColumn[]): string | undefined {
  const hidden = contract.columns.some((column) => contract.key.includes(column.name) && isHidden(column));
  if (contract.key.length === 0 || hidden) return undefined;
  const parts = contract.key.flatMap((name) => projected.find((column) => column.name === name) ?? []);
  const unreadable = parts.map(({ bad = 'false' }) => `coalesce(${bad}, false)`);
  const ordinal = dfm.columns.find((column) => column.name === 'header__change_oper')?.ordinal ?? 0;
  const truncates = `coalesce(${quoteIdentifier(fieldName(ordinal))}, '') = 'T'`;
  const texts = parts.map(({ value }) => `CAST(${value} AS VARCHAR)`);
  return `CASE WHEN ${[truncates, ...unreadable].join(' OR ')} THEN NULL ELSE [${texts.join(', ')}] END`;
}
