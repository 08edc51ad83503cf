/** What the ledger has and nothing was found of. A look at the very place decides: a listing may be older than what came since. */
import {
  foreignPointers,
  missingCopies,
  missingFiles,
  missingMetadata,
  missingObjects,
  missingTopicCopies,
  unnamedRefusals,
  type MissingCopy,
  type MissingFile,
  type MissingObject,
} from '@farelake/db';
import { isStoreTrouble, locate, storeName } from '@farelake/lake';
import { UserError, type Contract } from '@farelake/schema-registry';
import { catalogStates } from '../catalog/list-catalog.ts';
import { aheadOf, lostAmong } from '../catalog/lost-ledger.ts';
import { catalogTable, shownTables } from '../catalog/place.ts';
import { sideBySide } from '../side-by-side.ts';
import type { AuditWork } from './audit.ts';

export async function tellMissing(work: AuditWork): Promise<void> {
  const { db, begin, dataset } = work;
  await sideBySide(await missingObjects(db, begin, dataset), AT_ONCE, (object) => tellObject(work, object));
  await sideBySide(await missingCopies(db, dataset), AT_ONCE, (copy) => tellCopy(work, copy));
  await sideBySide(await missingTopicCopies(db, begin, dataset), AT_ONCE, (copy) => tellCopy(work, copy));
  for (const uri of await unnamedRefusals(db)) work.findings.note('unnamed', uri);
  await sideBySide(await missingFiles(db, begin, dataset), AT_ONCE, (file) => tellFile(work, file));
  await sideBySide(await missingMetadata(db, begin, dataset), AT_ONCE, (file) => tellMetadata(work, file));
  await tellForeign(work);
  await tellNotShown(work);
}

/** Looked at at once: each look is an answer waited for. */
const AT_ONCE = 16;

async function tellObject(work: AuditWork, object: MissingObject): Promise<void> {
  const { dataset, objectKey, contentHash, archivedUri, elsewhere, state } = object;
  const { findings } = work;
  const name = `${objectKey} (${contentHash})`;
  if (archivedUri !== null) {
    const size = await sizeAt(work, archivedUri);
    if (size === object.size) return;
    if (size !== null && size !== 'unknown')
      findings.add('copy-differs', dataset, archivedUri, sizes(size, object.size));
    else if (size === null) {
      const where = elsewhere === null ? 'and it was found nowhere else' : `and it still lies at ${elsewhere}`;
      findings.add('copy-gone', dataset, archivedUri, `the archived copy of ${objectKey} is not there, ${where}`);
    }
    return;
  }
  if (work.outOfReach.has(object.storeUri)) return;
  if (state === 'archived') findings.add('copy-gone', dataset, name, 'archived, and the ledger has no copy of it');
  else if (object.part === 'dfm') {
    // Its text is in the ledger; what goes is the file as it was, which is archived when rows were read by it.
    if (object.inHistory) findings.add('object-gone', dataset, name, gone(object));
  } else if (object.replaced && !object.inHistory) findings.note('replaced', name);
  else findings.add('object-gone', dataset, name, gone(object));
}

const gone = ({ storeUri, path, inHistory }: MissingObject): string =>
  `not archived, and not there any more: ${path} in ${storeUri}${inHistory ? '; its rows are in history' : ''}`;

async function tellFile(work: AuditWork, { dataset, uri, size, found }: MissingFile): Promise<void> {
  // Also for a file outside of the stage zone as it is set now, which no listing showed.
  const now = found ?? (await sizeAt(work, uri));
  if (now === size || now === 'unknown') return;
  if (now === null) work.findings.add('file-gone', dataset, uri);
  else work.findings.add('file-differs', dataset, uri, sizes(now, size));
}

async function tellMetadata(work: AuditWork, { dataset, uri, size, found }: MissingFile): Promise<void> {
  const now = found ?? (await sizeAt(work, uri));
  if (now === size || now === 'unknown') return;
  const problem = now === null ? undefined : sizes(now, size);
  work.findings.add('metadata-gone', dataset, uri, problem);
}

async function tellForeign({ db, workspace, dataset, findings }: AuditWork): Promise<void> {
  const { catalog, namespace } = catalogTable(workspace, '');
  for (const { tableName, found } of await foreignPointers(db, catalog, namespace, dataset))
    findings.add('foreign-commit', tableName, found ?? `${namespace}.${tableName}`);
}

/** Of the one dataset that is asked for, or of all. */
const contractsOf = ({ workspace, dataset }: AuditWork): Contract[] =>
  [...workspace.contracts.values()].filter((one) => dataset === undefined || one.dataset === dataset);

/** Where the database was lost, all else that is found comes of it. */
export async function tellNotRestored(work: AuditWork): Promise<void> {
  const { workspace, findings } = work;
  const contracts = contractsOf(work);
  const datasets = contracts.map((contract) => contract.dataset);
  for (const [name, { data }] of await lostAmong(workspace, datasets))
    findings.add('not-restored', name, String(data['uri']), `version ${String(data['version'])}`);
  for (const { table, uri, version } of await aheadOf(workspace, contracts.flatMap(shownTables)))
    findings.add('not-restored', table, uri, `version ${version}`);
}

/** Readers of the catalog see an older version for as long as nobody acts. */
async function tellNotShown(work: AuditWork): Promise<void> {
  const { workspace, findings } = work;
  for (const { tableName, version, because } of await catalogStates(workspace, contractsOf(work)))
    if (because !== undefined) findings.add('not-shown', tableName, `version ${version}`, because);
}

async function tellCopy(work: AuditWork, copy: MissingCopy): Promise<void> {
  const { findings } = work;
  const { place, dataset, uri, size, found } = copy;
  const now = found ?? (await sizeAt(work, uri));
  if (now === 'unknown') return;
  if (now === null) findings.add(place === 'archive' ? 'copy-gone' : 'refused-gone', dataset, uri);
  else if (size === null && now === 0) findings.add('refused-differs', dataset, uri, 'it is empty');
  else if (size !== null && now !== size)
    findings.add(place === 'archive' ? 'copy-differs' : 'refused-differs', dataset, uri, sizes(now, size));
}

const sizes = (found: number, expected: number | null): string =>
  `${found} bytes, and ${expected ?? 'other'} are expected`;

/** Null: nothing is there. `unknown`: its store is out of reach, which is told once. */
async function sizeAt(work: AuditWork, uri: string): Promise<number | null | 'unknown'> {
  const { store, path } = locate(uri);
  if (work.outOfReach.has(store.uri)) return 'unknown';
  try {
    return (await store.stat(path))?.size ?? null;
  } catch (error) {
    if (!isStoreTrouble(error)) throw error;
    tellOutOfReach(work, store.uri, error);
    return 'unknown';
  }
}

export function tellOutOfReach({ outOfReach, findings }: AuditWork, storeUri: string, error: unknown): void {
  if (outOfReach.has(storeUri)) return;
  outOfReach.add(storeUri);
  findings.add('out-of-reach', null, storeUri, error instanceof UserError ? error.problem : storeName(storeUri));
}
