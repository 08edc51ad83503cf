import { partitionProgress, refusedCounts, type PartitionProgress, type RefusedCount } from '@farelake/db';
import { REFUSAL_REASONS } from '@farelake/kafka';
import { printable, UserError, type Contract } from '@farelake/schema-registry';
import { findTable } from '../find-contract.ts';
import { kafkaConnectionOf, type KafkaFlags } from '../kafka.ts';
import { describeProblem, isUsage } from '../output/problem.ts';
import { count, counted, formatTable } from '../output/table.ts';
import { withLag, withoutLag, type Partition } from '../partition-lag.ts';
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
    const contracts = [...workspace.contracts.values()].filter(
      ({ feed, dataset }) => feed === 'kafka' && (only === undefined || only === dataset),
    );
    const partitions = await withLagIfAsked(context, taken, contracts, flags);
    const refused = await refusedCounts(workspace.pool, only);
    if (flags.json === true) terminal.print(JSON.stringify({ partitions, refused }));
    else for (const line of asText(partitions, refused)) terminal.print(line);
    return 0;
  });
}

/** The ledger is shown also where the cluster does not answer. */
async function withLagIfAsked(
  { environment, terminal }: Context,
  taken: readonly PartitionProgress[],
  contracts: readonly Contract[],
  flags: TapsStatusFlags,
): Promise<Partition[]> {
  if (flags.brokers === undefined && (process.env['KAFKA_BROKERS'] ?? '') === '') return taken.map(withoutLag);
  try {
    return await withLag(taken, contracts, {
      connection: await kafkaConnectionOf(flags),
      group: flags.group,
      cluster: environment.kafkaCluster,
      onUnknown: (topic, why) => {
        terminal.note(`The lag of ${printable(topic)} is not known. ${describeProblem(why)}`);
      },
    });
  } catch (error) {
    if (!(error instanceof UserError) || isUsage(error)) throw error;
    terminal.note(`The lag is not known. ${describeProblem(error)}`);
    return taken.map(withoutLag);
  }
}

function asText(partitions: readonly Partition[], refused: readonly RefusedCount[]): string[] {
  if (partitions.length === 0) return ['No record of any topic was taken yet.'];
  const isAsked = partitions.some(({ lag }) => lag !== null);
  const several = new Set(partitions.map(({ cluster }) => cluster)).size > 1;
  return [
    formatTable(
      [
        ...['table', 'topic', 'partition', 'epoch', 'offsets', 'records', 'refused', 'missing', 'newest record'],
        ...(isAsked ? ['lag', 'committed'] : []),
        ...(several ? ['cluster'] : []),
      ],
      partitions.map((one) => [
        one.dataset,
        printable(one.topic),
        String(one.partition),
        ...(one.firstOffset === null
          ? ['', 'none', '', '', '', '']
          : [
              String(one.epoch),
              `${one.firstOffset}–${one.lastOffset}`,
              ...[one.records, one.quarantined, one.missing].map((value) => count(value ?? 0)),
              newest(one),
            ]),
        ...(isAsked ? [one.lag === null ? '' : count(one.lag), one.committedOffset ?? ''] : []),
        ...(several ? [printable(one.cluster)] : []),
      ]),
      [2, 3, 5, 6, 7, 9, 10],
    ),
    ...clusterLines(partitions),
    ...partitions.filter(({ gaps }) => (gaps ?? 0) > 0).map(gapLine),
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

const newest = ({ newestTimestamp: time }: Partition): string =>
  time === null ? '' : new Date(time).toISOString().slice(0, 19).replace('T', ' ');

/** Two names of one cluster would let every record count twice. */
function clusterLines(partitions: readonly Partition[]): string[] {
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

function gapLine({ dataset, topic, partition, epoch, missing, gaps, someGaps }: Partition): string {
  const shown = someGaps.map(({ first, last }) => (first === last ? first : `${first}–${last}`)).join(', ');
  const further = (gaps ?? 0) - someGaps.length;
  const more = further > 0 ? ` and ${count(further)} more gaps` : '';
  const where = `${printable(topic)} partition ${partition}${epoch === 0 || epoch === null ? '' : ` epoch ${epoch}`}`;
  return `missing: ${dataset}: ${where}: ${counted(missing ?? 0, 'offset')} (${shown}${more}); markers of transactions and compacted records are offsets that never come`;
}
