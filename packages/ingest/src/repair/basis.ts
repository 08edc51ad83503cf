/**
 * What a current table has to be made of: the loads that the ledger says are in its live generation, and the files of
 * history that hold their rows. Read in one transaction, so that version, loads and files belong together.
 */
import {
  appliedLoads,
  contradictions,
  loadsOf,
  readManifest,
  readTable,
  replacedLoads,
  withTransaction,
  writtenLoads,
  type Contradiction,
  type Load,
  type Manifest,
  type Queryable,
  type WrittenLoad,
} from '@farelake/db';
import { rankFiles, type Instant } from '@farelake/qlik';
import { historyName, UserError, type Contract } from '@farelake/schema-registry';
import { isTreatedOtherwise } from '../fold/foundation.ts';
import type { FoldFile } from '../fold/run-fold.ts';
import { rulesText } from '../fold/rules-text.ts';
import { requireFolded } from '../table/require-folded.ts';
import { treatmentHold } from '../treatment/hold.ts';
import type { Workspace } from '../workspace.ts';

/** A current table and what it stands on. */
export interface Basis {
  readonly contract: Contract;
  /** The table's newest version. */
  readonly table: Manifest & { readonly fold: NonNullable<Manifest['fold']> };
  readonly history: Manifest;
  /** Loads whose rows are in the table. */
  readonly members: readonly Load[];
  /** All loads whose rows lie in the files of history of the members, by their receipts. */
  readonly written: readonly WrittenLoad[];
}

/**
 * @throws UserError `not-folded`, `history-only`, `no-table-yet`, `table-held`, `table-outdated`, `ledger-contradicts`: there is nothing that could be
 * compared, and what to do
 */
export async function readBasis({ pool }: Pick<Workspace, 'pool'>, contract: Contract): Promise<Basis> {
  return withTransaction(pool, async (client) => {
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return basisOf(client, contract);
  });
}

async function basisOf(db: Queryable, contract: Contract): Promise<Basis> {
  const { dataset } = contract;
  requireFolded(contract, 'compare it with');
  if (contract.key.length === 0)
    throw refusal(
      contract,
      'history-only',
      'has no key, so it has history and no current table.',
      'farelake audit looks at its files and receipts.',
    );
  const table = await readManifest(db, dataset);
  const { fold } = table;
  if (fold === null) throw await notYet(db, contract);
  const held = await treatmentHold(db, contract);
  if (held !== undefined)
    throw refusal(contract, 'table-held', `is held: ${held}`, 'When that is mended, run the command again.');
  await requireUpToDate(db, contract, { ...table, fold });
  await requireAgreement(db, contract);
  const applied = await appliedLoads(db, dataset, fold.generation);
  const members = (await loadsOf(db, dataset)).filter((load) => applied.has(load.id));
  if (members.length !== applied.size) throw new Error(`${dataset}: loads in the table are not among its loads`);
  const written = await writtenLoads(db, [...new Set(members.flatMap((load) => load.historyBatchId ?? []))]);
  return {
    contract,
    table: { ...table, fold },
    history: await readManifest(db, historyName(dataset)),
    members,
    written,
  };
}

/** A table that waits to be folded anew cannot be what its history says now. */
async function requireUpToDate(db: Queryable, contract: Contract, table: Basis['table']): Promise<void> {
  if (table.fold.rules !== rulesText(contract))
    throw outdated(contract, 'was folded by another key, or other rules, than the contract now says.');
  if (isTreatedOtherwise(contract, table))
    throw outdated(contract, 'holds values that were treated otherwise than the contract now says.');
  if ((await replacedLoads(db, contract.dataset, table.fold.generation)).size > 0)
    throw outdated(contract, 'was folded from rows that a replay has replaced in history since.');
}

/** What the table was made of is what the ledger says: where that says two things, a table that is right would be blamed. */
async function requireAgreement(db: Queryable, { dataset }: Contract): Promise<void> {
  const found = await contradictions(db, dataset);
  const [first, ...more] = found;
  if (first === undefined) return;
  const others = more.length > 0 ? ` (and ${more.length} more)` : '';
  throw new UserError({
    code: 'ledger-contradicts',
    problem: `The ledger contradicts itself about what ${dataset} was made of, so nothing can be said of its current table, and nothing was changed: ${first.objectKey}: ${describeContradiction(first)}${others}.`,
    remedy: 'farelake ingest works the table out anew from all that belongs to it.',
    data: { dataset, loads: found.map(({ loadId }) => loadId) },
  });
}

/** `load 3 is archived, and not among those that the table was made of` */
export const describeContradiction = ({ loadId, state, isApplied }: Contradiction): string =>
  `load ${loadId} is ${state}, and ${isApplied ? '' : 'not '}among those that the table was made of`;

const outdated = (contract: Contract, what: string): UserError =>
  refusal(contract, 'table-outdated', what, 'farelake ingest folds it anew.');

async function notYet(db: Queryable, contract: Contract): Promise<UserError> {
  const { heldReason, waitingReason, trouble } = await readTable(db, contract.dataset);
  const why = heldReason ?? waitingReason ?? trouble;
  return refusal(
    contract,
    'no-table-yet',
    `has no current table yet${why === null ? '.' : `: ${why}.`}`,
    'farelake status says what is missing.',
  );
}

const refusal = ({ dataset }: Contract, code: string, what: string, remedy?: string): UserError =>
  new UserError({
    code,
    problem: `${dataset} ${what}`,
    data: { dataset },
    ...(remedy === undefined ? {} : { remedy }),
  });

/** The loads in the order of the fold; all of them count as new, because nothing is taken from the table. */
export const foldFilesOf = ({ members }: Basis): FoldFile[] =>
  rankFiles(
    members.map((load) => ({
      id: load.id,
      time: load.fileTime as Instant | null,
      key: load.objectKey,
      contentHash: load.contentHash,
    })),
  ).map(({ file, rank }) => ({ loadId: file.id, rank, fresh: true }));
