/**
 * One attempt at a batch: its objects are unpacked and proven, loaded into Parquet files of history on the way, and
 * committed together with their receipts when every one of them is proven. Dies the process anywhere before the commit, nothing is there and the batch is open.
 */
import path from 'node:path';
import {
  commitVersion,
  endAttempt,
  endBatch,
  placeInHistory,
  readManifest,
  startAttempt,
  writeReceipt,
  type Batch,
  type Load,
  type Queryable,
  type WaitingFor,
} from '@farelake/db';
import {
  isStoreTrouble,
  loadPieces,
  PORTION_BYTES,
  registerHmacKey,
  SpoiledLoad,
  unpack,
  type Engine,
  type HmacKey,
  type LoadedPieces,
  type PieceLoader,
  type PiecesSpec,
  type RowCounts,
  type WrittenParquet,
} from '@farelake/lake';
import { headerDifference, projectChanges, projectSnapshot, type Dfm } from '@farelake/qlik';
import { historyName, isHidden, UserError, type Contract } from '@farelake/schema-registry';
import { historyColumns, tellableStatistics } from '../columns.ts';
import { reach } from '../failpoint.ts';
import { nextState } from '../load-state.ts';
import { moveLoad } from '../move-load.ts';
import { inTable } from '../table/in-table.ts';
import { treatmentNote } from '../treatment/file-treatments.ts';
import { newAttemptId, openStore, withEngine, type TableWorkspace } from '../workspace.ts';

export interface BatchMember {
  readonly load: Load;
  readonly dfm: Dfm;
}

/** A load that cannot go on with its batch. */
export type Spoiled =
  | { readonly load: Load; readonly event: 'fail'; readonly reason: string }
  | { readonly load: Load; readonly event: 'wait'; readonly waitingFor: WaitingFor; readonly reason: string };

export type BatchOutcome =
  | { readonly result: 'done'; readonly rows: number }
  /** The batch is closed; its loads are ready again, but for the spoiled ones. */
  | { readonly result: 'spoiled'; readonly spoiled: readonly Spoiled[]; readonly suspects: readonly number[] };

/** @param key for contracts that hash a column */
export async function runBatch(
  workspace: TableWorkspace,
  contract: Contract,
  batch: Batch,
  members: readonly BatchMember[],
  key?: HmacKey,
): Promise<BatchOutcome> {
  const attempt = newAttemptId();
  await inTable(workspace, async (db) => {
    await startAttempt(db, { id: attempt, dataset: batch.dataset, batchId: batch.id });
    for (const { load } of members) await moveLoad(db, load, 'start');
  });
  reach('load:started');
  const loading = members.map(({ load, dfm }) => ({ dfm, load: { ...load, state: nextState(load.state, 'start') } }));
  try {
    return await withEngine(workspace, (engine, folder) =>
      work({ workspace, contract, batch, attempt, key, engine, folder }, loading),
    );
  } catch (error) {
    // Only a note; the error is what counts, also when the database is what failed.
    const outcome = workspace.signal.aborted ? 'aborted' : 'failed';
    await inTable(workspace, (db) => endAttempt(db, attempt, outcome)).catch(() => undefined);
    throw error;
  }
}

interface Attempt {
  readonly workspace: TableWorkspace;
  readonly contract: Contract;
  readonly batch: Batch;
  readonly attempt: string;
  readonly key: HmacKey | undefined;
  readonly engine: Engine;
  readonly folder: string;
}

async function work(context: Attempt, members: readonly BatchMember[]): Promise<BatchOutcome> {
  const loader = loadPieces(context.engine, specOf(context, members));
  try {
    const spoiled: Spoiled[] = [];
    for (const member of members) spoiled.push(...(await prove(context, member, loader, spoiled.length === 0)));
    reach('load:unpacked');
    if (spoiled.length > 0) return await close(context, members, spoiled, []);
    return await loadAndCommit(context, members, loader);
  } finally {
    await loader.close();
  }
}

/** Every object of the batch is proven: what was made of them may be seen, if their rows are right. */
async function loadAndCommit(
  context: Attempt,
  members: readonly BatchMember[],
  loader: PieceLoader,
): Promise<BatchOutcome> {
  try {
    const written = await loader.finish();
    reach('load:written');
    const misannounced = members.flatMap((member) => countDifference(member, written.counts));
    if (misannounced.length > 0) return await close(context, members, misannounced, []);
    return await commit(context, members, written);
  } catch (error) {
    if (!(error instanceof SpoiledLoad)) throw error;
    const culprits = error.all.flatMap((one): Spoiled[] => {
      const load = members.find((member) => member.load.id === one.loadId)?.load;
      return load === undefined ? [] : [{ load, event: 'fail', reason: one.message }];
    });
    if (culprits.length > 0) return close(context, members, culprits, []);
    return close(
      context,
      members,
      [],
      members.map(({ load }) => load.id),
    );
  }
}

/**
 * Unpacks the object to its end: only that proves it whole. Its text goes to the loader on the way, if the header is the
 * one that its `.dfm` announces.
 * @param wanted false: the batch is spoiled already, and the object is only looked at
 */
async function prove(
  { workspace, contract, folder }: Attempt,
  { load, dfm }: BatchMember,
  loader: PieceLoader,
  wanted: boolean,
): Promise<Spoiled[]> {
  try {
    const { signal } = workspace;
    const source = await openStore(load.storeUri).read(load.path, { tag: load.contentHash, signal });
    const difference = (header: readonly string[]) => headerDifference(dfm, header, !contract.columns.some(isHidden));
    const { header } = await unpack(source, path.join(folder, `${load.id}.csv`), {
      format: dfm.format,
      pieceBytes: PORTION_BYTES,
      accept: (found) => wanted && difference(found) === undefined,
      take: (piece) => loader.add({ ...piece, loadId: load.id }),
      signal,
    });
    const found = difference(header);
    if (found === undefined) return [];
    return [{ load, event: 'wait', waitingFor: 'dfm', reason: `does not agree with its .dfm: ${found}` }];
  } catch (error) {
    // A store out of reach says nothing about the file.
    if (!(error instanceof UserError) || isStoreTrouble(error)) throw error;
    return [{ load, event: 'fail', reason: error.message }];
  }
}

function specOf({ contract, batch, folder, key }: Attempt, members: readonly BatchMember[]): PiecesSpec {
  const dfm = members[0]?.dfm;
  if (dfm === undefined) throw new Error(`batch ${batch.id} has no loads`);
  return {
    fields: dfm.columns.length,
    format: dfm.format,
    columns: batch.kind === 'snapshot' ? projectSnapshot(contract, dfm) : projectChanges(contract, dfm),
    parquetFields: historyColumns(contract),
    targetOf: (portion) => path.join(folder, `history-${portion}.parquet`),
    ...(key === undefined ? {} : { prepare: (lane) => registerHmacKey(lane, key) }),
  };
}

function countDifference({ load, dfm }: BatchMember, counts: RowCounts): Spoiled[] {
  const read = counts.get(load.id) ?? 0;
  if (read === dfm.recordCount) return [];
  const reason = `does not agree with its .dfm: it has ${read} rows, the .dfm announces ${dfm.recordCount}`;
  return [{ load, event: 'wait', waitingFor: 'dfm', reason }];
}

async function commit(context: Attempt, members: readonly BatchMember[], written: LoadedPieces): Promise<BatchOutcome> {
  const { workspace, batch, attempt } = context;
  const adopted = await adopt(context, written.files);
  // Files adopted for a commit that fails stay behind unlisted: whether a lost COMMIT arrived cannot be told here.
  await inTable(workspace, async (db) => {
    if (adopted.length > 0) await addToHistory(db, context, adopted, written.rows);
    for (const { load, dfm } of members) {
      const read = written.counts.get(load.id) ?? 0;
      await writeReceipt(db, attempt, {
        loadId: load.id,
        announced: dfm.recordCount,
        read,
        written: read,
        quarantined: 0,
        rowsUri: null,
      });
      await moveLoad(db, load, 'finish');
    }
    await placeInHistory(
      db,
      batch.id,
      members.map(({ load }) => load.id),
    );
    await endBatch(db, batch.id, 'done');
    await endAttempt(db, attempt, 'committed');
    reach('load:committing');
  });
  reach('load:committed');
  return { result: 'done', rows: written.rows };
}

type AdoptedFile = WrittenParquet & { readonly uri: string };

/** Moves the batch's files to stage. Names carry batch, attempt and, where there are several, the number of the file. */
async function adopt(
  { workspace, contract, batch, attempt }: Attempt,
  files: readonly WrittenParquet[],
): Promise<AdoptedFile[]> {
  const name = `${historyName(contract.dataset)}/${batch.folder}/b${String(batch.id).padStart(6, '0')}-${attempt}`;
  const adopted: AdoptedFile[] = [];
  for (const [index, written] of files.entries()) {
    const part = files.length === 1 ? '' : `-${String(index + 1).padStart(4, '0')}`;
    await workspace.stage.adopt(written.file, `${name}${part}.parquet`);
    reach('load:adopted');
    adopted.push({ ...written, uri: workspace.stage.uriOf(`${name}${part}.parquet`) });
  }
  return adopted;
}

async function addToHistory(
  db: Queryable,
  { contract, batch, attempt, key }: Attempt,
  adopted: readonly AdoptedFile[],
  rows: number,
) {
  const tableName = historyName(contract.dataset);
  const base = await readManifest(db, tableName);
  const add = adopted.map(({ uri, size, rows: own, statistics }) => ({
    uri,
    size,
    rows: own,
    statistics: tellableStatistics(contract, statistics),
    contractVersion: contract.version,
    batchId: batch.id,
    segment: null,
    lowestKey: null,
    ...treatmentNote(contract, () => key?.id),
  }));
  await commitVersion(db, {
    tableName,
    baseVersion: base.version,
    attemptId: attempt,
    contractVersion: contract.version,
    add,
    remove: [],
    rows: base.rows + rows,
    fold: null,
  });
}

/** The batch is over: what spoiled it is set apart, the others go to a new batch. */
async function close(
  context: Attempt,
  members: readonly BatchMember[],
  spoiled: readonly Spoiled[],
  suspects: readonly number[],
): Promise<BatchOutcome> {
  const { workspace, batch, attempt } = context;
  await inTable(workspace, async (db) => {
    for (const { load } of members) {
      const trouble = spoiled.find((one) => one.load.id === load.id);
      const waitingFor = trouble?.event === 'wait' ? trouble.waitingFor : null;
      await moveLoad(db, load, trouble?.event ?? 'release', { waitingFor, reason: trouble?.reason ?? null });
    }
    await endBatch(db, batch.id, 'closed');
    await endAttempt(db, attempt, 'failed');
    reach('close:committing');
  });
  reach('close:committed');
  return { result: 'spoiled', spoiled, suspects };
}

/** Closes a batch that is not worked on: its loads are planned again. */
export async function releaseBatch(
  workspace: TableWorkspace,
  batch: Batch,
  members: readonly BatchMember[],
): Promise<void> {
  await inTable(workspace, async (db) => {
    for (const { load } of members) await moveLoad(db, load, 'release');
    await endBatch(db, batch.id, 'closed');
  });
}
