/** The offset ledger of a topic's table: from its journals, and where these do not tell all, from the rows. */
import {
  fillUpBatches,
  knownPartition,
  restoreBatches,
  restorePartitions,
  restoreRuns,
  type RestoredRun,
} from '@farelake/db';
import type { EngineFile } from '@farelake/lake';
import { quoteIdentifier as q, type Contract } from '@farelake/schema-registry';
import { streamColumns } from '../columns.ts';
import { withEngine, type Workspace } from '../workspace.ts';
import type { Taking } from './take-in-table.ts';
import { partitionName, type ToldTopics } from './told-topics.ts';

/** A file of the newest version. */
export type TopicFile = EngineFile & { readonly rows: number };

export async function takeInTopics(
  { db, dataset, attempt, note }: Taking,
  workspace: Workspace,
  contract: Contract,
  told: ToldTopics,
  files: readonly TopicFile[],
): Promise<void> {
  const known = await restorePartitions(db, [...told.partitions.values()]);
  const numbers = new Map(known.map(({ id, ...named }) => [partitionName(named), id]));
  const batches = [...told.batches.values()];
  await restoreBatches(
    db,
    dataset,
    batches.map(({ partition, ...one }) => ({ partitionId: numbers.get(partition) ?? 0, ...one })),
  );
  const offsets = (told.runs ?? []).map(({ partition, ...run }) => ({
    partitionId: numbers.get(partition) ?? 0,
    ...run,
  }));
  const written = batches.reduce((sum, { batch }) => sum + Number(batch['written']), 0);
  if (told.runs !== undefined && written === files.reduce((sum, { rows }) => sum + rows, 0))
    return restoreRuns(db, offsets);
  const here: RestoredRun[] = [];
  const counts = new Map<number, number>();
  for (const { runs, ...partition } of await rowsByPartition(workspace, contract, files)) {
    const id = await knownPartition(db, dataset, partition);
    counts.set(
      id,
      runs.reduce((sum, { first, last }) => sum + Number(last - first) + 1, 0),
    );
    for (const run of runs) here.push({ partitionId: id, ...run });
  }
  const refused = batches.flatMap((one) =>
    one.refused.map((row): RestoredRun => {
      const offset = BigInt(String(row['record_offset']));
      return { partitionId: numbers.get(one.partition) ?? 0, first: offset, last: offset };
    }),
  );
  await restoreRuns(db, united([...refused, ...offsets, ...here]));
  const filled = await fillUpBatches(db, dataset, attempt, counts);
  if (filled > 0)
    note(
      `${dataset}: journals do not tell of ${filled} records: what they were was made out from the rows; where they lie in the archive is not known`,
    );
}

/** Runs that overlap or touch are one. */
function united(runs: readonly RestoredRun[]): RestoredRun[] {
  const all: RestoredRun[] = [];
  const order = (a: RestoredRun, b: RestoredRun) =>
    a.partitionId - b.partitionId || (a.first < b.first ? -1 : a.first > b.first ? 1 : 0);
  for (const run of runs.toSorted(order)) {
    const before = all.at(-1);
    if (before?.partitionId === run.partitionId && run.first <= before.last + 1n)
      all[all.length - 1] = { ...before, last: run.last > before.last ? run.last : before.last };
    else all.push(run);
  }
  return all;
}

interface PartitionRows {
  readonly cluster: string;
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
  readonly runs: { first: bigint; last: bigint }[];
}

const PLACE = ['_cluster', 'topic', 'partition', '_epoch'].map(q).join(', ');

function rowsByPartition(
  workspace: Workspace,
  contract: Contract,
  files: readonly TopicFile[],
): Promise<PartitionRows[]> {
  return withEngine(workspace, async (engine) => {
    const columns = streamColumns(contract);
    const source = await engine.files.sql(files, columns);
    const rows = await engine.rows(
      `SELECT ${PLACE}, min("offset")::VARCHAR AS first, max("offset")::VARCHAR AS last
       FROM (SELECT ${PLACE}, "offset", "offset" - row_number() OVER (PARTITION BY ${PLACE} ORDER BY "offset") AS island FROM ${source} s)
       GROUP BY ${PLACE}, island ORDER BY ${PLACE}, min("offset")`,
    );
    const byPlace = new Map<string, PartitionRows>();
    for (const row of rows) {
      const [cluster, topic] = [String(row['_cluster']), String(row['topic'])];
      const [partition, epoch] = [Number(row['partition']), Number(row['_epoch'])];
      const place = JSON.stringify([cluster, topic, partition, epoch]);
      const known = byPlace.get(place) ?? { cluster, topic, partition, epoch, runs: [] };
      byPlace.set(place, known);
      known.runs.push({ first: BigInt(String(row['first'])), last: BigInt(String(row['last'])) });
    }
    return [...byPlace.values()];
  });
}
