import type { Account } from './account.ts';
import { run } from './command.ts';

/**
 * Postgres processes that work in the folder: same inode, so that a moved folder is found by any name; only Postgres'
 * own, so that a shell that stands there is left alone. SIGQUIT is "leave at once" to them.
 */
const SCRIPT = `
for process in /proc/[0-9]*; do
  [ "$process/cwd" -ef "$1" ] || continue
  read -r command < "$process/comm" || continue
  [ "$command" = postgres ] && kill -QUIT "\${process#/proc/}"
done
true`;

/**
 * Ends what a killed server left behind: a backend in the middle of a long statement does not see that its server is
 * gone, and while it runs no new one may start. Nothing is lost: what was not committed is undone by recovery anyway.
 * For when no server runs on the data. Does nothing where there is no `/proc`.
 */
export async function endOrphans(dataFolder: string, account: Account | undefined): Promise<void> {
  await run('/bin/sh', ['-c', SCRIPT, 'sh', dataFolder], account);
}
