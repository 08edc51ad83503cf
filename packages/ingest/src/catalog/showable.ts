/**
 * Whether a table's files can be shown under its contract's columns by Iceberg's rules, which are narrower than ours: a query casts whatever
 * fits, an Iceberg reader only what the specification promotes, and takes bounds of old files for values of the new type. Pure.
 */
import type { TreatedFiles } from '@farelake/db';
import { isSameType, parseLogicalType, widens, type Contract } from '@farelake/schema-registry';
import { disagreement, writtenType } from '../treatment/disagreement.ts';

/** Why the catalog stays at an older version, and what brings it on; undefined: it can show these files. */
export const whyNotShown = (contract: Contract, groups: readonly TreatedFiles[]): string | undefined =>
  disagreement(contract, groups) ?? notPromoted(contract, groups);

/** Whether it is known of all files in which types their values stand. */
export const areTypesNoted = (groups: readonly TreatedFiles[]): boolean => groups.every(({ types }) => types !== null);

function notPromoted(contract: Contract, groups: readonly TreatedFiles[]): string | undefined {
  for (const column of contract.columns)
    for (const group of groups) {
      const written = writtenType(column, group);
      if (written === undefined || promotes(written, column.type)) continue;
      const files = `${group.files} ${group.files === 1 ? 'file has' : 'files have'} column ${column.sourceName} as ${written}`;
      return (
        `${files}, and the contract says ${column.type}, as which readers of Iceberg cannot read them; farelake query can. ` +
        `${remedy(contract)}, or set its type back to ${written}.`
      );
    }
  return undefined;
}

function promotes(written: string, wanted: string): boolean {
  const [from, to] = [parseLogicalType(written), parseLogicalType(wanted)];
  return isSameType(from, to) || widens(from, to);
}

/** Records of a topic are no loads, and cannot be taken through again. */
const remedy = ({ feed, source }: Contract): string =>
  feed === 'kafka'
    ? 'Give the topic another contract, with a table of its own'
    : `Take its loads through again: farelake replay --table ${source.schema}.${source.table} --all`;
