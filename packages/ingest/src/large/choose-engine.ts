/** Which engine a piece of work goes to. Pure. */
import { UserError } from '@farelake/schema-registry';
import type { Workspace } from '../workspace.ts';
import type { SparkHere } from './spark-here.ts';

export const ENGINES = ['auto', 'duckdb', 'spark'] as const;
/** `auto`: by the bytes that the work has to read. */
export type EngineChoice = (typeof ENGINES)[number];

/** Bytes, compressed, from which work is large: below, a session of Spark takes longer to start than DuckDB to be done. */
export const LARGE = 2 ** 30;

/**
 * Spark, where it is to do the work; undefined: DuckDB does it.
 * @param bytes that the work has to read
 * @throws UserError `no-spark-here` where it was asked for and is not on this machine
 */
export function sparkFor(
  { engine = 'auto', spark }: Pick<Workspace, 'engine' | 'spark'>,
  bytes: number,
): SparkHere | undefined {
  if (engine === 'duckdb') return undefined;
  if (engine === 'auto') return bytes < LARGE ? undefined : spark;
  if (spark !== undefined) return spark;
  throw noSpark();
}

export const noSpark = (): UserError =>
  new UserError({
    code: 'no-spark-here',
    problem: 'There is no Spark on this machine.',
    remedy: 'npx nx run glue-jobs:venv installs it; it needs python3 and Java 17. Or use --engine duckdb.',
  });
