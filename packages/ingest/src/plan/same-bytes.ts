/** Proves whether an object that comes under another tag has the bytes of one that is in history already. */
import { recordSha256, unprovenObjects, type Unproven } from '@farelake/db';
import { isStoreTrouble, sha256Of } from '@farelake/lake';
import { UserError } from '@farelake/schema-registry';
import { openContent } from '../load/open-content.ts';
import type { OnProgress } from '../progress.ts';
import { inTable } from '../table/in-table.ts';
import type { TableWorkspace } from '../workspace.ts';

/** Read at once: each waits for its store more than for anything else. */
const AT_ONCE = 8;

/** Reads those that may be the same, each once. May be done again at any time. */
export async function noteSameBytes(
  workspace: TableWorkspace,
  dataset: string,
  onProgress?: OnProgress,
): Promise<void> {
  const objects = await unprovenObjects(workspace.pool, dataset);
  for (let from = 0; from < objects.length; from += AT_ONCE) {
    workspace.signal.throwIfAborted();
    const group = objects.slice(from, from + AT_ONCE);
    const found = await Promise.all(group.map((object) => hash(workspace, object)));
    await inTable(workspace, async (db) => {
      for (const one of found) if (one !== undefined) await recordSha256(db, one.objectId, one.sha256);
    });
    onProgress?.({ step: 'proving', table: dataset, files: from + group.length, of: objects.length });
  }
}

async function hash(
  workspace: TableWorkspace,
  object: Unproven,
): Promise<{ objectId: number; sha256: string } | undefined> {
  try {
    return { objectId: object.objectId, sha256: await sha256Of(await openContent(object, workspace)) };
  } catch (error) {
    // What cannot be read is told when it is loaded.
    if (error instanceof UserError && !isStoreTrouble(error)) return undefined;
    throw error;
  }
}
