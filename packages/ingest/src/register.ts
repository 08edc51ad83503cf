/** Makes every delivered object known to the ledger. Idempotent: what is known already changes nothing. */
import { createHash } from 'node:crypto';
import { knownObjects, nextSeen, registerObjects, type DeliveredObject } from '@farelake/db';
import { isStoreTrouble, type ObjectStore, type SkippedEntry, type StoredObject } from '@farelake/lake';
import type { UserError } from '@farelake/schema-registry';
import { byDataset } from './by-dataset.ts';
import { lostAmong } from './catalog/lost-ledger.ts';
import { reach } from './failpoint.ts';
import { isMissed } from './missed.ts';
import { deliveredName, type DeliveredName } from './object/delivered-name.ts';
import type { OnProgress } from './progress.ts';
import { patiently } from './retry/patiently.ts';
import type { Workspace } from './workspace.ts';

export interface Registered {
  /** Objects of a feed found. */
  readonly found: number;
  /** Of these, not known before. */
  readonly fresh: number;
  /** Files that are no objects of a feed; left alone. */
  readonly foreign: readonly string[];
  /** Objects, folders and links that could not be read, and why; what they hold is not registered. */
  readonly unreadable: readonly SkippedEntry[];
  /** Datasets of which another ledger's tables lie on stage, and why nothing of them is registered; by name. */
  readonly lost: readonly { readonly dataset: string; readonly error: UserError }[];
}

export interface RegisterOptions {
  /** Only objects of this dataset. */
  readonly dataset?: string;
  readonly onProgress?: OnProgress;
}

/** Bytes of the largest `.dfm` taken in; real ones have some kilobytes, 2,000 columns make half a megabyte. */
const LARGEST_DFM = 8 * 1024 * 1024;

/** Objects made known by one statement. */
const GROUP = 200;

/** A store or a database that goes away meanwhile is waited for; what is registered by then stays so. */
export async function register(
  workspace: Workspace,
  store: ObjectStore,
  options: RegisterOptions = {},
): Promise<Registered> {
  let fresh = 0;
  const pass = () => registerAll(workspace, store, options, (count) => (fresh += count));
  const registered = await patiently(workspace, 'what was delivered', pass, options.onProgress);
  return { ...registered, fresh };
}

async function registerAll(
  workspace: Workspace,
  store: ObjectStore,
  options: RegisterOptions,
  onFresh: (count: number) => void,
): Promise<Omit<Registered, 'fresh'>> {
  const seen = await nextSeen(workspace.pool);
  const foreign: string[] = [];
  const unreadable: SkippedEntry[] = [];
  const asked = new Map<string, UserError | undefined>();
  let found = 0;
  let group: Delivered[] = [];
  const flush = async () => {
    await ask(workspace, group, asked);
    const own = group.filter(({ object }) => asked.get(object.dataset) === undefined);
    // What is not registered is not found either: restored, it may be known.
    found -= group.length - own.length;
    const described = await describeAll(workspace, store, own, unreadable);
    onFresh(await registerObjects(workspace.pool, described, seen));
    group = [];
    reach('register:group');
  };
  const onSkipped = (skipped: SkippedEntry) => {
    if (isMissed(store, skipped)) unreadable.push({ path: skipped.path, reason: skipped.reason });
  };
  for await (const file of store.list(onSkipped)) {
    workspace.signal.throwIfAborted();
    const object = deliveredName(store, file.path);
    if (object === undefined) foreign.push(file.path);
    else if (options.dataset === undefined || options.dataset === object.dataset) {
      found += 1;
      group.push({ file, object });
      options.onProgress?.({ step: 'looking', found });
      if (group.length >= GROUP) await flush();
    }
  }
  await flush();
  reach('register:done');
  const lost = [...asked].flatMap(([dataset, error]) => (error === undefined ? [] : [{ dataset, error }]));
  return { found, foreign, unreadable, lost: lost.toSorted(byDataset) };
}

/** Once of each dataset: whether the tables that lie on stage are this ledger's. */
async function ask(
  workspace: Workspace,
  group: readonly Delivered[],
  asked: Map<string, UserError | undefined>,
): Promise<void> {
  const fresh = new Set(group.flatMap(({ object }) => (asked.has(object.dataset) ? [] : [object.dataset])));
  if (fresh.size === 0) return;
  const lost = await lostAmong(workspace, fresh);
  for (const dataset of fresh) asked.set(dataset, lost.get(dataset));
}

interface Delivered {
  readonly file: StoredObject;
  readonly object: DeliveredName;
}

/** Read at once: in a bucket, waiting for answers is most of it. */
const AT_ONCE = 8;

/** In the order of the files. What cannot be read is told, and must not keep the others from coming in. */
async function describeAll(
  { pool, signal }: Workspace,
  store: ObjectStore,
  files: readonly Delivered[],
  unreadable: SkippedEntry[],
): Promise<DeliveredObject[]> {
  const known = await knownObjects(
    pool,
    files.flatMap(({ file: { tag }, object }) =>
      tag === undefined ? [] : [{ objectKey: object.objectKey, contentHash: tag }],
    ),
  );
  const described: (DeliveredObject | undefined)[] = files.map(() => undefined);
  const queue = files.entries();
  const lane = async () => {
    for (const [place, { file, object }] of queue) {
      signal.throwIfAborted();
      try {
        // Of what the ledger knows already, it needs no text again.
        const read = file.tag === undefined || !known.has(`${object.objectKey} ${file.tag}`);
        described[place] = read ? await describe(store, file, object) : delivered(store, file, object, file.tag);
      } catch (error) {
        // A store out of reach is no matter of one file.
        if (isStoreTrouble(error)) throw error;
        unreadable.push({ path: file.path, reason: Error.isError(error) ? error.message : String(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return described.filter((one) => one !== undefined);
}

export async function describe(
  store: ObjectStore,
  file: StoredObject,
  object: DeliveredName,
): Promise<DeliveredObject> {
  const { hash, size, dfm } = await readContent(store, file, object);
  return { ...delivered(store, file, object, hash), size, dfm };
}

const delivered = (store: ObjectStore, file: StoredObject, object: DeliveredName, hash: string): DeliveredObject => ({
  objectKey: object.objectKey,
  contentHash: hash,
  dataset: object.dataset,
  sourceSchema: object.source.schema,
  sourceTable: object.source.table,
  part: object.part,
  size: file.size,
  storeUri: store.uri,
  path: file.path,
  dfm: null,
});

/** The content's identity and size, and of a `.dfm` the text. A store that tells the identity is not read for it. */
async function readContent(store: ObjectStore, file: StoredObject, object: DeliveredName) {
  const { tag } = file;
  if (tag !== undefined && object.part === 'data') return { hash: tag, size: file.size, dfm: null };
  const hash = createHash('sha256');
  const kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of (await store.read(file.path, tag === undefined ? {} : { tag })) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    if (object.part === 'dfm' && size < LARGEST_DFM) kept.push(chunk);
    size += chunk.length;
  }
  // Postgres text cannot hold NUL; a .dfm that has one, or is cut here, is not JSON and is reported as such.
  const dfm = object.part === 'dfm' ? Buffer.concat(kept).toString('utf8').replaceAll('\0', '\uFFFD') : null;
  return { hash: tag ?? hash.digest('hex'), size, dfm };
}
