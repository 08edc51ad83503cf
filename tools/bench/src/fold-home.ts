/**
 * A home for the fold's benchmark: a ledger in a Postgres of its own, a stage, and history as loads leave it. The fold is
 * then run as `ingest` runs it; only what comes before it, unpacking and loading, is left out.
 */
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  changeLoad,
  createBatch,
  endBatch,
  ensureLocalPostgres,
  loadsOf,
  migrate,
  nextSeen,
  openPool,
  placeInHistory,
  readManifest,
  registerObjects,
  startAttempt,
  stopLocalPostgres,
  withTransaction,
  writeReceipt,
} from '@farelake/db';
import { commitTable, historyColumns, withEngine, type Workspace } from '@farelake/ingest';
import { folderStore, writeParquet } from '@farelake/lake';
import { historyName } from '@farelake/schema-registry';
import { FOLD_CONTRACT } from './fold-data.ts';

export const REPOSITORY = path.resolve(import.meta.dirname, '../../..');

export interface FoldHome {
  readonly folder: string;
  readonly databaseUrl: string;
}

export async function openFoldHome(): Promise<FoldHome> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'farelake-bench-fold-'));
  const { url } = await ensureLocalPostgres(path.join(folder, 'home'));
  const pool = openPool(url);
  try {
    await migrate(pool, path.join(REPOSITORY, 'migrations'));
  } finally {
    await pool.end();
  }
  return { folder, databaseUrl: url };
}

export async function closeFoldHome({ folder }: FoldHome): Promise<void> {
  await stopLocalPostgres(path.join(folder, 'home'));
  await rm(folder, { recursive: true, force: true });
}

/** Runs `work` in the home's workspace. */
export async function inWorkspace<T>(home: FoldHome, work: (workspace: Workspace) => Promise<T>): Promise<T> {
  const pool = openPool(home.databaseUrl);
  try {
    return await work({
      pool,
      contracts: new Map([[FOLD_CONTRACT.dataset, FOLD_CONTRACT]]),
      stage: folderStore(path.join(home.folder, 'stage')),
      archive: folderStore(path.join(home.folder, 'archive')),
      error: folderStore(path.join(home.folder, 'error')),
      scratch: path.join(home.folder, 'scratch'),
      signal: new AbortController().signal,
    });
  } finally {
    await pool.end();
  }
}

export interface MadeHistory {
  readonly kind: 'snapshot' | 'changes';
  readonly objectKey: string;
  /** SQL of the rows, given the load's id. */
  readonly rows: (loadId: number) => string;
}

/** One object, as if it had been delivered and loaded. */
export async function addHistory(home: FoldHome, { kind, objectKey, rows }: MadeHistory): Promise<void> {
  const { dataset, source, version: contractVersion } = FOLD_CONTRACT;
  await inWorkspace(home, async (workspace) => {
    const { pool, stage } = workspace;
    const object = { objectKey, contentHash: objectKey, dataset, part: 'data' as const, size: 0, path: objectKey };
    const where = { sourceSchema: source.schema, sourceTable: source.table, storeUri: stage.uri, dfm: null };
    await registerObjects(pool, [{ ...object, ...where }], await nextSeen(pool));
    const load = (await loadsOf(pool, dataset)).find((one) => one.objectKey === objectKey);
    if (load === undefined) throw new Error(`${objectKey} was not registered`);
    const batch = await createBatch(pool, { dataset, kind, folder: kind, loadIds: [load.id] });
    const attempt = `bench${batch.id}`;
    await startAttempt(pool, { id: attempt, dataset, batchId: batch.id });
    const target = `${historyName(dataset)}/${kind}/b${batch.id}-${attempt}.parquet`;
    const written = await withEngine(workspace, async (engine, folder) => {
      await mkdir(folder, { recursive: true });
      const local = path.join(folder, 'history.parquet');
      const made = await writeParquet(engine, rows(load.id), local, historyColumns(FOLD_CONTRACT));
      await stage.adopt(local, target);
      return made;
    });
    const base = await readManifest(pool, historyName(dataset));
    await withTransaction(pool, async (db) => {
      const file = { ...written, uri: stage.uriOf(target), contractVersion, batchId: batch.id, segment: null };
      await commitTable(workspace, db, FOLD_CONTRACT, {
        tableName: historyName(dataset),
        baseVersion: base.version,
        attemptId: attempt,
        contractVersion,
        add: [{ ...file, lowestKey: null }],
        remove: [],
        rows: base.rows + written.rows,
        fold: null,
        cameOf: 'load',
      });
      const counts = { announced: written.rows, read: written.rows, written: written.rows, quarantined: 0 };
      await writeReceipt(db, attempt, { loadId: load.id, ...counts, rowsUri: null });
      await placeInHistory(db, batch.id, [load.id]);
      await changeLoad(db, load.id, load.state, { state: 'loaded' });
      await endBatch(db, batch.id, 'done');
    });
  });
}
