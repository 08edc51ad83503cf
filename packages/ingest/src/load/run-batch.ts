/**
 * One attempt at a batch: its objects are unpacked and proven, loaded into one Parquet file of history, and committed
 * together with their receipts. Dies the process anywhere before the commit, nothing is there and the batch is open.
 */
import path from 'node:path';
import {
  commitVersion,
  endAttempt,
  endBatch,
  readManifest,
  startAttempt,
  withTransaction,
  writeReceipt,
  type Batch,
  type Load,
  type Queryable,
  type WaitingFor,
} from '@farelake/db';
import {
  loadCsv,
  registerHmacKey,
  SpoiledLoad,
  unpack,
  type CsvInput,
  type Engine,
  type HmacKey,
  type RowCounts,
  type WrittenParquet,
} from '@farelake/lake';
import { headerDifference, projectChanges, projectSnapshot, type Dfm } from '@farelake/qlik';
import { historyName, isHidden, UserError, type Contract } from '@farelake/schema-registry';
import { historyColumns } from '../columns.ts';
import { nextState } from '../load-state.ts';
import { moveLoad } from '../move-load.ts';
import { treatmentNote } from '../treatment/file-treatments.ts';
import { newAttemptId, openStore, withEngine, type Workspace } from '../workspace.ts';

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
  workspace: Workspace,
  contract: Contract,
  batch: Batch,
  members: readonly BatchMember[],
  key?: HmacKey,
): Promise<BatchOutcome> {
  const attempt = newAttemptId();
  await withTransaction(workspace.pool, async (db) => {
    await startAttempt(db, { id: attempt, dataset: batch.dataset, batchId: batch.id });
    for (const { load } of members) await moveLoad(db, load, 'start');
  });
  const loading = members.map(({ load, dfm }) => ({ dfm, load: { ...load, state: nextState(load.state, 'start') } }));
  try {
    return await withEngine(workspace, (engine, folder) =>
      work({ workspace, contract, batch, attempt, key, engine, folder }, loading),
    );
  } catch (error) {
    // Only a note; the error is what counts, also when the database is what failed.
    await endAttempt(workspace.pool, attempt, workspace.signal.aborted ? 'aborted' : 'failed').catch(() => undefined);
    throw error;
  }
}

interface Attempt {
  readonly workspace: Workspace;
  readonly contract: Contract;
  readonly batch: Batch;
  readonly attempt: string;
  readonly key: HmacKey | undefined;
  readonly engine: Engine;
  readonly folder: string;
}

async function work(context: Attempt, members: readonly BatchMember[]): Promise<BatchOutcome> {
  const inputs: CsvInput[] = [];
  const spoiled: Spoiled[] = [];
  for (const member of members) {
    const input = await prove(context, member);
    if ('load' in input) spoiled.push(input);
    else inputs.push(input);
  }
  if (spoiled.length > 0) return close(context, members, spoiled, []);
  if (context.key !== undefined) await registerHmacKey(context.engine, context.key);
  try {
    const written = await write(context, members, inputs);
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

/** The object as plain text in the scratch folder, whole and with the header that its `.dfm` announces. */
async function prove(
  { workspace, contract, folder }: Attempt,
  { load, dfm }: BatchMember,
): Promise<CsvInput | Spoiled> {
  try {
    const { signal } = workspace;
    const source = await openStore(load.storeUri).read(load.path, { tag: load.contentHash, signal });
    const unpacked = await unpack(source, path.join(folder, `${load.id}.csv`), {
      format: dfm.format,
      signal,
    });
    const difference = headerDifference(dfm, unpacked.header, !contract.columns.some(isHidden));
    if (difference !== undefined)
      return { load, event: 'wait', waitingFor: 'dfm', reason: `does not agree with its .dfm: ${difference}` };
    return { loadId: load.id, file: unpacked.file, size: unpacked.size, announced: dfm.recordCount };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { load, event: 'fail', reason: error.message };
  }
}

function write(
  { contract, batch, engine, folder }: Attempt,
  members: readonly BatchMember[],
  inputs: readonly CsvInput[],
) {
  const dfm = members[0]?.dfm;
  if (dfm === undefined) throw new Error(`batch ${batch.id} has no loads`);
  return loadCsv(engine, {
    inputs,
    fields: dfm.columns.length,
    format: dfm.format,
    columns: batch.kind === 'snapshot' ? projectSnapshot(contract, dfm) : projectChanges(contract, dfm),
    parquetFields: historyColumns(contract),
    target: path.join(folder, 'history.parquet'),
  });
}

function countDifference({ load, dfm }: BatchMember, counts: RowCounts): Spoiled[] {
  const read = counts.get(load.id) ?? 0;
  if (read === dfm.recordCount) return [];
  const reason = `does not agree with its .dfm: it has ${read} rows, the .dfm announces ${dfm.recordCount}`;
  return [{ load, event: 'wait', waitingFor: 'dfm', reason }];
}

async function commit(
  context: Attempt,
  members: readonly BatchMember[],
  written: WrittenParquet & { counts: RowCounts },
): Promise<BatchOutcome> {
  const { workspace, batch, attempt } = context;
  const uri = written.rows === 0 ? undefined : await adopt(context, written.file);
  // A file adopted for a commit that fails stays behind unlisted: whether a lost COMMIT arrived cannot be told here.
  await withTransaction(workspace.pool, async (db) => {
    if (uri !== undefined) await addToHistory(db, context, written, uri);
    for (const { load, dfm } of members) {
      const read = written.counts.get(load.id) ?? 0;
      await writeReceipt(db, attempt, {
        loadId: load.id,
        announced: dfm.recordCount,
        read,
        written: read,
        quarantined: 0,
      });
      await moveLoad(db, load, 'finish');
    }
    await endBatch(db, batch.id, 'done');
    await endAttempt(db, attempt, 'committed');
  });
  return { result: 'done', rows: written.rows };
}

const stagePath = (contract: Contract, batch: Batch, attempt: string): string =>
  `${historyName(contract.dataset)}/${batch.folder}/b${String(batch.id).padStart(6, '0')}-${attempt}.parquet`;

async function adopt({ workspace, contract, batch, attempt }: Attempt, file: string): Promise<string> {
  const target = stagePath(contract, batch, attempt);
  await workspace.stage.adopt(file, target);
  return workspace.stage.uriOf(target);
}

async function addToHistory(
  db: Queryable,
  { contract, batch, attempt, key }: Attempt,
  written: WrittenParquet,
  uri: string,
) {
  const tableName = historyName(contract.dataset);
  const base = await readManifest(db, tableName);
  const { size, rows, statistics } = written;
  const file = {
    uri,
    size,
    rows,
    statistics,
    contractVersion: contract.version,
    batchId: batch.id,
    segment: null,
    lowestKey: null,
    ...treatmentNote(contract, () => key?.id),
  };
  await commitVersion(db, {
    tableName,
    baseVersion: base.version,
    attemptId: attempt,
    contractVersion: contract.version,
    add: [file],
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
  await withTransaction(workspace.pool, async (db) => {
    for (const { load } of members) {
      const trouble = spoiled.find((one) => one.load.id === load.id);
      const waitingFor = trouble?.event === 'wait' ? trouble.waitingFor : null;
      await moveLoad(db, load, trouble?.event ?? 'release', { waitingFor, reason: trouble?.reason ?? null });
    }
    await endBatch(db, batch.id, 'closed');
    await endAttempt(db, attempt, 'failed');
  });
  return { result: 'spoiled', spoiled, suspects };
}

/** Closes a batch that is not worked on: its loads are planned again. */
export async function releaseBatch({ pool }: Workspace, batch: Batch, members: readonly BatchMember[]): Promise<void> {
  await withTransaction(pool, async (db) => {
    for (const { load } of members) await moveLoad(db, load, 'release');
    await endBatch(db, batch.id, 'closed');
  });
}
