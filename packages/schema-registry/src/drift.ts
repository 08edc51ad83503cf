/**
 * Drift: what is different between a delivered file's columns and its contract, and what follows. A load goes on with
 * every difference but an incompatible one, and nothing is lost: the delivered file keeps what its rows do not.
 */
import type { Contract, ContractColumn } from './contract.ts';
import { UserError } from './errors.ts';
import { isHeaderColumn } from './names.ts';
import { storedColumns } from './stored-columns.ts';
import { fits, widens } from './types/compare.ts';
import { formatLogicalType, type LogicalType, parseLogicalType } from './types/logical.ts';
import { logicalTypeOfQlik, type QlikColumnType } from './types/qlik.ts';

/** A column as a delivered file announces it. */
export type FileColumn = QlikColumnType & { readonly name: string };

/**
 * From the least grave. `widening`: the file's type has more room than the contract's, values that need it fail as bad
 * ones · `new column`: not in the contract, left out · `missing column`: NULL in the rows · `incompatible`: the file
 * waits and its table is held.
 */
const KINDS = ['widening', 'new column', 'missing column', 'incompatible'] as const;

export type DriftKind = (typeof KINDS)[number];

export interface Difference {
  /** Source name of the column. */
  readonly column: string;
  readonly kind: DriftKind;
  /** Type in the file; absent when the file lacks the column, or its header gives names alone. */
  readonly file?: string;
  /** Type in the contract; absent when the contract lacks the column. */
  readonly contract?: string;
  /** Of a column that cannot be missing: why. */
  readonly reason?: string;
  /** Of a column that cannot be told: how often the header has its name. */
  readonly times?: number;
}

export interface Drift {
  /** The gravest of the differences. */
  readonly verdict: 'same' | DriftKind;
  /** In the order of the file, then of the contract. */
  readonly differences: readonly Difference[];
}

/**
 * Compares a file's columns with the contract's by source name, exactly. Order does not matter; `header__…` columns are
 * ignored, and so are dropped ones, of which nothing is read. A type that no contract can have is incompatible; one
 * whose every value is also one of the contract's type makes no difference.
 */
export function driftOf(contract: Contract, columns: readonly FileColumn[]): Drift {
  const inFile = columns.filter((column) => !isHeaderColumn(column.name));
  const inContract = new Map(contract.columns.map((column) => [column.sourceName, column]));
  const found = inFile.flatMap((column) => {
    const known = inContract.get(column.name);
    return known?.treatment === 'drop' ? [] : (compare(column, known) ?? []);
  });
  const names = new Set(inFile.map((column) => column.name));
  const missing = storedColumns(contract)
    .filter((column) => !names.has(column.sourceName))
    .map((column) => missingColumn(contract, column));
  return driftFrom([...found, ...missing]);
}

/**
 * Compares the header of a file that says no types with the contract, by source name, exactly. Whether its values fit is
 * for the load to find. A column of the contract that stands twice in the header is incompatible: nobody can tell which is
 * meant. So is a header that has no column of the contract at all: it is that of other data or a row of values, which is why
 * its names are not told.
 * @param names the header's fields, in order
 */
export function driftOfHeader(contract: Contract, names: readonly string[]): Drift {
  const stored = storedColumns(contract);
  const known = new Set(contract.columns.map((column) => column.sourceName));
  const [first] = stored;
  if (first !== undefined && !names.some((name) => known.has(name)))
    return driftFrom([incompatible(first, "so is every other of the contract's columns")]);
  const extra = [...new Set(names)].filter((name) => !known.has(name));
  return driftFrom([
    ...extra.map((column): Difference => ({ column, kind: 'new column' })),
    ...stored.flatMap((column): Difference[] => {
      const times = names.filter((name) => name === column.sourceName).length;
      if (times === 0) return [missingColumn(contract, column)];
      return times === 1 ? [] : [{ column: column.sourceName, kind: 'incompatible', contract: column.type, times }];
    }),
  ]);
}

const driftFrom = (differences: readonly Difference[]): Drift => ({
  verdict: KINDS.findLast((kind) => differences.some((difference) => difference.kind === kind)) ?? 'same',
  differences,
});

function compare(column: FileColumn, known: ContractColumn | undefined): Difference | undefined {
  const type = typeInFile(column);
  const file = typeof type === 'string' ? type : formatLogicalType(type);
  if (known === undefined) return { column: column.name, kind: 'new column', file };
  const difference = { column: column.name, file, contract: known.type };
  if (typeof type === 'string') return { kind: 'incompatible', ...difference };
  const expected = parseLogicalType(known.type);
  if (fits(type, expected)) return undefined;
  return { kind: widens(expected, type) ? 'widening' : 'incompatible', ...difference };
}

function missingColumn({ key }: Contract, column: ContractColumn): Difference {
  const reason = key.includes(column.name)
    ? 'it is part of the key'
    : column.nullable
      ? undefined
      : 'it may not be NULL';
  return reason === undefined
    ? { column: column.sourceName, kind: 'missing column', contract: column.type }
    : incompatible(column, reason);
}

const incompatible = ({ sourceName, type }: ContractColumn, reason: string): Difference => ({
  column: sourceName,
  kind: 'incompatible',
  contract: type,
  reason,
});

/** One line for people: `new column FARE (bigint); column NAME (string) is missing`. */
export function describeDrift({ differences }: Drift): string {
  return differences.length === 0 ? 'same columns as the contract' : differences.map(describeDifference).join('; ');
}

/** One difference for people, as a part of `describeDrift`. */
export function describeDifference({ column, kind, file, contract = '?', reason, times }: Difference): string {
  const missing = `column ${column} (${contract}) is missing`;
  switch (kind) {
    case 'widening':
      return `column ${column} is ${file ?? '?'}, wider than ${contract} in the contract`;
    case 'new column': {
      const name = column === '' ? 'without a name' : column;
      return file === undefined ? `new column ${name}` : `new column ${name} (${file})`;
    }
    case 'missing column':
      return missing;
    case 'incompatible':
      if (times !== undefined) return `column ${column} stands ${times} times in the header`;
      return reason === undefined
        ? `column ${column} is ${file ?? '?'}, in the contract ${contract}`
        : `${missing}, and ${reason}`;
  }
}

/** What a difference noted when a file was planned means now that the contract may be another one. */
export interface StandingDifference extends Difference {
  /** What became of the values, and what to do. */
  readonly note: string;
}

/**
 * A noted difference in the light of the contract as it is now; undefined: it is settled. A new column that is in the
 * contract by now is not: rows loaded before do not have it.
 */
export function standingDifference(contract: Contract, noted: Difference): StandingDifference | undefined {
  const known = contract.columns.find((column) => column.sourceName === noted.column);
  if (known?.treatment === 'drop') return undefined;
  switch (noted.kind) {
    case 'new column':
      return { ...noted, note: known === undefined ? NOTES.unclassified : NOTES.replay };
    case 'missing column':
      return known === undefined ? undefined : { ...noted, note: NOTES.missing };
    case 'widening': {
      if (noted.file === undefined || known === undefined) return undefined;
      const isRoomy = fits(parseLogicalType(noted.file), parseLogicalType(known.type));
      return isRoomy ? undefined : { ...noted, note: NOTES.widening };
    }
    case 'incompatible':
      return { ...noted, note: NOTES.incompatible };
  }
}

const NOTES = {
  unclassified: 'left out until it is in the contract with a classification; the delivered files keep it',
  replay: 'in the contract by now; NULL in the rows loaded before, which a replay fills in',
  missing: 'NULL in the rows of these files',
  widening: 'values that do not fit the contract fail their file; revise the contract before they come',
  incompatible: 'these files wait, and the table is held',
} as const;

/** The type, or what the file calls it where no contract can have it. */
function typeInFile(column: FileColumn): LogicalType | string {
  try {
    return logicalTypeOfQlik(column);
  } catch (error) {
    // A type that cannot be had is a difference to show, not a reason to stop comparing the other columns.
    if (error instanceof UserError) return `${column.type}(${column.precision},${column.scale})`;
    throw error;
  }
}
