/** What commands that draft a contract have in common: what changes, whether it may be written, who says so. */
import path from 'node:path';
import { compatibility, formatContract, requireRegistry, type Contract } from '@farelake/schema-registry';
import { ask, requireSomebody } from './ask.ts';
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
  if (isThere) requireSomebody(`${shown(file)} is there and says something else.`, 'Add --yes to replace it.');
  else requireSomebody(`${question} Nobody is there to answer.`, 'Add --yes to write it as shown.');
  return ask({ signal }, question);
}
