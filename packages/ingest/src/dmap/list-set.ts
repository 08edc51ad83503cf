/**
 * Lists a set and registers every result, page by page; then ends the listing. Dies it in between, what is registered stays,
 * the watermark stays where it was, and the next listing asks for the same again.
 */
import { endListing, readDmapSet, registerResults, type DmapSetRecord } from '@farelake/db';
import { identityText, type ListedResult } from '@farelake/dmap';
import { UserError } from '@farelake/schema-registry';
import { reach } from '../failpoint.ts';
import { patiently } from '../retry/patiently.ts';
import { askFor, askForLinks, type Asked, type Wish } from './ask.ts';
import { inBooks, type SetWork } from './set-work.ts';
import { isMissingKey, isUnsteady } from './vendor-trouble.ts';

/** @throws UserError `dmap-no-key`; what else the API has to say is the set's trouble */
export async function listSet(work: SetWork, wish: Wish): Promise<void> {
  const record = await recordOf(work);
  await list(work, record, askFor(record, wish));
}

/**
 * Lists a set again for a link of a result. One listing at a time; who comes meanwhile gets what that one finds.
 * @returns false: it broke off
 */
export const listForLink = (work: SetWork, lastUpdated: string): Promise<boolean> =>
  singly(work, (record) => askForLinks(record, lastUpdated));

/** Asks for everything, once a run: what it does not hold can be fetched by nobody. @returns false: it broke off */
export async function listFully(work: SetWork): Promise<boolean> {
  const { standing } = work;
  while (standing.listing !== undefined) await standing.listing;
  return standing.askedForAll || singly(work, () => ({ since: undefined, moves: true }));
}

function singly(work: SetWork, asked: (record: DmapSetRecord) => Asked): Promise<boolean> {
  const listing = async () => {
    const record = await recordOf(work);
    await list(work, record, asked(record));
    return !work.standing.cannotList;
  };
  work.standing.listing ??= listing().finally(() => {
    work.standing.listing = undefined;
  });
  return work.standing.listing;
}

const recordOf = ({ workspace, dataset, onProgress }: SetWork): Promise<DmapSetRecord> =>
  patiently(workspace, dataset, () => readDmapSet(workspace.pool, dataset), onProgress);

async function list(work: SetWork, { now: listedAt, known }: DmapSetRecord, { since, moves }: Asked): Promise<void> {
  const { workspace, vendor, set, dataset, tally, standing } = work;
  const unreadable: string[] = [];
  let broken: string | undefined;
  let listed = 0;
  standing.cannotList = false;
  try {
    for await (const page of vendor.list(set, { since, signal: workspace.signal })) {
      unreadable.push(...page.unreadable);
      listed += page.results.length;
      await registerPage(work, page.results, listedAt);
    }
  } catch (error) {
    workspace.signal.throwIfAborted();
    // Not the vendor's are only those of the ledger; whoever keeps the key may have trouble of its own.
    if (!(error instanceof UserError) || isMissingKey(error)) throw error;
    standing.cannotList = !isUnsteady(error);
    broken = error.message;
  }
  const full = since === undefined;
  const empty = full && broken === undefined && unreadable.length === 0 && listed === 0 ? emptyTrouble(known) : null;
  if (empty !== null) standing.cannotList = true;
  const trouble = broken ?? unreadableTrouble(unreadable) ?? empty;
  tally.withdrawn += await inBooks(work, (db) =>
    endListing(db, dataset, { listedAt, full, moves, trouble, besides: standing.linkTrouble }),
  );
  tally.trouble = trouble ?? standing.linkTrouble;
  if (full && !standing.cannotList) standing.askedForAll = true;
  reach('dmap:listed');
}

async function registerPage(work: SetWork, results: readonly ListedResult[], listedAt: Date): Promise<void> {
  const { dataset, tally, seen, links } = work;
  const registered = await inBooks(work, (db) => registerResults(db, dataset, results, listedAt));
  tally.fresh += registered.fresh;
  tally.superseded += registered.superseded;
  links.put(results);
  for (const result of results) seen.add(identityText(result));
  tally.listed = seen.size;
  reach('dmap:listed-page');
  work.onProgress?.({ step: 'listing', table: dataset, results: seen.size });
}

/** An empty answer to who asks for everything is more likely a bad moment of the vendor than the end of all it had. */
export const emptyTrouble = (known: number): string | null =>
  known === 0
    ? null
    : `The listing of everything is empty, where ${String(known)} results were listed before. Nothing is withdrawn for it.`;

/** Told one by one, the first few of them. */
const MOST_TOLD = 3;

export function unreadableTrouble(unreadable: readonly string[]): string | null {
  if (unreadable.length === 0) return null;
  const told = unreadable.slice(0, MOST_TOLD).join('; ');
  const more = unreadable.length > MOST_TOLD ? `; and ${String(unreadable.length - MOST_TOLD)} more` : '';
  return `The listing holds entries that cannot be read: ${told}${more}. The watermark stays where it is until they can.`;
}
