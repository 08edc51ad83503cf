/** Commands that check a table against its history, make it right, or bring a lost ledger back: names, flags and help. */
import { Option, type Command } from 'commander';
import { repairCommand, type RepairFlags } from './commands/repair.ts';
import { restoreCommand, type RestoreFlags } from './commands/restore.ts';
import { verifyCommand, type VerifyFlags } from './commands/verify.ts';
import { collect, once } from './option-values.ts';
import type { Context } from './session.ts';

export function addRepairCommands(
  program: Command,
  context: Context,
  answer: (result: Promise<number>) => Promise<void>,
): void {
  program
    .command('verify')
    .description('is a table what its history says? Works it out anew, compares rows, checksums and counters')
    .requiredOption('--table <table>', 'EDW.SAMPLE or edw_sample', once)
    .addOption(
      new Option('--with <what>', 'history: fold it anew · interpreter: row by row, for tables of up to 200,000 events')
        .choices(['history', 'interpreter'])
        .default('history'),
    )
    .option('--json', 'as JSON')
    .addHelpText('after', '\nChanges nothing. Exits 0 when they are equal and 1 when they differ, and says where.')
    .action((flags: VerifyFlags) => answer(verifyCommand(context, flags)));
  program
    .command('repair')
    .description('make a table what its history says: only what is wrong is written, as a new version')
    .requiredOption('--table <table>', 'EDW.SAMPLE or edw_sample', once)
    .option('--why <text>', 'reason, which stays in the ledger with your name; needed unless --dry-run')
    .option('--keys <key>', 'only this key: a,b or JSON ["a", null]; may be given several times', collect)
    .option('--keys-file <file>', 'only the keys of a file, one a line')
    .option('--dry-run', 'show the rows that would change, and change nothing')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nWorks the rows out from history, all or those of the given keys. Exits 0 when the table is right, also when it was.',
    )
    .action((flags: RepairFlags) => answer(repairCommand(context, flags)));
  program
    .command('restore')
    .description('a lost database: rebuild the ledger of tables from what lies on stage, and go on from there')
    .option('--table <table>', 'only this table, EDW.SAMPLE or edw_sample; may be given several times', collect)
    .option('--dry-run', 'tell what would be restored, and change nothing')
    .option('--yes', 'without asking')
    .option(
      '--json',
      'as JSON: {dryRun, restored: [{dataset, tables: [{table, version, rows, files, versions}], loads, notes}], before, leftOut: [{dataset, code, problem, remedy}], withoutContract}',
    )
    .addHelpText(
      'after',
      '\nInto a ledger that knows nothing of the table: before anything else is done with a new database.\nGiven again it restores what was left out, and leaves the rest alone. Exits 1 when a table was left out, and says why; docs/restore.md says what is lost for good.',
    )
    .action((flags: RestoreFlags) => answer(restoreCommand(context, flags)));
}
