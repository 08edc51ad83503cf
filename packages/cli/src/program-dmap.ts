/** Commands of the DMAP feed: names, flags and help. */
import { Option, type Command } from 'commander';
import { dmapSchemaCommand, type SchemaFlags } from './commands/dmap-schema.ts';
import type { Context } from './session.ts';

type Answer = (result: Promise<number>) => Promise<void>;

export function addDmapCommands(program: Command, context: Context, answer: Answer): void {
  const dmap = program.command('dmap').description("the vendor's sets of datasets, each a table dmap_<set>");
  addSchemaCommand(dmap, context, answer);
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
