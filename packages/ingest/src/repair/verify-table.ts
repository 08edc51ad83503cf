/** Is a current table what its history says? Changes nothing. */
import type { Contract } from '@farelake/schema-registry';
import type { OnProgress } from '../progress.ts';
import { patiently } from '../retry/patiently.ts';
import type { Workspace } from '../workspace.ts';
import { readBasis } from './basis.ts';
import { differenceOf, isEqual, type Difference } from './difference.ts';
import { withComparison } from './examine.ts';
import { compareWithInterpreter } from './interpret.ts';
import { compareWithHistory } from './recompute.ts';

/** `history`: the fold, from all history · `interpreter`: the reference interpreter, for tables of bounded size. */
export type VerifyWith = 'history' | 'interpreter';

export interface Verified extends Difference {
  readonly table: string;
  readonly version: number;
  readonly generation: string;
  readonly with: VerifyWith;
  readonly equal: boolean;
}

/**
 * Works the live table out anew, as of the version it has now, and compares. Trouble that passes is tried again. Needs no lock: what is committed meanwhile
 * is not looked at.
 * @throws UserError as `readBasis`; `too-many-rows` with the interpreter
 */
export async function verifyTable(
  workspace: Workspace,
  contract: Contract,
  by: VerifyWith,
  onProgress?: OnProgress,
): Promise<Verified> {
  return patiently(workspace, contract.dataset, () => verify(workspace, contract, by, onProgress), onProgress);
}

async function verify(
  workspace: Workspace,
  contract: Contract,
  by: VerifyWith,
  onProgress: OnProgress | undefined,
): Promise<Verified> {
  const basis = await readBasis(workspace, contract);
  return withComparison(workspace, basis, onProgress, async (work) => {
    const facts = await (by === 'interpreter' ? compareWithInterpreter(work) : compareWithHistory(work));
    const difference = await differenceOf(basis, work.comparison, facts);
    return {
      table: contract.dataset,
      version: basis.table.version,
      generation: basis.table.fold.generation,
      with: by,
      equal: isEqual(difference),
      ...difference,
    };
  });
}
