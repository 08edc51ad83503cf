import { describeProblem, isUsage } from './output/problem.ts';
import type { Terminal } from './output/terminal.ts';

/**
 * npm and npx pass on the Ctrl-C that the terminal has already sent to everybody: what comes this soon after the first
 * is the same one.
 */
const SAME_KEYSTROKE_MS = 500;

/**
 * Runs `work` so that Ctrl-C (or SIGTERM) stops it at the next safe place, and Ctrl-C again at once.
 * @returns the exit code: that of `work`, 1 failed, 2 usage, 130 stopped, however far it had come by then
 */
export async function untilStopped(
  terminal: Terminal,
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const stop = new AbortController();
  let since = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stop.signal.aborted) {
      // Now nothing is waited for: every step is safe to die in.
      if (performance.now() - since > SAME_KEYSTROKE_MS) process.exit(130);
      return;
    }
    since = performance.now();
    terminal.note(`${signal === 'SIGINT' ? 'Stopping' : signal}; once more to stop at once.`);
    stop.abort(new Error('stopped'));
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  try {
    const code = await work(stop.signal);
    if (!stop.signal.aborted) return code;
    // Too late for what was left to do. Who waits for the end with other commands wants these stopped all the same.
    terminal.progress(undefined);
    terminal.note('Stopped, with nothing left to do.');
    return 130;
  } catch (error) {
    terminal.progress(undefined);
    if (stop.signal.aborted) {
      terminal.note('Stopped. Nothing is lost: the same command goes on where it was.');
      return 130;
    }
    terminal.note(describeProblem(error));
    return isUsage(error) ? 2 : 1;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
