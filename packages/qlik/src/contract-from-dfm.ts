/** A first contract from what was delivered of a table. */
import { contractFromColumns, UserError, type Contract, type ContractParts } from '@farelake/schema-registry';
import type { Dfm } from './dfm/dfm.ts';
import type { ObjectKey } from './object-key.ts';

export interface DeliveredDfm {
  readonly object: ObjectKey;
  readonly dfm: Dfm;
}

export type DraftOptions = Pick<ContractParts, 'key' | 'cdc'>;

/** The `.dfm` that says most about a table as it is now: the highest table version, a snapshot's before a change's. */
export const tellingDfm = (delivered: readonly DeliveredDfm[]): DeliveredDfm | undefined =>
  delivered.toSorted(
    (a, b) =>
      b.dfm.tableVersion - a.dfm.tableVersion ||
      Number(a.object.kind === 'changes') - Number(b.object.kind === 'changes') ||
      (a.object.stem < b.object.stem ? 1 : -1),
  )[0];

/**
 * @param delivered every readable `.dfm` of the table
 * @throws UserError `nothing-delivered`, and those of `contractFromColumns`
 */
export function contractFromDfm(delivered: readonly DeliveredDfm[], options: DraftOptions = {}): Contract {
  const telling = tellingDfm(delivered);
  if (telling === undefined)
    throw new UserError({
      code: 'nothing-delivered',
      problem: 'There is no readable .dfm to draft a contract from.',
      remedy: 'Name a folder that holds the table’s own folder with its .dfm files, at any depth.',
    });
  const { source, columns } = telling.dfm;
  const key = options.key ?? keyOfSnapshot(delivered, telling);
  return contractFromColumns({
    feed: 'qlik',
    source,
    columns,
    ...(key === undefined ? {} : { key }),
    ...(options.cdc === undefined ? {} : { cdc: options.cdc }),
  });
}

/** Change tables often do not say which columns are the key: then another `.dfm` of the same version may. */
function keyOfSnapshot(delivered: readonly DeliveredDfm[], telling: DeliveredDfm): string[] | undefined {
  const says = ({ dfm }: DeliveredDfm) => dfm.columns.some((column) => column.primaryKeyPos > 0);
  if (says(telling)) return undefined;
  const other = tellingDfm(delivered.filter(says));
  const names = new Set(telling.dfm.columns.map((column) => column.name));
  const key = other?.dfm.columns
    .filter((column) => column.primaryKeyPos > 0)
    .sort((a, b) => a.primaryKeyPos - b.primaryKeyPos)
    .map((column) => column.name);
  return key?.every((name) => names.has(name)) === true ? key : undefined;
}
