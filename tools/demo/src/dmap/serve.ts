/** `npm run vendor`: the stand-in with its invented datasets, for who wants to try the DMAP commands without a key. */
import { openTerminal } from '@farelake/cli';
import { inventDatasets, openInvented, SHOWN_SETS } from './invented.ts';

/**
 * Prints the variables that lead a command to it, and serves until Ctrl-C. Its keys are made up for this run and open nothing
 * else.
 * @returns the exit code
 */
export async function serveInvented(): Promise<number> {
  const terminal = openTerminal();
  terminal.progress("starting a stand-in of the vendor's API");
  const standIn = await openInvented(inventDatasets());
  const stopped = new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  terminal.note(
    `A stand-in of the vendor's API, with invented datasets of ${SHOWN_SETS.join(', ')}, until Ctrl-C. In another terminal:`,
  );
  for (const [name, value] of Object.entries(standIn.variables)) terminal.print(`export ${name}=${value}`);
  await stopped;
  await standIn.close();
  return 0;
}
