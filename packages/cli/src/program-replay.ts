/** The command that takes loads through again: names, flags and help. */
import { Option, type Command } from 'commander';
import { REPLAYABLE_STATES, replayCommand, type ReplayFlags } from './commands/replay.ts';
import type { Context } from './session.ts';

const collect = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value];

const HELP = `
Takes the loads that fit every filter, sends them back and works on their tables. What a load has in history stays until
its new rows replace it, so nothing is counted twice and a replay that fails changes no row. A table of which rows were
replaced is folded anew.
Exits 0 when all is done, or there was nothing to do, and 1 when a table of these fails, is held or waits afterwards.`;

export function addReplayCommand(
  program: Command,
  context: Context,
  answer: (result: Promise<number>) => Promise<void>,
): void {
  program
    .command('replay')
    .description('take loads through again after a fix: failed ones, those with refused rows, or any')
    .option('--table <table>', 'of this table, EDW.SAMPLE or edw_sample')
    .option('--load <id>', 'this load; may be given several times', collect)
    .option('--since <time>', 'that came in at or after this time, UTC: 2026-01-31 or 2026-01-31T04:05')
    .option('--until <time>', 'that came in before this time')
    .option(
      '--reason <text>',
      'with this text in the reason of a failure or of a refused row, in the error code or in the drift',
    )
    .addOption(
      new Option('--state <state>', 'in this state; quarantined: also those with quarantined rows').choices(
        REPLAYABLE_STATES,
      ),
    )
    .option('--all', 'all that can be, where no other filter is given')
    .option('--dry-run', 'show which loads these are, and change nothing')
    .option('--json', 'as JSON')
    .addHelpText('after', HELP)
    .action((flags: ReplayFlags) => answer(replayCommand(context, flags)));
}
