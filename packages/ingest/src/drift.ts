/** What is different between a table's delivered files and its contract, as it stands now. Pure. */
import type { TableDrift } from '@farelake/db';
import {
  describeDifference,
  standingDifference,
  type Contract,
  type Difference,
  type DriftKind,
} from '@farelake/schema-registry';

/** One difference that files of a table have in common. */
export interface DriftStatus {
  /** Source name of the column. */
  readonly column: string;
  readonly kind: DriftKind;
  /** Type in the files; null when they lack the column. */
  readonly file: string | null;
  /** Type in the contract that they were planned by; null when it lacked the column. */
  readonly contract: string | null;
  /** How many files. */
  readonly files: number;
  /** What became of the values, and what to do. */
  readonly note: string;
  /** All of it as one line for people. */
  readonly text: string;
}

/** @param drifts what was noted of the table's files; what the contract has settled since is left out */
export function driftStatus(contract: Contract, drifts: readonly TableDrift[]): DriftStatus[] {
  const found = new Map<string, { difference: Difference; files: number }>();
  for (const { drift, files } of drifts)
    for (const difference of drift as readonly Difference[]) {
      const name = JSON.stringify(difference);
      found.set(name, { difference, files: files + (found.get(name)?.files ?? 0) });
    }
  return [...found.values()].flatMap(({ difference, files }) => {
    const standing = standingDifference(contract, difference);
    if (standing === undefined) return [];
    const { column, kind, file = null, contract: type = null, note } = standing;
    const text = `${describeDifference(standing)}, in ${files} ${files === 1 ? 'file' : 'files'}: ${note}`;
    return [{ column, kind, file, contract: type, files, note, text }];
  });
}
