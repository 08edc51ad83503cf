import { partitionProgress, refusedCounts, type PartitionProgress, type RefusedCount } from '@farelake/db';
import { REFUSAL_REASONS } from '@farelake/kafka';
import { printable } from '@farelake/schema-registry';
import { findTable } from '../find-contract.ts';
import { count, counted, formatTable } from '../output/table.ts';
import { withWorkspace, type Context } from '../session.ts';

export interface TapsStatusFlags {
  readonly table?: string;
  readonly json?: boolean;
}

/** @returns 0: it could be shown, whatever it is */
export async function tapsStatusCommand(context: Context, flags: TapsStatusFlags): Promise<number> {
  const { terminal } = context;
  return withWorkspace(context, async (workspace) => {
    const only = flags.table === undefined ? undefined : (await findTable(workspace, flags.table)).dataset;
    const partitions = await partitionProgress(workspace.pool, only);
    const refused = await refusedCounts(workspace.pool, only);
    if (flags.json === true) terminal.print(JSON.stringify({ partitions, refused }));
    else for (const line of asText(partitions, refused)) terminal.print(line);
    return 0;
  });
}

function asText(partitions: readonly PartitionProgress[], refused: readonly RefusedCount[]): string[] {
  if (partitions.length === 0) return ['No record of any topic was taken yet.'];
  return [
    formatTable(
      ['table', 'topic', 'partition', 'epoch', 'offsets', 'records', 'refused', 'missing', 'newest record'],
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
      ]),
      [2, 3, 5, 6, 7],
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
