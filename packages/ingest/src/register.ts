/** Makes every delivered object known to the ledger. Idempotent: what is known already changes nothing. */
import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { nextSeen, registerObject } from '@farelake/db';
import type { ObjectStore, StoredObject } from '@farelake/lake';
import { formatObjectKey, parseObjectKey, type ObjectKey } from '@farelake/qlik';
import { datasetName, UserError } from '@farelake/schema-registry';
import type { OnProgress } from './progress.ts';
import type { Workspace } from './workspace.ts';

export interface Registered {
  /** Objects of a feed found. */
  readonly found: number;
  /** Of these, not known before. */
  readonly fresh: number;
  /** Files that are no objects of a feed; left alone. */
  readonly foreign: readonly string[];
}

export interface RegisterOptions {
  /** Only objects of this dataset. */
  readonly dataset?: string;
  readonly onProgress?: OnProgress;
}

/** Bytes of the largest `.dfm` taken in; real ones have some kilobytes, 2,000 columns make half a megabyte. */
const LARGEST_DFM = 8 * 1024 * 1024;

export async function register(
  workspace: Workspace,
  store: ObjectStore,
  options: RegisterOptions = {},
): Promise<Registered> {
  const seen = await nextSeen(workspace.pool);
  const foreign: string[] = [];
  let found = 0;
  let fresh = 0;
  for await (const file of store.list()) {
    workspace.signal.throwIfAborted();
    const object = parseObjectKey(`${lastName(store.uri)}/${file.path}`);
    if (object === undefined) foreign.push(file.path);
    else if (options.dataset === undefined || options.dataset === datasetName(object)) {
      found += 1;
      if (await registerOne(workspace, store, file, object, seen)) fresh += 1;
      options.onProgress?.({ step: 'looking', found });
    }
  }
  return { found, fresh, foreign };
}

/** So that a table's own folder can be named, too: its name is part of the key. */
export const lastName = (uri: string): string => decodeURIComponent(uri.split('/').at(-1) ?? '');

async function registerOne(
  workspace: Workspace,
  store: ObjectStore,
  file: StoredObject,
  object: ObjectKey,
  seen: number,
) {
  const content = await readContent(store, file, object);
  return registerObject(
    workspace.pool,
    {
      objectKey: formatObjectKey(object),
      contentHash: content.hash,
      dataset: datasetName(object),
      sourceSchema: object.schema,
      sourceTable: object.table,
      part: object.part,
      size: content.size,
      storeUri: store.uri,
      path: file.path,
      dfm: content.dfm,
    },
    seen,
  );
}

async function readContent(store: ObjectStore, file: StoredObject, object: ObjectKey) {
  const source = await store.read(file.path);
  const hash = createHash('sha256');
  let size = 0;
  source.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    size += chunk.length;
  });
  if (object.part === 'data') {
    await new Promise((resolve, reject) => source.once('end', resolve).once('error', reject));
    return { hash: hash.digest('hex'), size, dfm: null };
  }
  if (file.size > LARGEST_DFM)
    throw new UserError({
      code: 'huge-dfm',
      problem: `${file.path} has ${file.size} bytes; a .dfm has at most ${LARGEST_DFM}.`,
      remedy: 'Deliver the right file under this name.',
    });
  // Postgres text cannot hold NUL; a .dfm that has one is not JSON and is reported as such.
  const dfm = (await text(source)).replaceAll('\0', '\uFFFD');
  return { hash: hash.digest('hex'), size, dfm };
}
