/** Who does something, as the ledger notes it for people. */
import os from 'node:os';

/** `user@host` */
export function thisPerson(): string {
  return `${userName()}@${os.hostname()}`;
}

/** `user@host:process` */
export const thisProcess = (): string => `${thisPerson()}:${process.pid}`;

function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    // A container may run as a number that has no name.
    return process.env['USER'] || String(process.getuid?.() ?? 'unknown');
  }
}
