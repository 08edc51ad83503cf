import { readEnvironment } from './environment.ts';
import { openTerminal } from './output/terminal.ts';
import { createProgram, usageCode } from './program.ts';
import { untilStopped } from './stoppable.ts';

/** Runs the command line. @returns the exit code: 0 done, 1 failed, 2 usage, 130 stopped by Ctrl-C */
export async function main(args: readonly string[]): Promise<number> {
  const terminal = openTerminal();
  return untilStopped(terminal, async (signal) => {
    try {
      return await createProgram({ environment: readEnvironment(process.env), terminal, signal }).run(args);
    } catch (error) {
      const usage = usageCode(error);
      if (usage === undefined) throw error;
      terminal.progress(undefined);
      return usage;
    }
  });
}
