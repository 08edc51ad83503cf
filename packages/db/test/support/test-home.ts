import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';

/** The environment variable that names the home of the tests' Postgres. */
export const HOME_VARIABLE = 'FARELAKE_TEST_HOME';

/** Names of the homes of runs: this, the process id of the run, a random part. */
export const HOME_PREFIX = 'farelake-test-';

export async function removeTestHome(home: string): Promise<void> {
  if (existsSync(path.join(home, 'postgres'))) {
    // Loaded only now: most runs of a pure package never need the driver.
    const { stopLocalPostgres } = await import('../../src/index.ts');
    await stopLocalPostgres(home);
  }
  await rm(home, { recursive: true, force: true });
}
