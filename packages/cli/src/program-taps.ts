/** Commands of Kafka topics: names, flags and help. */
import type { Command } from 'commander';
import { tapsProduceCommand, type ProduceFlags } from './commands/taps-produce.ts';
import { tapsReplayCommand, type ReplayFlags } from './commands/taps-replay.ts';
import { tapsStatusCommand, type TapsStatusFlags } from './commands/taps-status.ts';
import type { Context } from './session.ts';

type Answer = (result: Promise<number>) => Promise<void>;

export function addTapsCommands(program: Command, context: Context, answer: Answer): void {
  const taps = program.command('taps').description('records of Kafka topics, each topic a table of its contract');
  taps
    .command('replay')
    .description('hand recorded events of a topic to the Lambda function, as its event source mapping would')
    .argument('<events.jsonl>', 'a file with one event a line, plain or .gz; - reads standard input')
    .option('--cluster <name>', 'the cluster that they are of (default: what each event says; or KAFKA_CLUSTER)')
    .option(
      '--json',
      'as JSON: {events, tables: [{table, topic, records, repeated, written, quarantined, tombstones}]}',
    )
    .addHelpText(
      'after',
      '\nMay be run again: what is in the tables is left out. A line that is no event ends it with exit 1; the lines before it are in.',
    )
    .action((file: string, flags: ReplayFlags) => answer(tapsReplayCommand(context, file, flags)));
  taps
    .command('status')
    .description('how far each partition is taken, what is missing between, what was refused and why')
    .option('--table <table>', 'only this table')
    .option(
      '--json',
      'as JSON: {partitions: [{topic, partition, epoch, firstOffset, lastOffset, missing, …}], refused}',
    )
    .action((flags: TapsStatusFlags) => answer(tapsStatusCommand(context, flags)));
  addProduceCommand(taps, context, answer);
}

function addProduceCommand(taps: Command, context: Context, answer: Answer): void {
  taps
    .command('produce')
    .description('write invented taps to a topic, for demonstrations and load tests')
    .option('--brokers <host:port,…>', 'some brokers of the cluster (default: KAFKA_BROKERS)')
    .requiredOption('--topic <name>', 'which has to be there')
    .option('--count <n>', 'records, those that come again among them', '1000')
    .option('--rate <n>', 'records a second (default: as fast as they can be written)')
    .option(
      '--skew <n>',
      'how unequal stops, devices and partitions are: the n-th has 1/n^skew of the first; 0: alike',
      '1',
    )
    .option('--poison <share>', 'of records that are no taps, 0 to 1', '0')
    .option('--tombstones <share>', 'of records without a value, 0 to 1', '0')
    .option('--duplicates <share>', 'of records that are written once more, under another offset, 0 to 1', '0')
    .option('--seed <n>', 'the same seed gives the same records, but for their times (default: another one each time)')
    .option('--json', 'as JSON: {topic, cluster, records, taps, poison, tombstones, again, seed, seconds}')
    .addHelpText(
      'after',
      '\nSigns in as KAFKA_USERNAME with KAFKA_PASSWORD (or KAFKA_PASSWORD_SECRET) by SCRAM-SHA-512 over TLS; KAFKA_CA_FILE, KAFKA_AUTH.\nNothing is read, and no table is touched. Not for a topic that real taps come by.',
    )
    .action((flags: ProduceFlags) => answer(tapsProduceCommand(context, flags)));
}
