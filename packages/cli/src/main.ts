import { readEnvironment } from './environment.ts';
import { describeProblem, isUsage } from './output/problem.ts';
import { openTerminal } from './output/terminal.ts';
import { createProgram, usageCode } from './program.ts';

/** Runs the command line. @returns the exit code: 0 done, 1 failed, 2 usage, 130 stopped by Ctrl-C */
export async function main(args: readonly string[]): Promise<number> {
  const terminal = openTerminal();
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    // The second time nothing is waited for: every step is safe to die in.
    if (stop.signal.aborted) process.exit(130);
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
    return await createProgram({ environment: readEnvironment(process.env), terminal, signal: stop.signal }).run(args);
  } catch (error) {
    terminal.progress(undefined);
    const usage = usageCode(error);
    if (usage !== undefined) return usage;
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
