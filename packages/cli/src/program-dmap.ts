/** Commands of the DMAP feed: names, flags and help. */
import { Option, type Command } from 'commander';
import { dmapListCommand, type ListFlags } from './commands/dmap-list.ts';
import { dmapShowCommand, type ShowFlags } from './commands/dmap-show.ts';
import { dmapSyncCommand, type SyncFlags } from './commands/dmap-sync.ts';
import { dmapSchemaCommand, type SchemaFlags } from './commands/dmap-schema.ts';
import type { Context } from './session.ts';

type Answer = (result: Promise<number>) => Promise<void>;

export function addDmapCommands(program: Command, context: Context, answer: Answer): void {
  const dmap = program.command('dmap').description("the vendor's sets of datasets, each a table dmap_<set>");
  addSyncCommand(dmap, context, answer);
  addLookCommands(dmap, context, answer);
  addSchemaCommand(dmap, context, answer);
}

const SETS = 'only this set, or its table; may be given several times (default: all that have a contract)';

const several = (name: string, before: readonly string[] = []): string[] => [...before, name];

function addSyncCommand(dmap: Command, context: Context, answer: Answer): void {
  dmap
    .command('sync')
    .description('list the sets, fetch what is new, and bring it into the tables')
    .option('--set <set>', SETS, several)
    .option('--since <day>', 'list what was issued on this day or later (2022-05-17), whatever is known already')
    .option('--full', 'list everything, also what the vendor dated back; each week a sync does so by itself')
    .option('--slow-limit <n>', 'fetch at most so many datasets of what the vendor issued anew at once (default: all)')
    .option('--dry-run', 'list, and tell what would be fetched; changes nothing')
    .option('--json', 'as JSON: {sets: [{set, listed, fresh, fetched, failed, …}], tables, troubles}')
    .addHelpText(
      'after',
      '\nNew datasets come first; where the vendor issues more than 20 known ones anew at once, these wait in a slow lane.\nMay be run at any time, also twice at once, and be cut off: the same command goes on. Exits 1 when anything was not fetched, failed, is held or waits, 2 when there is no contract or no key of any set;\nwhat waits in a slow lane because of --slow-limit does not count. docs/dmap.md has the rules.',
    )
    .action((flags: SyncFlags) => answer(dmapSyncCommand(context, flags)));
}

function addLookCommands(dmap: Command, context: Context, answer: Answer): void {
  dmap
    .command('list')
    .description('what the vendor lists now, and how each dataset stands here; changes nothing')
    .option('--set <set>', SETS, several)
    .option('--since <day>', 'only what was issued on this day or later (2022-05-17)')
    .option('--json', 'as JSON: [{set, table, results: [{datasetId, startDate, endDate, lastUpdated, known}], …}]')
    .action((flags: ListFlags) => answer(dmapListCommand(context, flags)));
  dmap
    .command('show')
    .description('one set: how far its listing is known, what is to be fetched, its datasets; the vendor is not asked')
    .argument('<set>', 'agg_daily_fareprod or dmap_agg_daily_fareprod')
    .option('--all', 'all datasets, not the newest periods alone')
    .option('--json', 'as JSON, with all datasets')
    .action((set: string, flags: ShowFlags) => answer(dmapShowCommand(context, set, flags)));
}

function addSchemaCommand(dmap: Command, context: Context, answer: Answer): void {
  dmap
    .command('schema')
    .description('draft the contract of a set from one of its files, for a person to review')
    .argument('<set>', "the set's name in the vendor's API: agg_daily_fareprod")
    .requiredOption('--from <file>', 'a .csv.gz or .csv of the set, or s3://bucket/key')
    .addOption(
      new Option('--api <name>', 'which API has it, where the name does not begin with agg_').choices([
        'aggregations',
        'transactional',
      ]),
    )
    .option('--yes', 'write it without asking, replacing a different one')
    .option('--json', 'as JSON: {table, file, version, written, rows, columns: [{name, type, typeWhy, …, why}]}')
    .addHelpText(
      'after',
      '\nTypes are guessed from all rows of the file, and what is personal from names and values, each with the reason.\nNo value is shown. Of a contract that is there ids stay, and what people decided. docs/dmap-contracts.md has the rules.',
    )
    .action((set: string, flags: SchemaFlags) => answer(dmapSchemaCommand(context, set, flags)));
}
