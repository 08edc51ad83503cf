/**
 * One attempt at a batch of datasets: each is unpacked and proven, typed on the way into Parquet files of its own, and all are
 * committed together. A dataset that cannot be loaded is found out beside the others, which go to a new batch.
 */
import path from 'node:path';
import {
  isStoreTrouble,
  loadLanes,
  loadPieces,
  PORTION_BYTES,
  registerHmacKey,
  SpoiledLoad,
  unpack,
  type LoadedPieces,
  type LoadLanes,
  type PieceLoader,
} from '@farelake/lake';
import { DMAP_CSV, valueIn } from '@farelake/dmap';
import { describeDrift, driftOfHeader, UserError, type Contract, type Drift } from '@farelake/schema-registry';
import { datasetColumns } from '../columns.ts';
import { reach } from '../failpoint.ts';
import { attemptBatch, closeBatch, type BatchOutcome, type BatchWork } from '../load/attempt-batch.ts';
import type { Attempt, Spoiled } from '../load/attempt.ts';
import { openContent } from '../load/open-content.ts';
import { UNPACK_LIMIT } from '../load/prove.ts';
import { refusalOf } from '../quarantine/refusal.ts';
import type { TableWorkspace } from '../workspace.ts';
import { commitDatasets, type LoadedDataset } from './commit-datasets.ts';
import type { DatasetLoad } from './dataset-load.ts';
import { projectDataset } from './project-dataset.ts';
import { sideBySide } from '../side-by-side.ts';

/** Datasets at a time: one waits for its store, or is unpacked, while others are typed. */
const AT_ONCE = 3;

export const runDatasets = (workspace: TableWorkspace, work: BatchWork<DatasetLoad>): Promise<BatchOutcome> =>
  attemptBatch(workspace, work, async (context, members) => {
    const { engine, key } = context;
    const lanes = loadLanes(engine, (lane) => (key === undefined ? Promise.resolve() : registerHmacKey(lane, key)));
    try {
      const done = await sideBySide(members, AT_ONCE, (member) => loadDataset(context, member, lanes));
      const spoiled = done.flatMap((one) => ('event' in one ? [one] : []));
      if (spoiled.length > 0) return await closeBatch(context, members, spoiled, []);
      const loaded = done.flatMap((one) => ('event' in one ? [] : [one]));
      reach('load:written');
      return { result: 'done', loads: loaded.length, rows: await commitDatasets(context, loaded) };
    } finally {
      await lanes.close();
    }
  });

async function loadDataset(context: Attempt, member: DatasetLoad, lanes: LoadLanes): Promise<LoadedDataset | Spoiled> {
  const { load } = member;
  const found: { drift?: Drift; loader?: PieceLoader } = {};
  try {
    const header = await unpackDataset(context, member, lanes, found);
    const { drift, loader } = found;
    if (drift === undefined || header.length === 0) throw withoutHeader();
    reach('load:unpacked');
    if (loader === undefined) return incompatible(member, drift);
    return { ...member, drift, written: (await loader.finish()) satisfies LoadedPieces };
  } catch (error) {
    // A store out of reach says nothing about the file.
    if (!(error instanceof UserError) || isStoreTrouble(error)) throw error;
    const remedy = error instanceof SpoiledLoad || OF_CONTENT.includes(error.code) ? REMEDY : (error.remedy ?? '');
    return { load, event: 'fail', reason: `${error.problem} ${remedy}`.trim(), code: error.code };
  } finally {
    await found.loader?.close();
  }
}

const OF_CONTENT: readonly string[] = ['broken-gzip', 'broken-header', 'empty-dataset'];

const REMEDY = 'Each sync fetches it again; where that does not help, ask the vendor for it, or correct the contract.';

/** Its pieces go to a loader as soon as the header is known to fit. @returns the header */
async function unpackDataset(
  { workspace, contract, engine, folder }: Attempt,
  { load, key }: DatasetLoad,
  lanes: LoadLanes,
  found: { drift?: Drift; loader?: PieceLoader },
): Promise<readonly string[]> {
  const { signal, unpackLimit: limit = UNPACK_LIMIT } = workspace;
  const accept = (header: readonly string[]): boolean => {
    found.drift = driftOfHeader(contract, tellableNames(contract, header));
    if (found.drift.verdict === 'incompatible') return false;
    found.loader = loadPieces(engine, {
      fields: header.length,
      format: DMAP_CSV,
      columns: projectDataset(contract, key, header),
      refusal: refusalOf(contract, 'dataset'),
      parquetFields: datasetColumns(contract),
      targetOf: (portion) => path.join(folder, `${load.id}-${portion}.parquet`),
      lanes,
    });
    return true;
  };
  const { header } = await unpack(await openContent(load, workspace), path.join(folder, `${load.id}.csv`), {
    format: DMAP_CSV,
    pieceBytes: PORTION_BYTES,
    accept,
    take: async (piece) => found.loader?.add({ ...piece, loadId: load.id }),
    limit,
    signal,
  });
  return header;
}

/** What is new in a header is told and kept in the ledger. Where it looks like a value, its place is: a row may stand there. */
function tellableNames({ columns }: Contract, header: readonly string[]): string[] {
  const known = new Set(columns.map(({ sourceName }) => sourceName));
  return header.map((name, index) => {
    const isTold = known.has(name) || name === '' || valueIn(name) === undefined;
    return isTold ? name : `(field ${index + 1}, which looks like a value)`;
  });
}

const withoutHeader = (): UserError =>
  new UserError({ code: 'empty-dataset', problem: 'The file has no header line.', remedy: REMEDY });

const incompatible = ({ load }: DatasetLoad, drift: Drift): Spoiled => ({
  load,
  event: 'wait',
  waitingFor: 'schema',
  reason: `not as the contract says: ${describeDrift(drift)}`,
  facts: { drift: drift.differences },
});
