/** How the listing of a DMAP set stands: how far it is known, what is still to be fetched and in which lane, what failed. */
import { dmapOverview, type DmapSetOverview, type Queryable } from '@farelake/db';
import { printable } from '@farelake/schema-registry';
import type { Judged } from './judge.ts';

export interface DmapStatus {
  /** Null: the table is not of a DMAP set, or the set was never listed. */
  readonly dmap: DmapSetOverview | null;
}

export async function dmapStatus(db: Queryable): Promise<(table: string) => DmapStatus> {
  const overview = await dmapOverview(db);
  return (table) => ({ dmap: overview.get(table) ?? null });
}

/** What the vendor lists and is not here keeps a table from being all it should be; its slow lane does not. */
export function listed(judged: Judged, { dmap }: DmapStatus): Judged {
  if (dmap === null || judged.state === 'held' || judged.state === 'failing') return judged;
  if (dmap.trouble !== null) return { state: 'failing', reason: `its vendor: ${dmap.trouble}` };
  const [first] = dmap.failed;
  if (first !== undefined) {
    const more = (dmap.results.failed ?? 0) > 1 ? ` (and ${(dmap.results.failed ?? 0) - 1} more)` : '';
    return { state: 'failing', reason: `${printable(first.datasetId)} was not fetched: ${first.reason}${more}` };
  }
  const slow = dmap.waiting.slow ?? 0;
  const fresh = (dmap.results.listed ?? 0) - slow;
  if (fresh > 0) return { state: 'waiting', reason: `${fresh} datasets are listed and not fetched yet: ${SYNC}` };
  if (judged.state === 'empty' && slow > 0)
    return { state: 'waiting', reason: `${slow} datasets wait in the slow lane: ${SYNC}` };
  return judged;
}

const SYNC = 'farelake dmap sync fetches them';
