/**
 * Copies a table's failed files to the error zone, each beside a file that says why. Sources are only read. Dies the
 * process between a copy and its note in the ledger, the next run makes the same copy under the same name.
 */
import { Readable } from 'node:stream';
import { recordRefused, refusableLoads, type RefusableLoad, type RefusedCopy } from '@farelake/db';
import { copyObject, isStoreTrouble } from '@farelake/lake';
import { UserError } from '@farelake/schema-registry';
import { archivePath } from '../archive/archive-path.ts';
import { reach } from '../failpoint.ts';
import { inTable } from '../table/in-table.ts';
import { openContent } from '../load/open-content.ts';
import type { TableWorkspace } from '../workspace.ts';
import { CONTENT_FAULTS } from './fail-load.ts';

/** Where a refused object lies in the error zone: named as in the archive, by key and content. */
export const refusedObjectPath = (objectKey: string, tag: string): string => `objects/${archivePath(objectKey, tag)}`;

/** @returns why copies could not be made, in words; null: all are there */
export async function refuseFiles(workspace: TableWorkspace, dataset: string): Promise<string | null> {
  const failed: string[] = [];
  for (const load of await refusableLoads(workspace.pool, dataset, CONTENT_FAULTS)) {
    workspace.signal.throwIfAborted();
    try {
      const copy = await refuse(workspace, dataset, load);
      reach('refuse:copied');
      await inTable(workspace, (db) => recordRefused(db, load.id, copy, load.reason));
    } catch (error) {
      // One source that is gone must not keep the others from being copied.
      if (!(error instanceof UserError) || isStoreTrouble(error)) throw error;
      failed.push(`${load.path}: ${error.message}`);
    }
  }
  if (failed[0] === undefined) return null;
  return `not copied to the error zone: ${failed[0]}${failed.length > 1 ? ` (and ${failed.length - 1} more)` : ''}`;
}

async function refuse(workspace: TableWorkspace, dataset: string, load: RefusableLoad): Promise<RefusedCopy> {
  const { error, signal } = workspace;
  const { objectKey, contentHash: tag, path, size, refusedUri } = load;
  // A file that a replay refuses may be in the archive alone by now.
  const store = { read: () => openContent(load, workspace) };
  const target = refusedObjectPath(objectKey, tag);
  // The same content as ever: of a file that failed again only the reason can be another one.
  const copied =
    refusedUri === error.uriOf(target)
      ? undefined
      : await copyObject({ store, path, tag, size }, error, target, signal);
  const { reason, fault, failedAt, attempt } = load;
  const told = { objectKey, contentTag: tag, dataset, reason, code: fault, failedAt: failedAt.toISOString(), attempt };
  await error.put(Readable.from([`${JSON.stringify(told, null, 2)}\n`]), `${target}.reason.json`, { signal });
  return { uri: error.uriOf(target), sha256: copied?.sha256 ?? null };
}
