/** Spark on this machine, as `npx nx run glue-jobs:venv` leaves it. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { SparkHere } from '@farelake/ingest';
import { REPOSITORY } from './environment.ts';

/** Interpreter of the environment that the Nx target makes. */
const OWN = path.join(REPOSITORY, 'glue-jobs', '.venv', 'bin', 'python');

/** @returns undefined: none was installed, and `FARELAKE_PYTHON` names none */
export function sparkHere(variables: NodeJS.ProcessEnv = process.env): SparkHere | undefined {
  const python = variables['FARELAKE_PYTHON'] || (existsSync(OWN) ? OWN : undefined);
  return python === undefined ? undefined : { python, jobs: path.join(REPOSITORY, 'glue-jobs') };
}
