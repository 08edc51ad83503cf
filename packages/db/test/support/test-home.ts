import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';

/** The environment variable that names the home of the tests' Postgres. */
export const HOME_VARIABLE = 'FARELAKE_TEST_HOME';

/** Names of the homes of runs: this, the process id of the run, a random part. */
export const HOME_PREFIX = 'farelake-test-';

/** The home of this run's Postgres. */
export function runHome(): string {
  const home = process.env[HOME_VARIABLE];
  if (home === undefined) throw new Error(`${HOME_VARIABLE} is not set: jest.project.js names the hook that does it.`);
  return home;
}

/**
 * For commands that tests start: half of a short one is reading its modules, and what Node made of them is kept for the run's
 * next ones. Not for programs of thousands of modules, such as Azurite: to write them down takes longer than it saves.
 */
export const compileCache = () => ({ NODE_COMPILE_CACHE: path.join(runHome(), 'compiled') });

/** Where tests of the local server itself have theirs, `<name>/home` each: inside, so that the sweep finds them too. */
export const HOMES = 'homes';

/** Stops the servers of a run, those of killed tests too, and removes what it left. */
export async function removeTestHome(home: string): Promise<void> {
  const folder = path.join(home, HOMES);
  const own = existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name, 'home')) : [];
  const used = [home, ...own].filter((one) => existsSync(path.join(one, 'postgres')));
  if (used.length > 0) {
    // Loaded only now: most runs of a pure package never need the driver.
    const { stopLocalPostgres } = await import('../../src/index.ts');
    // A test may have been killed over a home made to be refused: what cannot be stopped has no server of its own.
    for (const one of used) await stopLocalPostgres(one).catch(() => false);
  }
  await rm(home, { recursive: true, force: true });
}
