import { mkdirSync } from 'node:fs';
import module from 'node:module';
import os from 'node:os';
import path from 'node:path';

/**
 * Keeps what Node makes of the modules for further commands, which start in half the time. In a folder that is this user's:
 * who can write there can have other code run. Where there can be none nothing is kept, and nothing is said.
 */
export function keepCompiled() {
  const { FARELAKE_CACHE: own, XDG_CACHE_HOME: caches } = process.env;
  const base = own || caches || path.join(os.homedir(), '.cache');
  const folders = own
    ? [own, path.join(own, 'modules')]
    : [base, path.join(base, 'farelake'), path.join(base, 'farelake', 'modules')];
  // Node's own variables, NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE, go before.
  if (folders.every(isThere)) module.enableCompileCache?.(folders.at(-1));
}

/** One by one: to make several at once never ends where the first of them is in /proc. */
function isThere(folder) {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    return error.code === 'EEXIST';
  }
}
