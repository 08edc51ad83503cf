/** Commands of Kafka topics: names, flags and help. */
import { InvalidArgumentError, type Command } from 'commander';
import { tapsConsumeCommand, type ConsumeFlags } from './commands/taps-consume.ts';
import { tapsProduceCommand, type ProduceFlags } from './commands/taps-produce.ts';
import { tapsReplayCommand, type ReplayFlags } from './commands/taps-replay.ts';
import { tapsRetryCommand, type RetryFlags } from './commands/taps-retry.ts';
import { tapsStatusCommand, type TapsStatusFlags } from './commands/taps-status.ts';
import { once } from './option-values.ts';
import type { Context } from './session.ts';

type Answer = (result: Promise<number>) => Promise<void>;

export function addTapsCommands(program: Command, context: Context, answer: Answer): void {
  const taps = program.command('taps').description('records of Kafka topics, each topic a table of its contract');
  addConsumeCommand(taps, context, answer);
  addReplayCommand(taps, context, answer);
  addStatusCommand(taps, context, answer);
  addRetryCommand(taps, context, answer);
  addProduceCommand(taps, context, answer);
}

const BROKERS = 'some brokers of the cluster, host:port,host:port (default: KAFKA_BROKERS)';

const CLUSTER = `
Environment:
  KAFKA_BROKERS    brokers, where --brokers does not name them
  KAFKA_USERNAME, KAFKA_PASSWORD (or KAFKA_PASSWORD_SECRET: its secret in AWS Secrets Manager)
                   to sign in by SCRAM-SHA-512
  KAFKA_AUTH       scram (default), iam (AWS credentials and AWS_REGION; Amazon MSK) or none
  KAFKA_CA_FILE    PEM file of the CA that signed the brokers' certificates (default: those the system trusts)
  KAFKA_TLS        off: without TLS, to a broker on this machine only
  KAFKA_CLUSTER    name of the cluster in the tables, where all readers of its topics shall share one`;

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It has to be a whole number from 1.');
}

/** Less than one request to the cluster may take. */
function sessionSeconds(text: string): number {
  const seconds = wholeNumber(text);
  if (seconds < 30) return seconds;
  throw new InvalidArgumentError('It has to be below 30.');
}

function groupName(text: string): string {
  if (/^[\w.:-]+$/.test(text)) return text;
  throw new InvalidArgumentError('It has to be of letters, digits and . _ : -');
}

function addConsumeCommand(taps: Command, context: Context, answer: Answer): void {
  taps
    .command('consume')
    .description('read a topic and bring its records into their table, until it is stopped')
    .option('--brokers <hosts>', BROKERS)
    .requiredOption('--topic <topic>', 'the topic')
    .option('--group <name>', 'consumer group: its members share the partitions (default: farelake-<topic>)', groupName)
    .option('--cluster <name>', 'name of the cluster in the tables (default: KAFKA_CLUSTER, else its own id)')
    .option('--from-beginning', 'from the first record that the topic still has; what is in the table is left out')
    .option('--until-end', 'end where the topic ended when this began')
    .option('--batch-records <n>', 'records of a micro-batch at most (default 10000)', wholeNumber)
    .option('--batch-seconds <n>', 'how long its first record waits at most (default 5)', wholeNumber)
    .option(
      '--session-timeout <seconds>',
      'after so long without a sign of life the group gives this consumer up, at most 29 (default 20)',
      sessionSeconds,
    )
    .option('--json', 'at the end, as JSON: {deliveries, tables: [{table, topic, records, written, …}]}')
    .addHelpText(
      'after',
      `\nCtrl-C or SIGTERM: what is in hand is brought in, the group is told how far it is, then it ends with 130; once more ends it at once.\nMay be killed, and run several times at once: each record counts once. docs/taps.md has the rules.\n${CLUSTER}`,
    )
    .action((flags: ConsumeFlags) => answer(tapsConsumeCommand(context, flags)));
}

function addReplayCommand(taps: Command, context: Context, answer: Answer): void {
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
}

function addStatusCommand(taps: Command, context: Context, answer: Answer): void {
  taps
    .command('status')
    .description('how far each partition is taken, what is missing between, what was refused and why')
    .option('--table <table>', 'only this table', once)
    .option('--brokers <hosts>', 'also ask the cluster how far its topics are (default: KAFKA_BROKERS)')
    .option('--group <name>', 'consumer group whose committed offsets to show (default: farelake-<topic>)', groupName)
    .option(
      '--json',
      'as JSON: {partitions: [{topic, partition, epoch, firstOffset, lastOffset, missing, lag, …}], refused}',
    )
    .addHelpText(
      'after',
      `
Exits 0 whenever it could show the state.
${CLUSTER}`,
    )
    .action((flags: TapsStatusFlags) => answer(tapsStatusCommand(context, flags)));
}

function addRetryCommand(taps: Command, context: Context, answer: Answer): void {
  taps
    .command('retry')
    .description(
      'read what is in quarantine once more, by the contract as it is now: what fits becomes rows, each once',
    )
    .option('--table <table>', 'only this table', once)
    .option('--dry-run', 'only tell how many would be rows')
    .option('--json', 'as JSON: [{table, records, accepted}]')
    .addHelpText(
      'after',
      '\nAfter a contract was mended, such as by a column that the vendor has added. What does not fit stays where it is. May be cut off and run again.',
    )
    .action((flags: RetryFlags) => answer(tapsRetryCommand(context, flags)));
}

function addProduceCommand(taps: Command, context: Context, answer: Answer): void {
  taps
    .command('produce')
    .description('write invented taps to a topic, for demonstrations and load tests')
    .option('--brokers <hosts>', BROKERS)
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
      `\nNothing is read, and no table is touched. Not for a topic that real taps come by.\n${CLUSTER}`,
    )
    .action((flags: ProduceFlags) => answer(tapsProduceCommand(context, flags)));
}
