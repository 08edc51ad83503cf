/** Every place of deliveries beside the ledger: the Incoming zone, and wherever else objects were found. */
import { createHash } from 'node:crypto';
import { noteFoundObjects, type FoundObject } from '@farelake/db';
import { isStoreTrouble, type ObjectStore, type SkippedEntry, type StoredObject } from '@farelake/lake';
import { UserError } from '@farelake/schema-registry';
import { isMissed } from '../missed.ts';
import { deliveredName } from '../object/delivered-name.ts';
import type { AuditWork } from './audit.ts';

/** An object of a feed in a store. */
interface Delivered extends FoundObject {
  readonly dataset: string;
  readonly path: string;
}

/** Objects compared by one statement. */
const GROUP = 500;

/**
 * @returns objects of a feed found
 * @throws what a store out of reach throws
 */
export async function lookAtSource(work: AuditWork, store: ObjectStore): Promise<number> {
  const { findings, signal } = work;
  let found = 0;
  const take = grouped<StoredObject>(async (files) => {
    const described = await describeAll(work, store, files);
    const unknown = await noteFoundObjects(work.db, 'source', described);
    for (const { dataset, uri } of unknown) findings.add('unregistered', dataset, uri);
  });
  const onSkipped = (skipped: SkippedEntry) => {
    if (isMissed(store, skipped)) findings.add('unreadable', null, `${store.uri}/${skipped.path}`, skipped.reason);
  };
  for await (const file of store.list(onSkipped)) {
    signal.throwIfAborted();
    const object = deliveredName(store, file.path);
    if (object === undefined) findings.note('foreign', store.uriOf(file.path));
    else if (work.dataset === undefined || work.dataset === object.dataset) {
      found += 1;
      work.onProgress?.({ step: 'looking through', zone: store.uri, found });
      await take.add(file);
    }
  }
  await take.end();
  await lookAtVersions(work, store);
  return found;
}

/** What lies below others in a bucket was overwritten or deleted: had nobody seen it before, it is in no load. */
async function lookAtVersions(work: AuditWork, store: ObjectStore): Promise<void> {
  if (!(await keepsVersions(store))) return;
  const take = grouped<Delivered>(async (versions) => {
    const unknown = await noteFoundObjects(work.db, 'version', versions);
    for (const { dataset, uri } of unknown) work.findings.add('overwritten', dataset, uri);
  });
  for await (const { path, size, tag, versionId, isLatest } of store.versions?.list() ?? []) {
    work.signal.throwIfAborted();
    if (isLatest || tag === undefined) continue;
    const delivered = deliveredOf(store, { path, size }, tag);
    if (delivered === undefined || (work.dataset !== undefined && work.dataset !== delivered.dataset)) continue;
    await take.add({ ...delivered, uri: `${delivered.uri}?versionId=${versionId}` });
  }
  await take.end();
}

/** A bucket whose versions one may not ask for is looked at without them. */
export async function keepsVersions({ versions }: ObjectStore): Promise<boolean> {
  try {
    return (await versions?.areKept()) ?? false;
  } catch (error) {
    if (error instanceof UserError && ['access-denied', 'store-refused'].includes(error.code)) return false;
    throw error;
  }
}

function deliveredOf(store: ObjectStore, { path, size }: StoredObject, tag: string): Delivered | undefined {
  const object = deliveredName(store, path);
  if (object === undefined) return undefined;
  const { objectKey, dataset } = object;
  const uri = store.uriOf(path);
  return { objectKey, contentHash: tag, dataset, path, size, uri };
}

/** Read at once: of a folder's files the content has to be read, because nothing else tells whether it is the one known. */
const AT_ONCE = 8;

async function describeAll(work: AuditWork, store: ObjectStore, files: readonly StoredObject[]): Promise<Delivered[]> {
  const described: Delivered[] = [];
  const queue = files.values();
  const lane = async () => {
    for (const file of queue) {
      work.signal.throwIfAborted();
      try {
        const one = deliveredOf(store, file, file.tag ?? (await hashOf(store, file.path, work.signal)));
        if (one !== undefined) described.push(one);
      } catch (error) {
        if (!(error instanceof UserError) || isStoreTrouble(error)) throw error;
        // Gone since it was listed: what the ledger knows of it is asked for below.
        if (error.code !== 'object-gone') work.findings.add('unreadable', null, store.uriOf(file.path), error.problem);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return described;
}

async function hashOf(store: ObjectStore, path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of (await store.read(path, { signal })) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}

/** Gathers items and hands them on in groups. */
export function grouped<T>(hand: (group: readonly T[]) => Promise<void>) {
  let group: T[] = [];
  const end = async () => {
    if (group.length > 0) await hand(group);
    group = [];
  };
  return {
    add: async (item: T) => {
      group.push(item);
      if (group.length >= GROUP) await end();
    },
    end,
  };
}
