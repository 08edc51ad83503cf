/**
 * Whether files may be read, folded and added to by a contract: what was done to a column's values when they were written
 * has to be what the contract says. Read otherwise, delivered values would show as if they were hashes, a column would
 * look empty, or equal values would no longer be equal. Pure.
 */
import type { ColumnTreatment, TreatedFiles } from '@farelake/db';
import { fits, parseLogicalType, type Contract, type ContractColumn } from '@farelake/schema-registry';

/**
 * Why the files and the contract do not go together, and what to do; undefined: they do.
 * @param keyId the key at hand, where values are about to be hashed
 */
export function disagreement(contract: Contract, groups: readonly TreatedFiles[], keyId?: string): string | undefined {
  for (const column of contract.columns) {
    const found = columnDisagreement(contract, column, groups) ?? keyDisagreement(contract, column, groups, keyId);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * As `disagreement`, for files that are each read by themselves: only of equal values with two hashes is there no way back but
 * to take them through again.
 */
export function hashDisagreement(
  contract: Contract,
  groups: readonly TreatedFiles[],
  keyId: string | undefined,
): string | undefined {
  for (const column of contract.columns) {
    const found = keyDisagreement(contract, column, groups, keyId);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What else can be done. Records of a topic are no loads: those that are in the table stay as they were written. */
const OTHERWISE: Readonly<Record<Contract['feed'], string>> = {
  qlik: 'or take all its loads through again (farelake replay)',
  dmap: 'or take all its loads through again (farelake replay)',
  kafka: 'or give the topic another contract, with a table of its own',
};

type Noted = ColumnTreatment | { readonly treatment: 'keep' };

/** What was done to the column's values in these files; undefined: they have none. */
function notedOf(column: ContractColumn, { treatments, columnIds }: TreatedFiles): Noted | undefined {
  const noted = treatments?.[column.id];
  if (noted !== undefined) return noted;
  return columnIds === null || columnIds.includes(column.id) ? { treatment: 'keep' } : undefined;
}

/** Type of the column's values as they stand in these files; undefined: they have none, or it was not noted. */
export const writtenType = (column: ContractColumn, group: TreatedFiles): string | undefined =>
  notedOf(column, group)?.treatment === 'keep' ? group.types?.[column.id] : undefined;

const WORDS = { keep: 'as delivered', hmac: 'hashed', drop: 'not at all' } as const;

function columnDisagreement(
  { feed }: Contract,
  column: ContractColumn,
  groups: readonly TreatedFiles[],
): string | undefined {
  const { sourceName, treatment } = column;
  for (const group of groups) {
    const noted = notedOf(column, group);
    if (noted === undefined) continue;
    const files = `${group.files} ${group.files === 1 ? 'file has' : 'files have'} column ${sourceName}`;
    if (noted.treatment !== treatment)
      return (
        `${files} ${WORDS[noted.treatment]}, and the contract says ${treatment}. ` +
        `Set its treatment back to ${noted.treatment}, ${OTHERWISE[feed]}; what is in files stays as it was written.`
      );
    if (noted.treatment === 'hmac' && !hashAlike(noted.type, column.type))
      return (
        `${files} hashed as ${noted.type}, and the contract says ${column.type}: equal values would have two hashes. ` +
        `Set its type back to ${noted.type}, ${OTHERWISE[feed]}.`
      );
    const written = writtenType(column, group);
    if (written !== undefined && !fits(parseLogicalType(written), parseLogicalType(column.type)))
      return (
        `${files} as ${written}, and the contract says ${column.type}: values would be read as others than they were written. ` +
        `Set its type back to ${written}, ${OTHERWISE[feed]}.`
      );
  }
  return undefined;
}

/** A hash is of a value's text: more digits before the point leave that as it is, another scale does not. */
function hashAlike(a: string, b: string): boolean {
  const [from, to] = [parseLogicalType(a), parseLogicalType(b)];
  if (from.kind === 'decimal' && to.kind === 'decimal') return from.scale === to.scale;
  return from.kind === to.kind;
}

function keyDisagreement(
  { feed }: Contract,
  column: ContractColumn,
  groups: readonly TreatedFiles[],
  keyId: string | undefined,
): string | undefined {
  if (column.treatment !== 'hmac') return undefined;
  const noted = groups.flatMap(({ treatments }) => {
    const one = treatments?.[column.id];
    return one?.treatment === 'hmac' && one.keyId !== undefined ? [one.keyId] : [];
  });
  const [former, another] = [...new Set([...noted, ...(keyId === undefined ? [] : [keyId])])];
  if (former === undefined || another === undefined) return undefined;
  return (
    `column ${column.sourceName} was hashed with key ${former}, and ${noted.includes(another) ? 'also with' : 'the key at hand is'} ${another}: ` +
    `equal values would have two hashes. Give the former key back (FARELAKE_HMAC_KEY or FARELAKE_HMAC_SECRET), ` +
    `${OTHERWISE[feed]}.`
  );
}
