/** Makes every delivered object known to the ledger. Idempotent: what is known already changes nothing. */
import { createHash } from 'node:crypto';
import { nextSeen, registerObjects, type DeliveredObject } from '@farelake/db';
import type { ObjectStore, SkippedEntry, StoredObject } from '@farelake/lake';
import { formatObjectKey, parseObjectKey, type ObjectKey } from '@farelake/qlik';
import { datasetName } from '@farelake/schema-registry';
import type { OnProgress } from './progress.ts';
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

export async function register(
  workspace: Workspace,
  store: ObjectStore,
  options: RegisterOptions = {},
): Promise<Registered> {
  const seen = await nextSeen(workspace.pool);
  const foreign: string[] = [];
  const unreadable: SkippedEntry[] = [];
  let found = 0;
  let fresh = 0;
  let group: DeliveredObject[] = [];
  const flush = async () => {
    fresh += await registerObjects(workspace.pool, group, seen);
    group = [];
  };
  for await (const file of store.list((skipped) => unreadable.push(skipped))) {
    workspace.signal.throwIfAborted();
    const object = parseObjectKey(`${lastName(store.uri)}/${file.path}`);
    if (object === undefined) foreign.push(file.path);
    else if (options.dataset === undefined || options.dataset === datasetName(object)) {
      found += 1;
      try {
        group.push(await describe(store, file, object));
      } catch (error) {
        // One file that cannot be read, or is gone since the folder was listed, must not keep the others from coming in.
        unreadable.push({ path: file.path, reason: Error.isError(error) ? error.message : String(error) });
      }
      options.onProgress?.({ step: 'looking', found });
      if (group.length >= GROUP) await flush();
    }
  }
  await flush();
  return { found, fresh, foreign, unreadable };
}

/** So that a table's own folder can be named, too: its name is part of the key. */
export const lastName = (uri: string): string => decodeURIComponent(uri.split('/').at(-1) ?? '');

export async function describe(store: ObjectStore, file: StoredObject, object: ObjectKey): Promise<DeliveredObject> {
  const { hash, size, dfm } = await readContent(store, file, object);
  return {
    objectKey: formatObjectKey(object),
    contentHash: hash,
    dataset: datasetName(object),
    sourceSchema: object.schema,
    sourceTable: object.table,
    part: object.part,
    size,
    storeUri: store.uri,
    path: file.path,
    dfm,
  };
}

/** The content's identity and size, and of a `.dfm` the text. A store that tells the identity is not read for it. */
async function readContent(store: ObjectStore, file: StoredObject, object: ObjectKey) {
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
