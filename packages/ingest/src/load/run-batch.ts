/**
 * One attempt at a batch of files with a `.dfm`: they are unpacked and proven, loaded into Parquet files of history on the way,
 * and committed together with their receipts when every one of them is proven.
 */
import path from 'node:path';
import { loadPieces, registerHmacKey, SpoiledLoad, type PieceLoader, type PiecesSpec } from '@farelake/lake';
import { changeKeySql, projectChanges, projectSnapshot } from '@farelake/qlik';
import { historyColumns } from '../columns.ts';
import { reach } from '../failpoint.ts';
import { refusalOf } from '../quarantine/refusal.ts';
import type { TableWorkspace } from '../workspace.ts';
import { adoptFiles } from './adopt-files.ts';
import { attemptBatch, closeBatch, type BatchOutcome, type BatchWork } from './attempt-batch.ts';
import type { Attempt, BatchMember, Spoiled } from './attempt.ts';
import { commitBatch, historyStem } from './commit-batch.ts';
import { countDifference, prove } from './prove.ts';

export const runBatch = (workspace: TableWorkspace, work: BatchWork<BatchMember>): Promise<BatchOutcome> =>
  attemptBatch(workspace, work, async (context, members) => {
    const loader = loadPieces(context.engine, specOf(context, members));
    try {
      const spoiled: Spoiled[] = [];
      for (const member of members) spoiled.push(...(await prove(context, member, loader, spoiled.length === 0)));
      reach('load:unpacked');
      if (spoiled.length > 0) return await closeBatch(context, members, spoiled, []);
      return await loadAndCommit(context, members, loader);
    } finally {
      await loader.close();
    }
  });

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
    if (misannounced.length > 0) return await closeBatch(context, members, misannounced, []);
    const stem = historyStem(context.contract, context.batch);
    const adopted = { ...written, adopt: () => adoptFiles(context, stem, written.files) };
    return { result: 'done', loads: members.length, rows: await commitBatch(context, members, adopted) };
  } catch (error) {
    if (!(error instanceof SpoiledLoad)) throw error;
    const culprits = error.all.flatMap((one): Spoiled[] => {
      const load = members.find((member) => member.load.id === one.loadId)?.load;
      return load === undefined ? [] : [{ load, event: 'fail', reason: one.message, code: one.code }];
    });
    if (culprits.length > 0) return closeBatch(context, members, culprits, []);
    return closeBatch(
      context,
      members,
      [],
      members.map(({ load }) => load.id),
    );
  }
}

function specOf({ contract, batch, folder, key }: Attempt, members: readonly BatchMember[]): PiecesSpec {
  const dfm = members[0]?.dfm;
  if (dfm === undefined) throw new Error(`batch ${batch.id} has no loads`);
  const kind = batch.kind === 'snapshot' ? 'snapshot' : 'changes';
  const columns = kind === 'snapshot' ? projectSnapshot(contract, dfm) : projectChanges(contract, dfm);
  const rowKey = kind === 'snapshot' ? undefined : changeKeySql(contract, dfm, columns);
  return {
    fields: dfm.columns.length,
    format: dfm.format,
    columns,
    refusal: refusalOf(contract, kind, rowKey),
    parquetFields: historyColumns(contract),
    targetOf: (portion) => path.join(folder, `history-${portion}.parquet`),
    ...(key === undefined ? {} : { prepare: (lane) => registerHmacKey(lane, key) }),
  };
}
