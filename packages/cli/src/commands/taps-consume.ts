import { takenUpTo } from '@farelake/db';
import { contractFor, landDelivery, type Landed } from '@farelake/ingest';
import type { ConsumeOptions, Trouble } from '@farelake/kafka/client';
import { kafkaClient, kafkaConnectionOf, type KafkaFlags } from '../kafka.ts';
import { landedLines, sumLanded } from '../output/landed.ts';
import { counted } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { groupOf } from '../partition-lag.ts';
import { withWorkspace, type Context } from '../session.ts';

export interface ConsumeFlags extends KafkaFlags {
  readonly topic: string;
  readonly group?: string;
  readonly cluster?: string;
  readonly fromBeginning?: boolean;
  readonly untilEnd?: boolean;
  readonly batchRecords?: number;
  readonly batchSeconds?: number;
  readonly sessionTimeout?: number;
  readonly json?: boolean;
}

/** @returns 0 it came to the end that was asked for; otherwise it goes on until it is stopped */
export async function tapsConsumeCommand(context: Context, flags: ConsumeFlags): Promise<number> {
  const { terminal, signal } = context;
  const connection = await kafkaConnectionOf(flags);
  const { consumeDeliveries } = await kafkaClient();
  return withWorkspace(context, async (workspace) => {
    // What is in hand is landed also when a stop was asked for: whoever cannot wait stops a second time.
    const draining = { ...workspace, signal: new AbortController().signal };
    const { dataset } = contractFor(workspace, flags.topic);
    const sums = new Sums();
    const { deliveries } = await consumeDeliveries(
      {
        connection,
        topic: flags.topic,
        group: flags.group ?? groupOf(flags.topic),
        cluster: flags.cluster ?? context.environment.kafkaCluster,
        batch: limitsOf(flags),
        takenUpTo: ({ cluster, topicId = null }) =>
          takenUpTo(workspace.pool, { dataset, cluster, topic: flags.topic }, topicId),
        fromBeginning: flags.fromBeginning,
        untilEnd: flags.untilEnd,
        sessionTimeout: flags.sessionTimeout === undefined ? undefined : 1000 * flags.sessionTimeout,
        signal,
        ...reports(terminal, sums, flags.topic),
      },
      async (delivery) => {
        sums.add(await landDelivery(draining, delivery));
      },
    );
    terminal.progress(undefined);
    if (flags.json === true) terminal.print(JSON.stringify({ deliveries, tables: sums.tables }));
    else
      for (const line of landedLines(sums.tables, counted(deliveries, 'micro-batch', 'micro-batches')))
        terminal.print(line);
    return 0;
  });
}

const limitsOf = ({ batchRecords, batchSeconds }: ConsumeFlags): ConsumeOptions['batch'] => ({
  ...(batchRecords === undefined ? {} : { records: batchRecords }),
  ...(batchSeconds === undefined ? {} : { milliseconds: 1000 * batchSeconds }),
});

/** Counts only: a consumer runs for months. */
class Sums {
  tables: Landed[] = [];

  add(landed: readonly Landed[]): void {
    this.tables = sumLanded([...this.tables, ...landed]);
  }

  get records(): number {
    return this.tables.reduce((sum, { records }) => sum + records, 0);
  }

  get written(): number {
    return this.tables.reduce((sum, { written }) => sum + written, 0);
  }
}

/** Milliseconds between two lines about a consumer that nobody watches. */
const EVERY = 60_000;

function reports(
  terminal: Terminal,
  sums: Sums,
  topic: string,
): Required<Pick<ConsumeOptions, 'onProgress' | 'onTrouble'>> {
  let told = performance.now();
  return {
    onProgress: ({ behind }) => {
      const text = `${topic}: ${counted(sums.records, 'record')}, ${counted(sums.written, 'new row')}, ${behind.toLocaleString('en-US')} behind`;
      terminal.progress(text);
      if (process.stderr.isTTY || performance.now() - told < EVERY) return;
      told = performance.now();
      terminal.note(text);
    },
    onTrouble: (trouble) => {
      terminal.note(`${topic}: ${troubleText(trouble)}`);
    },
  };
}

function troubleText(trouble: Trouble): string {
  switch (trouble.kind) {
    case 'waiting':
      return `${trouble.failure.problem} Trying again in ${Math.ceil(trouble.milliseconds / 1000)} s.`;
    case 'again':
      return 'the cluster answers again';
    case 'rebalance':
      return trouble.partitions.length === 0
        ? 'the group gave this consumer no partition'
        : `reads ${trouble.partitions.length === 1 ? 'partition' : 'partitions'} ${trouble.partitions.join(', ')}`;
    case 'gap':
      return `partition ${trouble.partition}: offsets ${trouble.from} to ${trouble.to - 1n} are gone from the topic before they were read; farelake taps status shows what is missing`;
  }
}
