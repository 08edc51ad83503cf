/** Commands of Kafka topics: names, flags and help. */
import type { Command } from 'commander';
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
}
