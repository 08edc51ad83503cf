/**
 * What journals tell of the topics of a table, one after the other. Numbers of partitions and batches are those of the ledger that wrote
 * the journal, which may have been restored before: what they are of is told by names. Pure.
 */
import type { JournalledTopics, PartitionTold, Row } from '@farelake/db';

export interface ToldBatch {
  readonly batch: Row;
  readonly partition: string;
  readonly refused: readonly Row[];
  /** Whose journal tells of it; null: the next one is to tell of it anew. */
  readonly version: number | null;
}

export interface ToldRun {
  readonly partition: string;
  readonly first: bigint;
  readonly last: bigint;
}

export interface ToldTopics {
  /** By name, in the order in which they were made. */
  readonly partitions: Map<string, Row>;
  /** By partition and attempt; of two that tell of one the newer counts. */
  readonly batches: Map<string, ToldBatch>;
  /** All that was taken up to the newest version; undefined: rows have to tell. */
  runs: readonly ToldRun[] | undefined;
}

export const newToldTopics = (): ToldTopics => ({ partitions: new Map(), batches: new Map(), runs: undefined });

/** A name that no other partition has. */
export const partitionName = ({ cluster, topic, partition, epoch }: PartitionTold): string =>
  JSON.stringify([cluster, topic, partition, epoch]);

/** @param isNewest of the version that is restored */
export function noteTopics(
  told: ToldTopics,
  topics: JournalledTopics,
  version: number | null,
  isNewest: boolean,
): void {
  const names = new Map(topics.partitions.map((row) => [Number(row['id']), partitionName(placeOf(row))]));
  const nameOf = (id: unknown): string => names.get(Number(id)) ?? '';
  for (const row of topics.partitions) told.partitions.set(nameOf(row['id']), row);
  const refused = Map.groupBy(topics.refused, (row) => Number(row['batch_id']));
  for (const batch of topics.batches) {
    const partition = nameOf(batch['partition_id']);
    const own = refused.get(Number(batch['id'])) ?? [];
    told.batches.set(`${partition} ${String(batch['attempt_id'])}`, { batch, partition, refused: own, version });
  }
  if (!isNewest) return;
  told.runs = topics.runs?.map(([id, first, last]) => ({
    ...{ partition: nameOf(id), first: BigInt(first), last: BigInt(last) },
  }));
}

const placeOf = (row: Row): PartitionTold => ({
  cluster: String(row['cluster']),
  topic: String(row['topic']),
  partition: Number(row['partition']),
  epoch: Number(row['epoch']),
});
