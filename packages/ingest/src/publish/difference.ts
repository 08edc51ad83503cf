/** What differs in rows between two versions of a current table, found from the files in which they differ. */
import type { Engine } from '@farelake/lake';
import { quoteIdentifier as q, type Contract } from '@farelake/schema-registry';
import type { PlacedFile } from '@farelake/db';
import { shownColumns, shownKey, type TableColumn } from '../columns.ts';
import { sameKeySql } from '../fold/segments.ts';

export interface RowDifference {
  /** SQL of the relation of keys (`goneName(key)`) whose rows are no more or have changed. */
  readonly gone: string;
  readonly goneRows: number;
  /** Which of the key's columns are NULL, in each combination that occurs in `gone`. */
  readonly nullPatterns: readonly (readonly boolean[])[];
  /** SQL of the relation of new rows and changed ones, as they are now. */
  readonly fresh: string;
  readonly freshRows: number;
}

/** Name of a key column in `gone`. */
export const goneName = (name: string): string => `@gone.${name}`;

/**
 * Reads the files that only one of the versions has, by the contract's columns: a column that a file does not have is
 * NULL. Leaves a table behind in the engine, as large as the difference.
 */
export async function findDifference(
  engine: Engine,
  contract: Contract,
  removed: readonly PlacedFile[],
  added: readonly PlacedFile[],
): Promise<RowDifference> {
  const columns = shownColumns(contract);
  const key = shownKey(contract);
  const rows = async (files: readonly PlacedFile[]) =>
    `(SELECT *, true AS "@there" FROM ${await engine.files.sql(files, columns)} f)`;
  const keys = key.map((name) => `r.${q(name)} AS ${q(goneName(name))}`);
  await engine.run(`CREATE OR REPLACE TEMP TABLE "@difference" AS
    SELECT ${keys.join(', ')}, a.*, r."@there" AS "@was"
    FROM ${await rows(removed)} r FULL JOIN ${await rows(added)} a ON ${sameKeySql({ key }, 'r', 'a')}
    WHERE r."@there" IS NULL OR a."@there" IS NULL OR ${columns.map(differs).join(' OR ')}`);
  const [counts] = await engine.rows('SELECT count("@was") AS gone, count("@there") AS fresh FROM "@difference"');
  const nulls = key.map((name, place) => `${q(goneName(name))} IS NULL AS n${place}`);
  const patterns = await engine.rows(
    `SELECT DISTINCT ${nulls.join(', ')} FROM "@difference" WHERE "@was" ORDER BY ALL`,
  );
  return {
    gone: '"@difference" WHERE "@was"',
    goneRows: Number(counts?.['gone']),
    nullPatterns: patterns.map((row) => key.map((_, place) => row[`n${place}`] === true)),
    fresh: '"@difference" WHERE "@there"',
    freshRows: Number(counts?.['fresh']),
  };
}

/** The engine takes 0.0 and -0.0 for equal; readers see which it is. */
function differs({ name, type }: TableColumn): string {
  const [r, a] = ['r', 'a'].map((side) => `${side}.${q(name)}`);
  const plain = `${r ?? ''} IS DISTINCT FROM ${a ?? ''}`;
  return type === 'DOUBLE'
    ? `${plain} OR CAST(${r ?? ''} AS VARCHAR) IS DISTINCT FROM CAST(${a ?? ''} AS VARCHAR)`
    : plain;
}
