/** What tables hold of a contract's columns: a treatment may change a column's type, or keep it out. */
import type { Contract, ContractColumn } from './contract.ts';
import { type LogicalType, parseLogicalType } from './types/logical.ts';

/** The columns that tables have, in the contract's order: all but the dropped ones. */
export function storedColumns(contract: Contract): ContractColumn[] {
  return contract.columns.filter((column) => column.treatment !== 'drop');
}

/**
 * The logical type that a column has in tables, whatever it is in delivered files: a keyed hash is text. Of a column
 * that is in tables at all (`storedColumns`): asking for a dropped one is a bug.
 */
export function storedType({ name, type, treatment }: ContractColumn): LogicalType {
  switch (treatment) {
    case 'keep':
      return parseLogicalType(type);
    case 'hmac':
      return { kind: 'string' };
    case 'drop':
      throw new Error(`column ${name} is dropped: no table has it`);
  }
}

/**
 * Whether delivered values of the column may be told to nobody, in no message and no log: those that tables do not hold
 * either, and those that say something of a person.
 */
export function isHidden({ treatment, classification }: ContractColumn): boolean {
  return treatment !== 'keep' || classification === 'personal' || classification === 'pseudonymous';
}
