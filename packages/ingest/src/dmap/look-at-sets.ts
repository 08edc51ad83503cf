/** What the vendor lists now, beside what the ledger knows of it. Changes nothing. */
import { knownResults, type KnownResult } from '@farelake/db';
import { identityText, type ResultIdentity, type Vendor } from '@farelake/dmap';
import type { OnProgress } from '../progress.ts';
import type { Workspace } from '../workspace.ts';
import { chooseSets, type ChosenSet } from './choose-sets.ts';
import { hearSet } from './hear-set.ts';
import { comparePeriods, compareTexts } from './newest-first.ts';

export interface LookOptions {
  /** Sets or their tables; all that have a contract unless given. Of these, sets whose API has no key are passed over. */
  readonly sets?: readonly string[] | undefined;
  /** What was issued on this day or later, `YYYY-MM-DD`; everything unless given. */
  readonly since?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
}

export interface SeenResult extends ResultIdentity {
  /** Null: the ledger has never heard of it. */
  readonly known: Omit<KnownResult, keyof ResultIdentity> | null;
}

export interface SeenSet extends ChosenSet {
  /** The newest period first. */
  readonly results: readonly SeenResult[];
  /** Why the set was passed over; null: it was not. */
  readonly skipped: string | null;
  /** What is wrong with the set's API, in words without links; null: nothing. */
  readonly trouble: string | null;
}

/** @throws UserError `dmap-no-contract`; of the vendor nothing, that is told by set */
export function lookAtSets(workspace: Workspace, vendor: Vendor, options: LookOptions): Promise<SeenSet[]> {
  const sets = chooseSets(workspace.contracts, options.sets);
  return Promise.all(sets.map((set) => lookAt(workspace, vendor, set, options)));
}

async function lookAt(
  { pool, signal }: Workspace,
  vendor: Vendor,
  set: ChosenSet,
  { since, sets, onProgress }: LookOptions,
): Promise<SeenSet> {
  const skipUnkeyed = sets === undefined;
  const { listed, skipped, trouble } = await hearSet(vendor, set, { since, skipUnkeyed, signal, onProgress });
  const known = new Map(
    (await knownResults(pool, set.dataset, [...listed.values()])).map((one) => [identityText(one), one]),
  );
  const results = [...listed].map(([name, result]): SeenResult => ({ ...result, known: known.get(name) ?? null }));
  return { ...set, results: results.toSorted(byPeriod), skipped, trouble };
}

const byPeriod = (a: ResultIdentity, b: ResultIdentity): number =>
  comparePeriods(a, b) || compareTexts(b.lastUpdated, a.lastUpdated);
