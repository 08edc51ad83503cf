/**
 * A contract drafted anew, as the next version of one that is there. Ids are for ever: what lies in files is found by
 * them, so a column keeps the id it has, a new one gets one that no column ever had.
 */
import type { Contract, ContractColumn } from './contract.ts';
import { UserError } from './errors.ts';
import { parseLogicalType } from './types/logical.ts';

/**
 * What people decided stays: names, classification, treatment, description, owner, layout and the like. What files say
 * is taken from the draft: columns, types, key; and `cdc`. An equal contract keeps its version, a different one gets the next.
 * @throws UserError `incompatible-type` when values already written would not be values of the new type
 */
export function reviseContract(present: Contract, draft: Contract): Contract {
  const known = new Map(present.columns.map((column) => [column.sourceName, column]));
  let lastColumnId = present.lastColumnId;
  const columns = draft.columns.map((column): ContractColumn => {
    const old = known.get(column.sourceName);
    if (old === undefined) return { ...column, id: (lastColumnId += 1) };
    refuseIncompatible(present, old, column);
    return { ...old, type: column.type };
  });
  const names = new Map(draft.columns.map((column, index) => [column.name, columns[index]?.name ?? column.name]));
  const key = draft.key.map((name) => names.get(name) ?? name);
  const revised: Contract = { ...present, columns, lastColumnId, key, cdc: draft.cdc };
  const same = JSON.stringify({ ...revised, version: 0 }) === JSON.stringify({ ...present, version: 0 });
  return same ? present : { ...revised, version: present.version + 1 };
}

function refuseIncompatible(present: Contract, old: ContractColumn, column: ContractColumn): void {
  if (widens(old.type, column.type)) return;
  const table = `${present.source.schema}.${present.source.table}`;
  throw new UserError({
    code: 'incompatible-type',
    problem: `Column ${column.sourceName} of ${table} is ${old.type} in the contract and ${column.type} in the delivered files; values already written cannot be read so.`,
    remedy:
      'If nothing of the table was loaded yet, delete the contract and add it anew. Else it needs another dataset: ask who delivers it what changed.',
    data: { table, column: column.sourceName, found: column.type, allowed: old.type },
  });
}

/** The same type, or a decimal of the same scale with as many digits or more. */
function widens(from: string, to: string): boolean {
  if (from === to) return true;
  const [old, next] = [parseLogicalType(from), parseLogicalType(to)];
  return (
    old.kind === 'decimal' && next.kind === 'decimal' && old.scale === next.scale && old.precision <= next.precision
  );
}
