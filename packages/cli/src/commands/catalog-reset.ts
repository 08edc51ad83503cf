import { resetCatalog, type Reset } from '@farelake/ingest';
import { findContract } from '../find-contract.ts';
import { progressLine } from '../output/progress.ts';
import { withWorkspace, type Context } from '../session.ts';

export interface CatalogResetFlags {
  readonly json?: boolean;
}

/** @returns 0 the catalog shows the ledger's version */
export async function catalogResetCommand(context: Context, table: string, flags: CatalogResetFlags): Promise<number> {
  const { terminal } = context;
  return withWorkspace(context, async (workspace) => {
    const resets = await resetCatalog(workspace, findContract(workspace, table), progressLine(terminal));
    terminal.progress(undefined);
    if (flags.json === true) terminal.print(JSON.stringify(resets));
    else for (const { table: name, done } of resets) terminal.print(`${name}: ${WORDS[done]}`);
    if (resets.some(({ done }) => done === 'rebuilt')) terminal.note(AFTER_LOSS);
    return 0;
  });
}

/** What took metadata away, a purge for one, may have taken files of rows, too. */
const AFTER_LOSS =
  'Metadata was gone: farelake audit tells which files of rows are missing as well, farelake repair makes those of a current table anew.';

const WORDS: Readonly<Record<Reset['done'], string>> = {
  nothing: 'as it should be; nothing was changed',
  'taken back':
    'shows the version of the ledger again; what another writer made lies where it was, and nothing points at it',
  removed: 'a table of this name that farelake did not make is out of the catalog; its files lie where they were',
  rebuilt: 'its metadata is written anew from the ledger; snapshots of before are no more, farelake query --at goes on',
};
