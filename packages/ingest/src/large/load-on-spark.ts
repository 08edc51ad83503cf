/** A batch of files with a `.dfm`, loaded by Spark and committed as any other. */
import { compileLoadPlan, HISTORY_OUTPUT, type LoadWork } from '@farelake/qlik';
import { icebergNotes, openStore, schemeOf } from '@farelake/lake';
import type { CsvObject, Result } from '@farelake/plan';
import { historyColumns } from '../columns.ts';
import { attemptBatch, closeBatch, type BatchOutcome, type BatchWork } from '../load/attempt-batch.ts';
import type { Attempt, BatchMember } from '../load/attempt.ts';
import { commitBatch, historyStem } from '../load/commit-batch.ts';
import { UNPACK_LIMIT, countDifference } from '../load/prove.ts';
import type { OnProgress } from '../progress.ts';
import { treatmentNote } from '../treatment/file-treatments.ts';
import type { TableWorkspace, Workspace } from '../workspace.ts';
import { planColumns } from './plan-columns.ts';
import { noteEnd, resultPath, runElsewhere } from './run-elsewhere.ts';
import type { SparkHere } from './spark-here.ts';
import { manifestFiles } from './written-files.ts';

/** @throws HandedOver, with the attempt ended: the batch is open as before */
export const runBatchOnSpark = (
  workspace: TableWorkspace,
  spark: SparkHere,
  work: BatchWork<BatchMember>,
  onProgress?: OnProgress,
): Promise<BatchOutcome> =>
  attemptBatch(workspace, work, async (context, members) => {
    const [only, ...others] = members;
    const result = await runElsewhere(workspace, {
      ...{ spark, plan: compileLoadPlan(await loadWork(context, members)), scratch: context.folder, onProgress },
      objectKey: others.length === 0 ? only?.load.objectKey : undefined,
      environment: context.key === undefined ? {} : secretOf(workspace),
    });
    const counts = countsOf(result);
    const misannounced = members.flatMap((member) => countDifference(member, counts));
    if (misannounced.length > 0) {
      await noteEnd(workspace, context.attempt, 'finished', result);
      return closeBatch(context, members, misannounced, []);
    }
    const rows = await commitBatch(context, members, { counts, refused: [], ...adoption(context, result) });
    await noteEnd(workspace, context.attempt, 'finished', result);
    return { result: 'done', loads: members.length, rows };
  });

async function loadWork(context: Attempt, members: readonly BatchMember[]): Promise<LoadWork> {
  const { workspace, contract, batch, attempt, key } = context;
  const { stage, unpackLimit = UNPACK_LIMIT } = workspace;
  const dfm = members[0]?.dfm;
  if (dfm === undefined) throw new Error(`batch ${batch.id} has no loads`);
  const columns = historyColumns(contract);
  return {
    ...{ contract, dfm, attempt, unpackLimit, kind: batch.kind === 'snapshot' ? 'snapshot' : 'changes' },
    objects: await Promise.all(members.map(csvObject)),
    rows: members.reduce((sum, member) => sum + member.dfm.recordCount, 0),
    columns: planColumns(contract, columns),
    prefix: stage.uriOf(historyStem(contract, batch)),
    notes: icebergNotes(columns),
    result: stage.uriOf(resultPath(contract.dataset, attempt)),
    keyId: key?.id,
  };
}

/** Where it was found, or its copy in the archive: a folder's has the same tag. A bucket's other copies are DuckDB's to find. */
async function csvObject({ load }: BatchMember): Promise<CsvObject> {
  const { id: loadId, storeUri, path, contentHash: tag, size, archivedUri } = load;
  const original = openStore(storeUri);
  const here = { loadId, uri: original.uriOf(path), size, tag };
  if (archivedUri === null || schemeOf(archivedUri) !== 'file' || schemeOf(storeUri) !== 'file') return here;
  return (await original.stat(path))?.size === size ? here : { ...here, uri: archivedUri };
}

/** Rows of each load, as the run read and wrote them. @throws Error where the two contradict: a bug */
function countsOf({ read, receipts }: Result): Map<number, number> {
  const counts = new Map(Object.entries(read).map(([load, rows]) => [Number(load), rows]));
  const written = new Map((receipts['rows'] ?? []).map(({ load, rows }) => [Number(load), Number(rows)]));
  for (const [load, rows] of counts)
    if ((written.get(load) ?? 0) !== rows)
      throw new Error(`load ${load}: ${rows} rows were read, ${written.get(load) ?? 0} are in the files`);
  return counts;
}

function adoption(context: Attempt, { outputs }: Result) {
  const { workspace, contract, batch, attempt, key } = context;
  const written = outputs[HISTORY_OUTPUT] ?? [];
  const note = treatmentNote(contract, () => key?.id);
  const from = { stage: workspace.stage, contract, attempt, batchId: batch.id, loadId: null, note };
  return {
    rows: written.reduce((sum, { rows }) => sum + rows, 0),
    adopt: () => manifestFiles(from, written),
  };
}

/** The job reads it from its own environment: only a key that the home made has to be handed over. */
const secretOf = ({ keyFile }: Pick<Workspace, 'keyFile'>): Record<string, string> =>
  keyFile === undefined ? {} : { FARELAKE_HMAC_KEY_FILE: keyFile };
