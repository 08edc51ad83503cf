/** What commands that draft a contract have in common: what changes, whether it may be written, who says so. */
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { compatibility, formatContract, requireRegistry, type Contract } from '@farelake/schema-registry';
import { UsageError } from './output/problem.ts';
import type { Context } from './session.ts';

/** A file as a person who works here would name it. */
export const shown = (file: string): string => path.relative(process.cwd(), file) || file;

/** What readers of the table will see change; what they cannot go along with is said to be so. */
export const changeLines = (present: Contract, next: Contract): string[] =>
  compatibility(present, next).map(({ compatible, text }) =>
    compatible ? `Change: ${text}.` : `Incompatible change, of which readers must be told: ${text}.`,
  );

/** The registry must be whole with the new contract in it: a collision is told before anything is written. */
export function refuseFaulty(contracts: ReadonlyMap<string, Contract>, contract: Contract): void {
  const others = [...contracts.values()].filter((other) => other.dataset !== contract.dataset);
  requireRegistry(
    [...others, contract].map((one) => ({ path: `${one.feed}/${one.dataset}.json`, text: formatContract(one) })),
  );
}

/**
 * Asks on a terminal; elsewhere silence is no consent.
 * @param isThere whether a contract is to be replaced
 * @throws UsageError `not-agreed` where nobody can be asked
 */
export async function agreed({ signal }: Context, file: string, isThere: boolean): Promise<boolean> {
  const question = `${isThere ? 'Replace the different' : 'Write'} ${shown(file)}?`;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    if (!isThere)
      throw new UsageError({
        code: 'not-agreed',
        problem: `${question} Nobody is there to answer.`,
        remedy: 'Add --yes to write it as shown.',
      });
    throw new UsageError({
      code: 'not-agreed',
      problem: `${shown(file)} is there and says something else.`,
      remedy: 'Add --yes to replace it.',
    });
  }
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
