import path from 'node:path';
import { HOME_PREFIX, HOME_VARIABLE, removeTestHome } from './test-home.ts';

/** Stops the run's server, if any test asked for it, and removes its home. */
export default async function tearDown(): Promise<void> {
  const home = process.env[HOME_VARIABLE];
  if (home === undefined || !path.basename(home).startsWith(`${HOME_PREFIX}${process.pid}-`)) return;
  await removeTestHome(home);
  Reflect.deleteProperty(process.env, HOME_VARIABLE);
}
