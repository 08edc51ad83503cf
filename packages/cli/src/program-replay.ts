/** The commands that take loads through again, and that give them up: names, flags and help. */
import { Option, type Command } from 'commander';
import { giveUpCommand, type GiveUpFlags } from './commands/give-up.ts';
import { REPLAYABLE_STATES, replayCommand, type ReplayFlags } from './commands/replay.ts';
import { collect, once } from './option-values.ts';
import type { Context } from './session.ts';

const HELP = `
Takes the loads that fit every filter, sends them back and works on their tables. What a load has in history stays until
its new rows replace it, so nothing is counted twice and a replay that fails changes no row. A table of which rows were
replaced is folded anew.
Loads of a table on hold (farelake table hold, or too many failures) are shown and not sent back.
Exits 0 when all is done, or there was nothing to do; 1 when a table of these fails, waits, or is held, before or
afterwards; 2 when no load has the number.`;

const GIVE_UP_HELP = `
For what is lost, when nothing that could be delivered or mended brings it back: a change file that cannot be loaded or
waits for ever, refused changes of one that is loaded, a replay that fails, or other content of a snapshot file that is
there. Nothing is removed; who said so and why stays in the ledger, status counts it as given up instead of failing or in
doubt, and farelake replay --load takes it back.
Exits 0 when each load that was named is given up, and 1 when one is not: it says why.`;

export function addReplayCommands(
  program: Command,
  context: Context,
  answer: (result: Promise<number>) => Promise<void>,
): void {
  program
    .command('replay')
    .description('take loads through again after a fix: failed ones, those with refused rows, or any')
    .option('--table <table>', 'of this table, EDW.SAMPLE or edw_sample', once)
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
  program
    .command('give-up')
    .description('say that what a load holds is lost: it is tried no more, and its keys are in doubt no more')
    .requiredOption('--load <id>', 'this load; may be given several times', collect)
    .option('--why <text>', 'reason, which stays in the ledger with your name; needed unless --dry-run')
    .option('--dry-run', 'show what would be given up, and change nothing')
    .option('--json', 'as JSON')
    .addHelpText('after', GIVE_UP_HELP)
    .action((flags: GiveUpFlags) => answer(giveUpCommand(context, flags)));
}
