/** Where words go: answers to standard output, everything about the work to standard error. */
import ora, { type Ora } from 'ora';

export interface Terminal {
  /** A line of the answer. */
  print(line: string): void;
  /** Something to know beside the answer. */
  note(line: string): void;
  /** What is going on, shown on a terminal only; undefined: nothing any more. */
  progress(text: string | undefined): void;
}

export function openTerminal(): Terminal {
  let spinner: Ora | undefined;
  const settle = () => {
    spinner?.stop();
    spinner = undefined;
  };
  return {
    print: (line) => {
      settle();
      process.stdout.write(`${line}\n`);
    },
    note: (line) => {
      settle();
      process.stderr.write(`${line}\n`);
    },
    progress: (text) => {
      if (text === undefined) {
        settle();
        return;
      }
      // A terminal without a width (a container's, at first) makes ora clear infinitely many lines.
      if (!process.stderr.isTTY || !(process.stderr.columns > 0)) return;
      // ora would otherwise take the keyboard, and Ctrl-C with it.
      spinner ??= ora({ stream: process.stderr, discardStdin: false }).start();
      spinner.text = text;
    },
  };
}
