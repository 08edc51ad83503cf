/** A newer snapshot may hold a file with the very bytes of an older one's: its `.dfm` tells that it was delivered again. */
import { addDelivery, redescribedObjects, type Redescribed } from '@farelake/db';
import { parseDfm, parseObjectKey } from '@farelake/qlik';
import { UserError } from '@farelake/schema-registry';
import { inTable } from '../table/in-table.ts';
import type { TableWorkspace } from '../workspace.ts';

/** Gives each such file a further load. May be done again at any time. */
export async function noteDeliveredAgain(workspace: TableWorkspace, dataset: string): Promise<void> {
  const again = (await redescribedObjects(workspace.pool, dataset)).filter(isOfLaterSnapshot);
  if (again.length === 0) return;
  await inTable(workspace, async (db) => {
    for (const object of again) await addDelivery(db, object);
  });
}

/** Without times nobody can tell a second delivery from a description that was only written anew. */
function isOfLaterSnapshot({ objectKey, dfm, fileTime }: Redescribed): boolean {
  const object = parseObjectKey(objectKey);
  if (object === undefined || fileTime === null) return false;
  try {
    const { startWrite } = parseDfm(dfm, `${object.stem}.dfm`, object);
    return startWrite !== null && startWrite > fileTime;
  } catch (error) {
    // It describes nothing; what it is beside stands by the one that it went by.
    if (error instanceof UserError) return false;
    throw error;
  }
}
