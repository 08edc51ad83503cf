/** The command line: names, flags and help; each command's work is in `commands/`. */
import { Command, CommanderError, Option } from 'commander';
import { auditCommand, type AuditFlags } from './commands/audit.ts';
import { downCommand, migrateCommand } from './commands/database.ts';
import { ingestCommand, type IngestFlags } from './commands/ingest.ts';
import { maintainCommand, type MaintainFlags } from './commands/maintain.ts';
import { psqlCommand, type PsqlFlags } from './commands/psql.ts';
import { queryCommand, type QueryFlags } from './commands/query.ts';
import { statusCommand } from './commands/status.ts';
import { tableAddCommand, tableListCommand, type AddFlags } from './commands/table.ts';
import { tableHoldCommand, tableReleaseCommand } from './commands/table-hold.ts';
import { tableRejectCommand, type RejectFlags } from './commands/table-reject.ts';
import { tableRollbackCommand, type RollbackFlags } from './commands/table-rollback.ts';
import { tableShowCommand } from './commands/table-show.ts';
import { tableVersionsCommand, type VersionsFlags } from './commands/table-versions.ts';
import { addCatalogCommands } from './program-catalog.ts';
import { addDmapCommands } from './program-dmap.ts';
import { addTapsCommands } from './program-taps.ts';
import { addRepairCommands } from './program-repair.ts';
import { addReplayCommands } from './program-replay.ts';
import { collect, once } from './option-values.ts';
import type { Context } from './session.ts';
import { ENGINES } from '@farelake/ingest';
import manifest from '../package.json' with { type: 'json' };

export interface Program {
  /** Exit code of the command that the arguments name. */
  run(args: readonly string[]): Promise<number>;
  readonly command: Command;
}

const ENVIRONMENT = `
Environment:
  FARELAKE_HOME       state of this machine: database, tables (default .farelake)
  FARELAKE_ENVIRONMENT  part of the name of its namespace in the catalog (default local)
  FARELAKE_REGISTRY   folder of contracts (default the repository's)
  FARELAKE_INCOMING   where ingest looks without an argument (default <home>/incoming)
  FARELAKE_ARCHIVE    where copies of accepted files lie (default <home>/archive)
  FARELAKE_ERROR      where refused files and rows lie (default <home>/error)
  FARELAKE_STAGE      where tables lie (default <home>/stage)
                      each of these a folder, or s3://bucket/prefix
  FARELAKE_GLUE_DATABASE
                      database of AWS Glue whose tables are to point at the newest versions (default: none)
  DATABASE_URL        a Postgres to use instead of the home's own
  DMAP_BASE_URL       where the vendor's API of datasets lies; DMAP_PUBLIC_KEY and DMAP_CONTROLLED_KEY: its keys,
                      or DMAP_PUBLIC_KEY_SECRET, DMAP_CONTROLLED_KEY_SECRET: their secrets in AWS Secrets Manager

Exit codes: 0 all done · 1 something failed, or for ingest is held or waits · 2 usage · 130 stopped by Ctrl-C
            status exits 0 whenever it could show the state, whatever that is`;

export function createProgram(context: Context): Program {
  let code = 0;
  const answer = async (result: Promise<number>) => {
    code = await result;
  };
  const program = new Command('farelake')
    .description("Lands a fare vendor's files and keeps typed tables of them: current state and history.")
    .version(`farelake ${manifest.version}, Node ${process.versions.node}`, '--version', 'which farelake this is')
    .addHelpText('after', ENVIRONMENT)
    .showHelpAfterError('(farelake --help says more)')
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(text) });
  addTableCommands(program, context, answer);
  addDataCommands(program, context, answer);
  addDmapCommands(program, context, answer);
  addTapsCommands(program, context, answer);
  addCareCommands(program, context, answer);
  addReplayCommands(program, context, answer);
  addRepairCommands(program, context, answer);
  addCatalogCommands(program, context, answer);
  addDatabaseCommands(program, context, answer);
  return {
    command: program,
    run: async (args) => {
      await program.parseAsync([...args], { from: 'user' });
      return code;
    },
  };
}

type Answer = (result: Promise<number>) => Promise<void>;

function addDatabaseCommands(program: Command, context: Context, answer: Answer): void {
  program
    .command('migrate')
    .description("bring the ledger's database to the newest version")
    .action(() => answer(migrateCommand(context)));
  program
    .command('psql')
    .description("open the system's psql on the database, where published tables are ods.edw_x")
    .option('--url', 'print the connection string, password included, and nothing else')
    .option(
      '--reader',
      'as a login that may read the Iceberg catalog and published tables, and nothing else; the home makes its own, for another server it prints the SQL',
    )
    .argument('[args...]', 'for psql: farelake psql -- -c "SELECT count(*) FROM ods.edw_x"')
    // psql has options of its own: what is not ours is its.
    .allowUnknownOption()
    .action((args: string[], flags: PsqlFlags) => answer(psqlCommand(context, args, flags)));
  program
    .command('down')
    .description("stop the home's Postgres; it stays up between commands until then")
    .action(() => answer(downCommand(context)));
}

function addTableCommands(program: Command, context: Context, answer: Answer): void {
  const table = program
    .command('table')
    .description('contracts: what the columns of a table are and how changes apply');
  table
    .command('add')
    .description("draft a contract from delivered files' .dfm")
    .argument('<table>', 'source table, EDW.SAMPLE')
    .requiredOption(
      '--from <folder>',
      'folder or s3://bucket/prefix that holds EDW.SAMPLE/ and EDW.SAMPLE__ct/, at any depth',
    )
    .option('--yes', 'write it without asking, replacing a different one')
    .addOption(
      new Option(
        '--update-image <kind>',
        'what NULL means in a change without mask: sparse leaves the column alone, full replaces the row',
      ).choices(['sparse', 'full']),
    )
    .addOption(new Option('--before-image <kind>', 'what B rows carry').choices(['none', 'full', 'partial']))
    .option('--key <columns>', 'key columns in order, where no .dfm names them: a,b', (text: string) =>
      text.split(',').map((name) => name.trim()),
    )
    .action((name: string, flags: AddFlags) => answer(tableAddCommand(context, name, flags)));
  table
    .command('list')
    .description('all contracts with the state of their tables')
    .option('--json', 'as JSON')
    .action((flags: { json?: boolean }) => answer(tableListCommand(context, flags)));
  table
    .command('show')
    .description('one contract with its tables: columns, rules, state, files, publication')
    .argument('<table>', 'EDW.SAMPLE or edw_sample')
    .option('--json', 'as JSON')
    .action((name: string, flags: { json?: boolean }) => answer(tableShowCommand(context, name, flags)));
  table
    .command('versions')
    .description('what was committed to a table: when, what made it, whether query --at can still read it')
    .argument('<table>', 'EDW.SAMPLE or edw_sample')
    .option('--history', 'those of edw_sample_history')
    .option('--limit <n>', 'the newest so many', '20')
    .option(
      '--json',
      'as JSON: [{version, contractVersion, committedAt, rows, files, bytes, filesAdded, filesRemoved, generation, origin, loads, repair, attemptId, readable}]',
    )
    .action((name: string, flags: VersionsFlags) => answer(tableVersionsCommand(context, name, flags)));
  addHoldCommands(table, context, answer);
  addRejectCommand(table, context, answer);
  addRollbackCommand(table, context, answer);
}

function addHoldCommands(table: Command, context: Context, answer: Answer): void {
  table
    .command('hold')
    .description('leave a table as it is until it is released; what is delivered for it is registered and waits')
    .argument('<table>', 'EDW.SAMPLE or edw_sample')
    .option('--why <text>', 'shown by status, and kept in the ledger with your name')
    .option('--json', 'as JSON: {table, placed, hold: {kind, why, by, since}}')
    .action((name: string, flags: { why?: string; json?: boolean }) => answer(tableHoldCommand(context, name, flags)));
  table
    .command('release')
    .description('let go of what is held of a table: by hand, because its runs failed too often, or a new snapshot')
    .argument('<table>', 'EDW.SAMPLE or edw_sample')
    .option('--generation <name>', 'this snapshot alone, held or rejected by a rollback; status --json names them')
    .option('--json', 'as JSON: {table, released, stillHeld: [snapshot]}; released is null when nothing of it was held')
    .addHelpText(
      'after',
      '\nA released snapshot is shown by the next ingest, however much smaller it is. Exits 1 when nothing of it is held.',
    )
    .action((name: string, flags: { generation?: string; json?: boolean }) =>
      answer(tableReleaseCommand(context, name, flags)),
    );
}

function addRejectCommand(table: Command, context: Context, answer: Answer): void {
  table
    .command('reject')
    .description('say no to a new snapshot that is held; the one in use goes on')
    .argument('<table>', 'EDW.SAMPLE or edw_sample')
    .option('--generation <name>', 'this snapshot; status --json names them')
    .option('--why <text>', 'the reason, kept with the snapshot')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nNo ingest takes it again until farelake table release. What was shown is taken back by table rollback. Exits 1 when none is held.',
    )
    .action((name: string, flags: RejectFlags) => answer(tableRejectCommand(context, name, flags)));
}

function addRollbackCommand(table: Command, context: Context, answer: Answer): void {
  table
    .command('rollback')
    .description('go back to the snapshot that the table showed before, with all changes since')
    .argument('<table>', 'EDW.SAMPLE or edw_sample')
    .option('--why <text>', 'the reason, kept with the snapshot that is rejected')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nThe snapshot shown until now is rejected: no ingest takes it again until farelake table release.\nExits 0 when the table shows the former one, 1 when there is none or it cannot be brought up to date; nothing is changed then.',
    )
    .action((name: string, flags: RollbackFlags) => answer(tableRollbackCommand(context, name, flags)));
}

function addDataCommands(program: Command, context: Context, answer: Answer): void {
  program
    .command('ingest')
    .description('register everything delivered below a folder and work until nothing is left to do')
    .argument('[folder]', 'folder or s3://bucket/prefix, read in place and never changed (default: the Incoming zone)')
    .addOption(
      new Option(
        '--engine <name>',
        'who does the work: duckdb here, spark as AWS Glue has it, auto by the size of the work',
      )
        .choices(ENGINES)
        .default('auto'),
    )
    .option('--table <table>', 'only this table, EDW.SAMPLE or edw_sample', once)
    .option(
      '--quiet-time <duration>',
      'while the vendor still writes: take a snapshot for whole only when a later change file has come, or nothing of it for so long (PT15M)',
    )
    .option('--json', 'report as JSON')
    .action((folder: string | undefined, flags: IngestFlags) => answer(ingestCommand(context, folder, flags)));
  program
    .command('query')
    .description(
      'DuckDB SQL over the views edw_x (current) and edw_x_history, and the ledger as ledger.loads, ledger.objects, …',
    )
    .argument('<sql>', 'one statement')
    .addOption(new Option('--format <name>', 'form of the answer').choices(['table', 'csv', 'json']).default('table'))
    .option(
      '--at <moment>',
      'as the tables stood: 2026-03-01T04:00:00Z (UTC unless it says), PT2H (so long ago), 12 (version of the one table named), or edw_x=12,edw_x_history=15; may be given several times',
      collect,
    )
    .addHelpText('after', '\nfarelake table versions EDW.X lists versions; ledger.… is always as of now.')
    .action((sql: string, flags: QueryFlags) => answer(queryCommand(context, sql, flags)));
  program
    .command('status')
    .description('how each table stands, and what is in its way')
    .option('--table <table>', 'only this table, EDW.SAMPLE or edw_sample', once)
    .option('--json', 'as JSON, for scripts')
    .addHelpText('after', '\nExits 0 whenever it could show the state, whatever that is: scripts read it from --json.')
    .action((flags: { table?: string; json?: boolean }) => answer(statusCommand(context, flags)));
}

function addCareCommands(program: Command, context: Context, answer: Answer): void {
  program
    .command('audit')
    .description('is everything there and accounted for: Incoming, archive, error zone and stage beside the ledger')
    .option('--table <table>', 'only this table, EDW.SAMPLE or edw_sample', once)
    .option('--content', 'also read every file and copy, and compare its checksum')
    .option('--json', 'as JSON: {found, findings: [{kind, table, object, problem, remedy}], notes}')
    .addHelpText(
      'after',
      '\nChanges nothing. Exits 1 when it found anything. docs/audit.md says what each finding means.\nWithout --content it goes by sizes, and by the content of what was delivered into folders.',
    )
    .action((flags: AuditFlags) => answer(auditCommand(context, flags)));
  program
    .command('maintain')
    .description(
      'merge small files of closed days of topics, let go of old Iceberg snapshots, and remove what nothing needs any more: files of dead attempts, of versions long gone, metadata, scratch',
    )
    .option('--dry-run', 'only tell what would be done')
    .option('--grace <duration>', "how long after an attempt's begin its files are left alone", 'P1D')
    .option(
      '--retention <duration>',
      'how long files stay after the version that removed them, and Iceberg snapshots after their commit',
      'P7D',
    )
    .option('--tap-grace <duration>', "how long after its end a topic's service date counts as closed", 'PT6H')
    .option('--clear-incoming', 'also remove archived objects from the Incoming zone, a bucket with versioning')
    .option(
      '--json',
      'as JSON: {dryRun, merged, unmerged, runs, generations, snapshots, untrimmed, notInGlue, dead, expired, metadata, scratch, young, kept, unknown, busy, incoming}',
    )
    .addHelpText(
      'after',
      '\nMay run at any time, beside other commands, and be cut off. docs/audit.md says what goes and what stays.\nExits 1 when files of a date could not be merged, when the snapshots of a table stay because its catalog is not as it was left, when Glue is to show a table and does not, or when something stays in Incoming because its copy is not as it should be.',
    )
    .action((flags: MaintainFlags) => answer(maintainCommand(context, flags)));
}

/** The exit code of an error from parsing the arguments; help and version are none. */
export const usageCode = (error: unknown): number | undefined => {
  if (!(error instanceof CommanderError)) return undefined;
  return error.exitCode === 0 ? 0 : 2;
};
