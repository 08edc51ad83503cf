/** Questions to the person at the terminal. */
import { createInterface } from 'node:readline/promises';
import { UsageError } from './output/problem.ts';
import type { Context } from './session.ts';

/**
 * Silence is no consent.
 * @throws UsageError `not-agreed` where there is no terminal to ask at
 */
export function requireSomebody(problem: string, remedy: string): void {
  if (process.stdin.isTTY && process.stderr.isTTY) return;
  throw new UsageError({ code: 'not-agreed', problem, remedy });
}

/** @returns whether the answer is yes */
export async function ask({ signal }: Pick<Context, 'signal'>, question: string): Promise<boolean> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  // The reader takes the keyboard, and Ctrl-C with it: hand it on.
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = await reader.question(`${question} [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    reader.close();
  }
}
