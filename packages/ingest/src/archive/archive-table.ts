/**
 * Copies a table's accepted objects to the archive: those whose rows are in history, and their `.dfm`s. Sources are only
 * read. Dies the process between a copy and its note in the ledger, the next run makes the same copy under the same name.
 */
import {
  archivableLoads,
  recordArchived,
  unarchivedObjects,
  type ArchivedObject,
  type UnarchivedObject,
} from '@farelake/db';
import { copyObject, isStoreTrouble } from '@farelake/lake';
import { UserError } from '@farelake/schema-registry';
import { reach } from '../failpoint.ts';
import { moveLoad } from '../move-load.ts';
import type { OnProgress } from '../progress.ts';
import { inTable } from '../table/in-table.ts';
import { openContent } from '../load/open-content.ts';
import type { TableWorkspace, Workspace } from '../workspace.ts';
import { archivePath } from './archive-path.ts';

export interface Archived {
  readonly archived: number;
  /** Objects that could not be copied, and why; each is tried again by the next run. */
  readonly failed: readonly { readonly path: string; readonly reason: string }[];
}

/** Copies under way at once: many objects are small, and each waits for its store more than for anything else. */
const AT_ONCE = 8;

export async function archiveTable(
  workspace: TableWorkspace,
  dataset: string,
  onProgress?: OnProgress,
): Promise<Archived> {
  const { pool, signal } = workspace;
  const waiting = await unarchivedObjects(pool, dataset);
  const failed: { path: string; reason: string }[] = [];
  let archived = 0;
  for (let first = 0; first < waiting.length; first += AT_ONCE) {
    signal.throwIfAborted();
    const group = waiting.slice(first, first + AT_ONCE);
    const copied = await Promise.allSettled(group.map((object) => copy(workspace, object)));
    const ended = copied.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const done = ended.filter((one): one is ArchivedObject => 'uri' in one);
    failed.push(...ended.filter((one) => 'reason' in one));
    await inTable(workspace, (db) => recordArchived(db, done));
    reach('archive:recorded');
    archived += done.length;
    // The store itself failed: nothing more to try, but none of the group is left running.
    const broken = copied.find((one) => one.status === 'rejected');
    if (broken !== undefined) throw broken.reason;
    onProgress?.({ step: 'archiving', table: dataset, files: archived, of: waiting.length });
  }
  const loads = await archivableLoads(pool, dataset);
  await inTable(workspace, async (db) => {
    for (const load of loads) await moveLoad(db, load, 'archive');
    if (loads.length > 0) reach('archive:committing');
  });
  if (loads.length > 0) reach('archive:committed');
  return { archived, failed };
}

async function copy(
  workspace: Workspace,
  object: UnarchivedObject,
): Promise<ArchivedObject | Archived['failed'][number]> {
  const { archive, signal } = workspace;
  const { path, contentHash: tag, size } = object;
  // What failed first and was loaded after a fix may lie in the error zone alone by now.
  const store = { read: () => openContent({ ...object, archivedUri: null }, workspace) };
  const target = archivePath(object.objectKey, tag);
  try {
    const stored = await copyObject({ store, path, tag, size }, archive, target, signal);
    reach('archive:copied');
    return { id: object.id, uri: archive.uriOf(target), tag: stored.tag ?? null, sha256: stored.sha256 };
  } catch (error) {
    // One source that is gone must not keep the others from being copied.
    if (!(error instanceof UserError) || isStoreTrouble(error)) throw error;
    return { path, reason: error.message };
  }
}

/** In words, for the table's trouble; null: every copy was made. */
export function archiveTrouble([first, ...more]: Archived['failed']): string | null {
  if (first === undefined) return null;
  const others = more.length > 0 ? ` (and ${more.length} more)` : '';
  return `not archived: ${first.path}: ${first.reason}${others}`;
}
