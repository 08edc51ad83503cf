/** What this program wrote beside the ledger: copies in the archive, refused objects and rows in the error zone, Parquet in stage. */
import {
  noteFoundFiles,
  noteFoundObjects,
  noteFoundTopicFiles,
  type FoundObject,
  type FoundPlace,
  type FoundTopicFile,
} from '@farelake/db';
import { ARCHIVE_FOLDER } from '@farelake/kafka';
import type { ObjectStore, StoredObject } from '@farelake/lake';
import { parseArchivePath } from '../archive/archive-path.ts';
import { attemptIn, isMetadata } from '../maintain/maintain.ts';
import { nameOfKey } from '../object/delivered-name.ts';
import type { AuditWork } from './audit.ts';
import { grouped } from './sources.ts';

type CopyName = { readonly objectKey: string; readonly tag: string } | undefined;

/** @returns copies found */
export const lookAtArchive = (work: AuditWork): Promise<number> =>
  lookAtCopies(work, work.workspace.archive, 'archive', parseArchivePath);

/** @returns refused files and files of refused rows found */
export const lookAtErrors = (work: AuditWork): Promise<number> =>
  lookAtCopies(work, work.workspace.error, 'error', parseErrorPath);

/**
 * `objects/<archive path>` with its `.reason.json`, and `rows/<object key>/<tag>-<attempt>.jsonl`. The reason belongs to
 * what it stands beside.
 */
export function parseErrorPath(path: string): CopyName {
  const [, kind, rest = ''] = /^(objects|rows)\/(.+)$/s.exec(path) ?? [];
  if (kind === 'objects') return parseArchivePath(rest.replace(/\.reason\.json$/, ''));
  const [, objectKey, tag] = /^(.+)\/([^/]+)-[^-/]+\.jsonl$/s.exec(rest) ?? [];
  return objectKey === undefined || tag === undefined ? undefined : parseArchivePath(`${objectKey}.${tag}`);
}

async function lookAtCopies(
  work: AuditWork,
  store: ObjectStore,
  place: FoundPlace,
  parse: (path: string) => CopyName,
): Promise<number> {
  let found = 0;
  const take = grouped<FoundObject & { dataset: string | null }>(async (copies) => {
    const unknown = await noteFoundObjects(work.db, place, copies);
    for (const { uri, dataset } of unknown) work.findings.add('unknown-copy', dataset, uri);
  });
  const takeOfTopics = ofTopics(work, place === 'archive' ? 'archive' : 'error', () => {
    found += 1;
  });
  for await (const { path, size } of store.list()) {
    work.signal.throwIfAborted();
    if (isOfTopic(place, path)) {
      await takeOfTopics.add({ uri: store.uriOf(path), size, attempt: attemptIn(path) });
      continue;
    }
    const name = parse(path);
    const dataset = name === undefined ? null : (nameOfKey(name.objectKey)?.dataset ?? null);
    if (work.dataset !== undefined && dataset !== work.dataset) continue;
    found += 1;
    work.onProgress?.({ step: 'looking through', zone: store.uri, found });
    const uri = store.uriOf(path);
    if (name === undefined) work.findings.add('unknown-copy', null, uri);
    else await take.add({ objectKey: name.objectKey, contentHash: name.tag, uri, size, dataset });
  }
  await take.end();
  await takeOfTopics.end();
  return found;
}

const isOfTopic = (place: FoundPlace, path: string): boolean =>
  path.startsWith(`${place === 'archive' ? '' : 'rows/'}${ARCHIVE_FOLDER}/`);

/** Records of topics and refused ones; whose they are the ledger knows, by the attempts in their names. */
const ofTopics = ({ db, dataset, findings }: AuditWork, place: 'archive' | 'error', onFound: () => void) =>
  grouped<FoundTopicFile>(async (files) => {
    for (const { uri, dataset: own, is } of await noteFoundTopicFiles(db, place, files)) {
      if (dataset !== undefined && own !== dataset) continue;
      onFound();
      if (is === 'unnamed') findings.note('unnamed', uri);
      else if (is === 'unknown') findings.add('unknown-copy', own, uri);
    }
  });

/** @returns files found, but for those of metadata, of which each commit has some */
export async function lookAtStage(work: AuditWork): Promise<number> {
  const { stage } = work.workspace;
  let found = 0;
  const take = grouped<StoredObject>(async (files) => {
    const named = files.map(({ path, size }) => ({ uri: stage.uriOf(path), size }));
    for (const uri of await noteFoundFiles(work.db, named)) work.findings.note('unlisted', uri);
  });
  for await (const file of stage.list()) {
    work.signal.throwIfAborted();
    if (!isOf(work.dataset, file.path)) continue;
    if (!isMetadata(file.path)) found += 1;
    work.onProgress?.({ step: 'looking through', zone: stage.uri, found });
    await take.add(file);
  }
  await take.end();
  return found;
}

const isOf = (dataset: string | undefined, path: string): boolean =>
  dataset === undefined || [dataset, `${dataset}_history`].includes(path.slice(0, path.indexOf('/')));
