/** Commands of catalogs by which other engines find tables: names, flags and help. */
import type { Command } from 'commander';
import { catalogListCommand, type CatalogListFlags } from './commands/catalog-list.ts';
import { catalogPublishCommand, type CatalogPublishFlags } from './commands/catalog-publish.ts';
import { catalogResetCommand, type CatalogResetFlags } from './commands/catalog-reset.ts';
import { once } from './option-values.ts';
import type { Context } from './session.ts';

export function addCatalogCommands(
  program: Command,
  context: Context,
  answer: (result: Promise<number>) => Promise<void>,
): void {
  const catalog = program.command('catalog').description('catalogs by which other engines find the tables');
  catalog
    .command('list')
    .description('what the Iceberg catalog in Postgres shows of each table: version, snapshots, metadata')
    .option('--table <table>', 'only this table and its history, EDW.SAMPLE or edw_sample', once)
    .option(
      '--json',
      'as JSON: [{catalog, namespace, tableName, version, shown, snapshots, state: current|behind|foreign|damaged, because, found, movedAt}]',
    )
    .action((flags: CatalogListFlags) => answer(catalogListCommand(context, flags)));
  catalog
    .command('reset <table>')
    .description("make the Iceberg catalog show the ledger's version of a table and its history again")
    .option('--json', 'as JSON: [{table, done: nothing|taken back|removed|rebuilt}]')
    .addHelpText(
      'after',
      '\nFor a table that another writer has committed to or dropped (foreign-commit), and for metadata that was lost (metadata-damaged).\nNo file is removed. Save what the other writer made first, if it matters: afterwards nothing points at it.',
    )
    .action((table: string, flags: CatalogResetFlags) => answer(catalogResetCommand(context, table, flags)));
  catalog
    .command('publish')
    .description('make the tables of the Glue database point at the newest versions, whoever has set them elsewhere')
    .option('--table <table>', 'only this table and its history, EDW.SAMPLE or edw_sample', once)
    .option('--json', 'as JSON: [{table, outcome: right|moved|healed|newer|trouble, version, was, trouble}]')
    .addHelpText(
      'after',
      '\nFor a scheduler, each minute: each ingest publishes what it committed, and this finds the rest. May run at any time, also twice at once,\nand be cut off. Needs FARELAKE_GLUE_DATABASE; makes no table. Exits 1 when a table does not show the newest version. docs/glue.md has the rules.',
    )
    .action((flags: CatalogPublishFlags) => answer(catalogPublishCommand(context, flags)));
}
