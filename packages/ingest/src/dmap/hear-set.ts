/** What the vendor lists of a set now. Nothing of it is registered. */
import { identityText, type ListedPage, type ResultIdentity, type Vendor } from '@farelake/dmap';
import { UserError } from '@farelake/schema-registry';
import type { OnProgress } from '../progress.ts';
import type { ChosenSet } from './choose-sets.ts';
import { unreadableTrouble } from './list-set.ts';
import { isMissingKey } from './vendor-trouble.ts';

export interface HearOptions {
  /** What was issued on this day or later, `YYYY-MM-DD`; undefined: everything. */
  readonly since: string | undefined;
  /** A set whose API has no key is passed over, rather than in trouble. */
  readonly skipUnkeyed: boolean;
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress | undefined;
}

export interface Heard {
  /** In their order; where the listing broke off, those until then. */
  readonly pages: readonly ListedPage['results'][];
  /** Each result once, by its name, without its link, which is for nobody to see. */
  readonly listed: ReadonlyMap<string, ResultIdentity>;
  /** Why the set was passed over; null: it was not. */
  readonly skipped: string | null;
  /** What is wrong with the set's API, in words without links; null: nothing. */
  readonly trouble: string | null;
}

/** Of the vendor it throws nothing, that is told. */
export async function hearSet(vendor: Vendor, set: ChosenSet, options: HearOptions): Promise<Heard> {
  const { since, skipUnkeyed, signal, onProgress } = options;
  const pages: ListedPage['results'][] = [];
  const listed = new Map<string, ResultIdentity>();
  const unreadable: string[] = [];
  try {
    for await (const page of vendor.list(set, { since, signal })) {
      pages.push(page.results);
      for (const result of page.results) listed.set(identityText(result), identityOf(result));
      unreadable.push(...page.unreadable);
      onProgress?.({ step: 'listing', table: set.dataset, results: listed.size });
    }
    return { pages, listed, skipped: null, trouble: unreadableTrouble(unreadable) };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof UserError)) throw error;
    const skipped = isMissingKey(error) && skipUnkeyed ? error.message : null;
    return { pages, listed, skipped, trouble: skipped === null ? error.message : null };
  }
}

const identityOf = ({ datasetId, startDate, endDate, lastUpdated }: ResultIdentity): ResultIdentity => ({
  ...{ datasetId, startDate, endDate, lastUpdated },
});
