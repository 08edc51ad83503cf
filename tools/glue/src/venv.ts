/** Makes the Python environment of the jobs, and links it where the command looks for it: `npx nx run glue-jobs:venv`. */
import { randomUUID } from 'node:crypto';
import { rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { GLUE_JOBS, glueEnvironment } from '@farelake/engines';

/** @throws Error where there can be none, with why */
export async function makeVenv(): Promise<string> {
  const python = await glueEnvironment();
  if (typeof python !== 'string') throw new Error(`The jobs cannot run on this machine: ${python.reason}.`);
  const link = path.join(GLUE_JOBS, '.venv');
  const half = `${link}.${randomUUID().slice(0, 8)}`;
  await symlink(path.dirname(path.dirname(python)), half);
  try {
    await rename(half, link);
  } finally {
    await rm(half, { force: true });
  }
  return python;
}

if (import.meta.main) {
  try {
    process.stdout.write(`${await makeVenv()}\n`);
  } catch (error) {
    process.stderr.write(`${Error.isError(error) ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
