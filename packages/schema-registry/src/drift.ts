/** Drift: what is different between a delivered file's columns and its contract. */
import type { Contract } from './contract.ts';
import { UserError } from './errors.ts';
import { isHeaderColumn } from './names.ts';
import { formatLogicalType } from './types/logical.ts';
import { logicalTypeOfQlik, type QlikColumnType } from './types/qlik.ts';

/** A column as a delivered file announces it. */
export type FileColumn = QlikColumnType & { readonly name: string };

export interface Difference {
  /** Source name of the column. */
  readonly column: string;
  readonly kind: 'new' | 'missing' | 'type';
  /** Type in the file; absent when the file lacks the column. */
  readonly file?: string;
  /** Type in the contract; absent when the contract lacks the column. */
  readonly contract?: string;
}

/**
 * `different` is one verdict on purpose: which differences a load may go on with (widening, a new column, a missing
 * one) is decided here and nowhere else, once those verdicts exist.
 */
export type Drift =
  { readonly verdict: 'same' } | { readonly verdict: 'different'; readonly differences: readonly Difference[] };

/**
 * Compares a file's columns with the contract's by source name, exactly. Order does not matter, `header__…` columns
 * are ignored, a type that no contract can have counts as a difference of type.
 */
export function driftOf(contract: Contract, columns: readonly FileColumn[]): Drift {
  const inFile = columns.filter((column) => !isHeaderColumn(column.name));
  const inContract = new Map(contract.columns.map((column) => [column.sourceName, column]));
  const differences: Difference[] = [];
  for (const column of inFile) {
    const file = typeInFile(column);
    const known = inContract.get(column.name);
    if (known === undefined) differences.push({ column: column.name, kind: 'new', file });
    else if (known.type !== file) differences.push({ column: column.name, kind: 'type', file, contract: known.type });
  }
  const names = new Set(inFile.map((column) => column.name));
  for (const column of contract.columns)
    if (!names.has(column.sourceName))
      differences.push({ column: column.sourceName, kind: 'missing', contract: column.type });
  return differences.length === 0 ? { verdict: 'same' } : { verdict: 'different', differences };
}

/** One line for people: `new column FARE (bigint); column NAME is missing; column ID is string, not bigint`. */
export function describeDrift(drift: Drift): string {
  return drift.verdict === 'same' ? 'same columns as the contract' : drift.differences.map(describe).join('; ');
}

function describe({ column, kind, file = '?', contract = '?' }: Difference): string {
  switch (kind) {
    case 'new':
      return `new column ${column} (${file})`;
    case 'missing':
      return `column ${column} (${contract}) is missing`;
    case 'type':
      return `column ${column} is ${file}, in the contract ${contract}`;
  }
}

function typeInFile(column: FileColumn): string {
  try {
    return formatLogicalType(logicalTypeOfQlik(column));
  } catch (error) {
    // A type that cannot be had is a difference to show, not a reason to stop comparing the other columns.
    if (error instanceof UserError) return `${column.type}(${column.precision},${column.scale})`;
    throw error;
  }
}
