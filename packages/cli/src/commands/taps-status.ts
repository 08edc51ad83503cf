import { partitionProgress, refusedCounts, type PartitionProgress, type RefusedCount } from '@farelake/db';
import type { PartitionOffsets } from '@farelake/kafka/client';
import { REFUSAL_REASONS } from '@farelake/kafka';
import { printable, UserError } from '@farelake/schema-registry';
import { findTable } from '../find-contract.ts';
import { kafkaClient, kafkaConnectionOf, type KafkaFlags } from '../kafka.ts';
import { describeProblem, isUsage } from '../output/problem.ts';
import { count, counted, formatTable } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { withWorkspace, type Context } from '../session.ts';

export interface TapsStatusFlags extends KafkaFlags {
  readonly table?: string;
  readonly group?: string;
  readonly json?: boolean;
}

/** @returns 0: it could be shown, whatever it is */
export async function tapsStatusCommand(context: Context, flags: TapsStatusFlags): Promise<number> {
  const { terminal } = context;
  return withWorkspace(context, async (workspace) => {
    const only = flags.table === undefined ? undefined : (await findTable(workspace, flags.table)).dataset;
    const taken = await partitionProgress(workspace.pool, only);
    const partitions = await withLagIfAsked(taken, flags, terminal);
    const refused = await refusedCounts(workspace.pool, only);
    if (flags.json === true) terminal.print(JSON.stringify({ partitions, refused }));
    else for (const line of asText(partitions, refused)) terminal.print(line);
    return 0;
  });
}

/** A partition beside what its cluster says of it; all null where it was not asked, or knows nothing of it any more. */
interface Partition extends PartitionProgress {
  /** The offset after the last record in Kafka. */
  readonly endOffset: string | null;
  /** Records in Kafka behind the highest that was taken. */
  readonly lag: number | null;
  /** Where the consumer group goes on. */
  readonly committedOffset: string | null;
}

const withoutLag = (one: PartitionProgress): Partition => ({
  ...one,
  endOffset: null,
  lag: null,
  committedOffset: null,
});

/** The ledger is shown also where the cluster does not answer. */
async function withLagIfAsked(
  taken: readonly PartitionProgress[],
  flags: TapsStatusFlags,
  terminal: Terminal,
): Promise<Partition[]> {
  if (flags.brokers === undefined && (process.env['KAFKA_BROKERS'] ?? '') === '') return taken.map(withoutLag);
  try {
    return await withLag(taken, flags);
  } catch (error) {
    if (!(error instanceof UserError) || isUsage(error)) throw error;
    terminal.note(`The lag is not known. ${describeProblem(error)}`);
    return taken.map(withoutLag);
  }
}

/** Each topic is asked for once; what was taken of a topic before it was made anew has no lag. */
async function withLag(taken: readonly PartitionProgress[], flags: TapsStatusFlags): Promise<Partition[]> {
  const connection = await kafkaConnectionOf(flags);
  const { topicOffsets } = await kafkaClient();
  const known = new Map<string, Map<number, PartitionOffsets>>();
  for (const { topic, dataset } of taken) {
    if (known.has(topic)) continue;
    const { partitions } = await topicOffsets(connection, topic, flags.group ?? `farelake-${dataset}`);
    known.set(topic, new Map(partitions.map((one) => [one.partition, one])));
  }
  return taken.map((one) => {
    const offsets = known.get(one.topic)?.get(one.partition);
    const isFormer = taken.some((other) => isSamePartition(one, other) && other.epoch > one.epoch);
    if (offsets === undefined || isFormer) return withoutLag(one);
    const behind = offsets.latest - BigInt(one.lastOffset) - 1n;
    return {
      ...one,
      endOffset: String(offsets.latest),
      lag: Number(behind < 0n ? 0n : behind),
      committedOffset: offsets.committed === undefined ? null : String(offsets.committed),
    };
  });
}

const isSamePartition = (a: PartitionProgress, b: PartitionProgress): boolean =>
  a.dataset === b.dataset && a.cluster === b.cluster && a.topic === b.topic && a.partition === b.partition;

function asText(partitions: readonly Partition[], refused: readonly RefusedCount[]): string[] {
  if (partitions.length === 0) return ['No record of any topic was taken yet.'];
  const isAsked = partitions.some(({ lag }) => lag !== null);
  return [
    formatTable(
      [
        ...['table', 'topic', 'partition', 'epoch', 'offsets', 'records', 'refused', 'missing', 'newest record'],
        ...(isAsked ? ['lag', 'committed'] : []),
      ],
      partitions.map((one) => [
        one.dataset,
        printable(one.topic),
        String(one.partition),
        String(one.epoch),
        `${one.firstOffset}–${one.lastOffset}`,
        count(one.records),
        count(one.quarantined),
        count(one.missing),
        newest(one),
        ...(isAsked ? [one.lag === null ? '' : count(one.lag), one.committedOffset ?? ''] : []),
      ]),
      [2, 3, 5, 6, 7, 9, 10],
    ),
    ...clusterLines(partitions),
    ...partitions.filter(({ gaps }) => gaps > 0).map(gapLine),
    ...refused.map(
      ({ dataset, reason, records }) =>
        `refused: ${dataset}: ${counted(records, 'record')}: ${reason}: ${(REFUSAL_REASONS as Readonly<Record<string, string>>)[reason] ?? ''}`,
    ),
    ...(refused.length === 0
      ? []
      : [
          'each of them is in farelake query "SELECT * FROM ledger.kafka_refused"; rows_uri names the file that has it whole',
        ]),
  ];
}

const newest = ({ newestTimestamp: time }: PartitionProgress): string =>
  time === null ? '' : new Date(time).toISOString().slice(0, 19).replace('T', ' ');

/** Two names of one cluster would let every record count twice. */
function clusterLines(partitions: readonly PartitionProgress[]): string[] {
  const clusters = new Map<string, Set<string>>();
  for (const { dataset, cluster } of partitions)
    clusters.set(dataset, (clusters.get(dataset) ?? new Set<string>()).add(cluster));
  return [...clusters].flatMap(([dataset, names]) =>
    [...names]
      .map((name) => `cluster: ${dataset}: ${printable(name)}`)
      .concat(
        names.size === 1
          ? []
          : [
              '  several clusters: if two of these names mean one, its records count twice; give its readers one name (KAFKA_CLUSTER)',
            ],
      ),
  );
}

function gapLine({ dataset, topic, partition, epoch, missing, gaps, someGaps }: PartitionProgress): string {
  const shown = someGaps.map(({ first, last }) => (first === last ? first : `${first}–${last}`)).join(', ');
  const more = gaps > someGaps.length ? ` and ${count(gaps - someGaps.length)} more gaps` : '';
  const where = `${printable(topic)} partition ${partition}${epoch === 0 ? '' : ` epoch ${epoch}`}`;
  return `missing: ${dataset}: ${where}: ${counted(missing, 'offset')} (${shown}${more}); markers of transactions and compacted records are offsets that never come`;
}
