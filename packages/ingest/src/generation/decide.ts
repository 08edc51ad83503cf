/** What a person decides about a table's generations: to show one that is held, to go back to the one before. */
import { writeGeneration } from '@farelake/db';
import type { Generation } from '@farelake/qlik';
import { sourceName } from '@farelake/qlik';
import { UserError, type Contract } from '@farelake/schema-registry';
import { reach } from '../failpoint.ts';
import { foldTable } from '../fold/fold-table.ts';
import type { SnapshotLoad } from '../plan/plan-loads.ts';
import type { OnProgress } from '../progress.ts';
import { publishTable } from '../publish/publish-table.ts';
import { inTable } from '../table/in-table.ts';
import { requireFolded } from '../table/require-folded.ts';
import { whenFree } from '../table/when-free.ts';
import { treatmentHold } from '../treatment/hold.ts';
import type { TableWorkspace, Workspace } from '../workspace.ts';
import { askedFor, names, rejectable, releasable, type AskedGeneration } from './asked.ts';
import { settle } from './settle.ts';
import { readStanding, type Standing } from './standing.ts';
import { swapGenerations } from './swap.ts';

export interface Decision {
  readonly workspace: Workspace;
  readonly contract: Contract;
  /** Who decides: `user@host`. */
  readonly by: string;
  readonly why?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
}

const inTurn = <T>(
  { workspace, contract, onProgress }: Decision,
  work: (own: TableWorkspace) => Promise<T>,
  again = true,
): Promise<T> => whenFree(workspace, contract.dataset, work, { onProgress, again });

export interface Released {
  readonly generation: string;
  /** What it was before. */
  readonly was: 'held' | 'rejected';
}

/**
 * Lets a generation that is held, or was taken back by a rollback, be shown: the next ingest brings it up to date and
 * exchanges it for the live one, however much smaller it is.
 * @returns undefined: without a name, nothing is held or rejected that could be shown
 * @throws UserError `no-such-generation`, `several-generations`
 */
export const releaseGeneration = (decision: Decision, asked: AskedGeneration = {}): Promise<Released | undefined> =>
  inTurn(decision, async (workspace) => {
    const { contract, by, why } = decision;
    if (contract.feed !== 'qlik' && asked.name === undefined) return undefined;
    requireFolded(contract, 'release');
    const found = askedFor(releasable(await readStanding(workspace, contract)), asked, contract);
    if (found === undefined) return undefined;
    const released = { state: 'released', cause: null, reason: why ?? null, decidedBy: by } as const;
    await inTable(workspace, async (db) => {
      await writeGeneration(db, contract.dataset, found.name, released);
      reach('release:committing');
    });
    return { generation: found.name, was: found.state as Released['was'] };
  });

/**
 * Says no to a snapshot that is held, or released and not shown yet: it stays in history, and no ingest looks at it again until
 * it is released.
 * @returns its name; undefined: without a name, there is none
 * @throws UserError `no-such-generation`, `several-generations`
 */
export const rejectGeneration = (decision: Decision, asked: AskedGeneration = {}): Promise<string | undefined> =>
  inTurn(decision, async (workspace) => {
    const { contract, by, why } = decision;
    requireFolded(contract, 'reject');
    const found = askedFor(rejectable(await readStanding(workspace, contract)), asked, contract);
    if (found === undefined) return undefined;
    const rejected = { state: 'rejected', cause: null, reason: why ?? 'rejected', decidedBy: by } as const;
    await inTable(workspace, async (db) => {
      await writeGeneration(db, contract.dataset, found.name, rejected);
      reach('reject:committing');
    });
    await settle(workspace, contract, await readStanding(workspace, contract));
    return found.name;
  });

export interface RolledBack {
  /** Shown from now on. */
  readonly to: string;
  /** Shown until now, and rejected. */
  readonly from: string;
  /** Of the current table. */
  readonly version: number;
  readonly rows: number;
  /** Loads that the older one had missed meanwhile. */
  readonly missed: number;
  /** Whether the copy in Postgres followed, where there is one. */
  readonly published: boolean;
}

/**
 * Goes back to the generation that was shown before: brings it up to date with all changes since, exchanges it for the live
 * one by one commit, and rejects that until it is released. Done again after it died anywhere, it goes on.
 * @throws UserError `nothing-to-roll-back`, `rollback-held`, `not-folded`
 */
export const rollBack = (decision: Decision): Promise<RolledBack> =>
  inTurn(
    decision,
    async (workspace) => {
      const { contract, by, why, onProgress } = decision;
      requireFolded(contract, 'go back to');
      const held = await treatmentHold(workspace.pool, contract);
      if (held !== undefined) throw rollbackHeld(contract, held);
      await settle(workspace, contract, await readStanding(workspace, contract));
      const standing = await readStanding(workspace, contract);
      const { from, to } = predecessorOf(standing, contract);
      const folded = await foldTable(workspace, contract, to, { beside: true, onProgress });
      if (folded.result === 'held') throw rollbackHeld(contract, folded.reason);
      const leaves = { state: 'rejected', reason: why ?? 'rolled back', decidedBy: by } as const;
      const { version, rows } = await swapGenerations(workspace, contract, { from, leaves, to, plan: standing.plan });
      onProgress?.({ step: 'committed', table: contract.dataset, rows });
      await settle(workspace, contract, await readStanding(workspace, contract));
      const published = await publishTable(workspace, contract, onProgress);
      const missed = folded.result === 'committed' ? folded.applied : 0;
      return { to: to.name, from: from.name, version, rows, missed, published: published !== 'trouble' };
    },
    // Done twice, it would go back twice.
    false,
  );

/** The one that was shown last of those that are kept. */
function predecessorOf(
  { plan, records }: Standing,
  { source }: Contract,
): { from: Generation<SnapshotLoad>; to: Generation<SnapshotLoad> } {
  const retired = [...records.values()].filter(({ state }) => state === 'retired');
  const last = retired.sort((a, b) => (b.retiredVersion ?? 0) - (a.retiredVersion ?? 0))[0];
  const to = plan.generations.find(({ name }) => name === last?.name);
  if (plan.live !== undefined && to !== undefined) return { from: plan.live, to };
  throw new UserError({
    code: 'nothing-to-roll-back',
    problem: `${sourceName(source)} has no former snapshot to go back to${others(records)}.`,
    remedy: `Only what was shown before and is kept can be gone back to. To go forth to one that is held or was rejected: farelake table release ${sourceName(source)} --generation <name>.`,
    data: { table: sourceName(source), found: plan.live?.name ?? null },
  });
}

const others = (records: Standing['records']): string => {
  const named = [...records.values()].filter(({ state }) => state !== 'superseded');
  return named.length === 0 ? '' : `: there ${named.length === 1 ? 'is' : 'are'} ${names(named)}`;
};

const rollbackHeld = ({ source, dataset }: Contract, reason: string): UserError =>
  new UserError({
    code: 'rollback-held',
    problem: `The former snapshot of ${sourceName(source)} cannot be brought up to date: ${reason}.`,
    remedy: 'Nothing was changed: the table shows what it showed.',
    data: { table: dataset, found: reason },
  });
