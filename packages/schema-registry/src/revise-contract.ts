/**
 * A contract drafted anew, as the next version of one that is there. Ids are for ever: what lies in files is found by
 * them, so a column keeps the id it has, a new one gets one that no column ever had.
 */
import type { Contract, ContractColumn } from './contract.ts';
import { UserError } from './errors.ts';
import { fits, widens } from './types/compare.ts';
import { parseLogicalType } from './types/logical.ts';

/**
 * What people decided stays: names, classification, treatment, description, owner, layout and the like. What files say
 * is taken from the draft: new columns, types, key; and `cdc`. A column that the files no longer have stays too: rows
 * there are have it, new ones have NULL; removing it is a person's decision. A type with more room than the files' stays
 * as it is. An equal contract keeps its version, a different one gets the next.
 * @throws UserError `incompatible-type` when values already written would not be values of the new type
 */
export function reviseContract(present: Contract, draft: Contract): Contract {
  const known = new Map(present.columns.map((column) => [column.sourceName, column]));
  const delivered = new Set(draft.columns.map((column) => column.sourceName));
  let lastColumnId = present.lastColumnId;
  const drafted = draft.columns.map((column): ContractColumn => {
    const old = known.get(column.sourceName);
    if (old === undefined) return { ...column, id: (lastColumnId += 1) };
    return { ...old, type: nextType(present, old, column) };
  });
  const names = new Map(draft.columns.map((column, index) => [column.name, drafted[index]?.name ?? column.name]));
  const key = draft.key.map((name) => names.get(name) ?? name);
  const gone = present.columns.filter((column) => !delivered.has(column.sourceName));
  const columns = [...drafted, ...gone];
  // Members stay in the order in which a person wrote them, which is no difference.
  const cdc = { ...present.cdc, ...draft.cdc };
  const revised: Contract = { ...present, columns, lastColumnId, key, cdc };
  const same = JSON.stringify({ ...revised, version: 0 }) === JSON.stringify({ ...present, version: 0 });
  return same ? present : { ...revised, version: present.version + 1 };
}

function nextType(present: Contract, old: ContractColumn, column: ContractColumn): string {
  const [from, to] = [parseLogicalType(old.type), parseLogicalType(column.type)];
  // Nothing of a dropped column is written: its type is what it is in the files.
  if (fits(to, from)) return old.type;
  if (old.treatment === 'drop' || widens(from, to)) return column.type;
  const table = `${present.source.schema}.${present.source.table}`;
  throw new UserError({
    code: 'incompatible-type',
    problem: `Column ${column.sourceName} of ${table} is ${old.type} in the contract and ${column.type} in the delivered files; values already written cannot be read so.`,
    remedy:
      'If nothing of the table was loaded yet, delete the contract and add it anew. Else it needs another dataset: ask who delivers it what changed.',
    data: { table, column: column.sourceName, found: column.type, allowed: old.type },
  });
}
