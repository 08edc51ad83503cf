/**
 * Fetches one result: its link to a local file, this into the Incoming zone under the name that says which result it is,
 * and then object, load and result into the ledger by one transaction. Dies it before that, the next run fetches it again,
 * and the same bytes under the same name are the same object.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import {
  isToFetch,
  nextSeen,
  noteFetched,
  noteFetchFailed,
  noteFetchPutOff,
  noteSetTrouble,
  noteUnchanged,
  type ResultToFetch,
} from '@farelake/db';
import { formatDatasetKey, type Downloaded } from '@farelake/dmap';
import { UserError } from '@farelake/schema-registry';
import { reach } from '../failpoint.ts';
import { patiently } from '../retry/patiently.ts';
import { listForLink, listFully } from './list-set.ts';
import { inBooks, type SetWork } from './set-work.ts';
import { isExpired, isOfApi } from './vendor-trouble.ts';

/** Times that a set is listed again for the link of one result. */
const MOST_LISTINGS = 5;
/** Fetches of a set in a row that fail for what is likely wrong with all of them, before others are probed. */
export const MOST_IN_ROW = 3;

/** What goes wrong with the one result, or with the set, is told in the tally and never thrown. */
export async function fetchResult(work: SetWork, result: ResultToFetch): Promise<void> {
  const { workspace, standing } = work;
  workspace.signal.throwIfAborted();
  // Since it was put on the list a newer one may have taken its place.
  if (!(await isWanted(work, result))) return;
  const file = path.join(work.scratch, String(result.id));
  try {
    const fetched = await download(work, result, file);
    if (fetched === undefined) return;
    standing.inRow = 0;
    if (fetched === 'unchanged') {
      await inBooks(work, (db) => noteUnchanged(db, result.id));
      return;
    }
    reach('dmap:fetched');
    await keep(work, result, { file, etag: fetched.etag });
  } finally {
    work.room.release(file);
    await rm(file, { force: true });
  }
}

const isWanted = ({ workspace, dataset, onProgress }: SetWork, { id }: ResultToFetch): Promise<boolean> =>
  patiently(workspace, dataset, () => isToFetch(workspace.pool, id), onProgress);

/** @returns undefined: it is not there, and why is noted */
async function download(
  work: SetWork,
  result: ResultToFetch,
  file: string,
): Promise<Downloaded | 'unchanged' | undefined> {
  const { links, vendor, workspace, standing, room } = work;
  for (let listings = 0; ; listings += 1) {
    const link = links.take(result);
    if (link !== undefined) {
      try {
        const known = result.known ?? undefined;
        const onBytes = (bytes: number, whole: number | undefined) => room.claim(file, bytes, whole);
        return (await vendor.download(link, { file, known, onBytes, signal: workspace.signal })) ?? 'unchanged';
      } catch (error) {
        workspace.signal.throwIfAborted();
        if (!isExpired(error)) return failed(work, result, error);
        links.refuse(result, link);
      }
    }
    // It was fetched before, and its load tells what is wrong; that it cannot be had again adds nothing, and asks for no listing.
    if (result.again) return undefined;
    if (listings === MOST_LISTINGS) return refused(work, result);
    if (standing.cannotList || !(await listForLink(work, result.lastUpdated))) return undefined;
    if (links.take(result) !== undefined) continue;
    // Not in a part of the listing: it may be withdrawn, which only the whole of it can tell.
    if (!(await isWanted(work, result)) || !(await listFully(work)) || links.take(result) === undefined)
      return undefined;
  }
}

async function failed(work: SetWork, result: ResultToFetch, error: unknown): Promise<undefined> {
  // A bug is no matter of the vendor.
  if (!(error instanceof UserError)) throw error;
  const { message } = error;
  if (!isOfApi(error)) {
    await noteFailure(work, result, message);
    return;
  }
  await inBooks(work, (db) => noteFetchPutOff(db, result.id, message));
  if (result.inTable) return;
  await noteTrouble(work, message);
  work.standing.inRow += 1;
}

async function refused(work: SetWork, result: ResultToFetch): Promise<undefined> {
  const reason = `Its link was refused (403), and those of ${String(MOST_LISTINGS)} listings after it.`;
  await noteFailure(work, result, reason);
  work.standing.inRow += 1;
}

/** Told at the end of the run, and kept: it is trouble of the set, whatever its listings say. */
export async function noteTrouble(work: SetWork, trouble: string): Promise<void> {
  const { tally, standing, dataset } = work;
  tally.trouble ??= trouble;
  if (standing.linkTrouble !== null) return;
  standing.linkTrouble = trouble;
  await inBooks(work, (db) => noteSetTrouble(db, dataset, trouble));
}

async function noteFailure(work: SetWork, result: ResultToFetch, reason: string): Promise<void> {
  const { datasetId, lastUpdated, startDate, endDate } = result;
  await inBooks(work, (db) => noteFetchFailed(db, result.id, reason));
  // It is in the table; that the vendor has not mended it is what was known before.
  if (result.inTable) return;
  work.tally.failed.push({ datasetId, lastUpdated, startDate, endDate, reason });
}

async function keep(
  work: SetWork,
  result: ResultToFetch,
  { file, etag }: { readonly file: string; readonly etag: string | null },
): Promise<void> {
  const { workspace, incoming, set, dataset, tally, onProgress } = work;
  const objectKey = formatDatasetKey({ ...result, set: set.set });
  const { seen, put } = await patiently(
    workspace,
    incoming.uri,
    // The sighting before the file: contents that replace each other are numbered in the order in which they do.
    async () => ({ seen: await nextSeen(workspace.pool), put: await incoming.adopt(file, objectKey) }),
    onProgress,
  );
  reach('dmap:put');
  const object = {
    ...{ objectKey, dataset, sourceSchema: set.api, sourceTable: set.set, part: 'data' as const, dfm: null },
    ...{ contentHash: put.tag ?? put.sha256, size: put.size, storeUri: incoming.uri, path: put.path },
  };
  await inBooks(work, async (db) => {
    await noteFetched(db, { result, object, etag, sha256: put.sha256, seen });
    reach('dmap:registering');
  });
  tally.fetched += 1;
  tally.bytes += put.size;
  reach('dmap:registered');
}
