/**
 * What changes from one version of a contract to the next, and whether its readers and files go along: additive nullable
 * columns, and more digits of a decimal at the same scale. All else is a new table to them, and has to be told.
 */
import type { Contract, ContractColumn } from './contract.ts';
import { isSameType, widens } from './types/compare.ts';
import { parseLogicalType } from './types/logical.ts';

export interface ContractChange {
  /** Readers and files written before go along with it. */
  readonly compatible: boolean;
  /** One line for people. */
  readonly text: string;
}

/** Every change that tables show, in the order of the next version's columns; columns are the same by their id. */
export function compatibility(present: Contract, next: Contract): ContractChange[] {
  const before = new Map(present.columns.map((column) => [column.id, column]));
  const after = new Set(next.columns.map(({ id }) => id));
  const gone = present.columns.filter(({ id }) => !after.has(id));
  return [
    ...next.columns.flatMap((column) => {
      const old = before.get(column.id);
      return old === undefined ? [added(column)] : columnChanges(old, column);
    }),
    ...gone.map(({ name }) => breaking(`column ${name} is removed`)),
    ...keyChanges(present, next),
  ];
}

const fine = (text: string): ContractChange => ({ compatible: true, text });
const breaking = (text: string): ContractChange => ({ compatible: false, text });

function added({ name, type, nullable }: ContractColumn): ContractChange {
  if (nullable) return fine(`column ${name} (${type}) is new`);
  return breaking(`column ${name} (${type}) is new and may not be NULL, which it is in all rows there are`);
}

function columnChanges(old: ContractColumn, next: ContractColumn): ContractChange[] {
  const { name } = next;
  const changes: ContractChange[] = [];
  if (old.name !== name) changes.push(breaking(`column ${old.name} is now ${name}`));
  if (old.nullable && !next.nullable) changes.push(breaking(`column ${name} may no longer be NULL`));
  if (!old.nullable && next.nullable) changes.push(fine(`column ${name} may be NULL`));
  if (old.treatment !== next.treatment)
    changes.push(
      breaking(
        `column ${name} has the treatment ${next.treatment}, no longer ${old.treatment}: files with data are held`,
      ),
    );
  const [from, to] = [parseLogicalType(old.type), parseLogicalType(next.type)];
  const says = `column ${name} is ${next.type}, no longer ${old.type}`;
  if (!isSameType(from, to)) changes.push(widens(from, to) ? fine(says) : breaking(says));
  return changes;
}

function keyChanges(present: Contract, next: Contract): ContractChange[] {
  const ids = ({ key, columns }: Contract) => key.map((name) => columns.find((column) => column.name === name)?.id);
  if (JSON.stringify(ids(present)) === JSON.stringify(ids(next))) return [];
  const said = (key: readonly string[]) => (key.length === 0 ? 'none' : key.join(', '));
  return [breaking(`the key is ${said(next.key)}, no longer ${said(present.key)}: the table is folded anew`)];
}
