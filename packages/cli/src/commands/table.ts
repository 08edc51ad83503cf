import { contractPath, draftContract, readRegistry, status, writeContract, type Draft } from '@farelake/ingest';
import { reviseContract, type BeforeImage, type Contract, type UpdateImage } from '@farelake/schema-registry';
import { sourceName } from '@farelake/qlik';
import { agreed, changeLines, refuseFaulty, shown } from '../contract-file.ts';
import { contractOf } from '../find-contract.ts';
import { openFolder } from '../folder.ts';
import { UsageError } from '../output/problem.ts';
import { count, formatTable } from '../output/table.ts';
import { withWorkspace, type Context } from '../session.ts';

export interface AddFlags {
  readonly from: string;
  readonly yes?: boolean;
  readonly updateImage?: UpdateImage;
  readonly beforeImage?: BeforeImage;
  readonly key?: readonly string[];
}

export async function tableAddCommand(context: Context, table: string, flags: AddFlags): Promise<number> {
  const { environment, terminal } = context;
  const { updateImage, beforeImage, key } = flags;
  const contracts = await readRegistry(environment.registry);
  const cdc = {
    ...(updateImage === undefined ? {} : { updateImage }),
    ...(beforeImage === undefined ? {} : { beforeImage }),
  };
  const options = { ...(key === undefined ? {} : { key }), cdc };
  const former = contractOf(contracts, table);
  if (former?.feed === 'kafka')
    throw new UsageError({
      code: 'contract-by-hand',
      problem: `${former.dataset} is the table of a Kafka topic: no .dfm tells what its records are.`,
      remedy: `Change ${shown(contractPath(environment.registry, former))} by hand; docs/taps.md says what it means.`,
    });
  const draft = await draftContract(await openFolder(flags.from), table, options, former);
  for (const line of warnings(draft)) terminal.note(line);
  const present = contracts.get(draft.contract.dataset);
  if (present !== undefined) refuseCollision(present, draft.contract);
  // Ids in a contract that is there are for ever: the draft becomes its next version.
  const contract = present === undefined ? draft.contract : reviseContract(present, draft.contract);
  const file = contractPath(environment.registry, contract);
  if (contract === present) {
    terminal.print(`${shown(file)} says this already; left alone.`);
    return 0;
  }
  refuseFaulty(contracts, contract);
  if (present !== undefined) for (const line of changeLines(present, contract)) terminal.note(line);
  if (flags.yes !== true) {
    terminal.note(columnsShown(contract));
    if (!(await agreed(context, file, present !== undefined))) return 1;
  }
  await writeContract(environment.registry, contract);
  const what = `${contract.columns.length} columns, key ${contract.key.join(', ')}`;
  if (present === undefined) {
    terminal.print(`Wrote ${shown(file)}: ${what}.`);
    terminal.print(
      'Each column is internal and kept, nobody owns it yet: review classification, description and owner.',
    );
  } else {
    terminal.print(`Replaced ${shown(file)} by its version ${contract.version}: ${what}.`);
    terminal.print('Columns that were there keep their ids and what was written of them; review the new ones.');
  }
  return 0;
}

function warnings({ unreadable, differing, withBeforeImages }: Draft): string[] {
  const lines = unreadable.map((problem) => `Left out: ${problem}`);
  if (differing.length > 0)
    lines.push(
      `Warning: ${differing.length} .dfm of the same tableVersion say other columns (${differing.at(-1) ?? ''}). ` +
        'The contract goes by the snapshot: where the newer ones are right, write their columns into it by hand.',
    );
  if (withBeforeImages.length > 0)
    lines.push(
      `Warning: ${withBeforeImages.length} change files hold B rows (${withBeforeImages[0] ?? ''}), which beforeImage 'none' ignores, and with them moves of rows to other keys. ` +
        'If B rows carry the whole row, say --before-image full; if only some columns, partial.',
    );
  return lines;
}

function columnsShown({ columns, key, cdc }: Contract): string {
  const rows = columns.map(({ name, sourceName, type }) => [
    name,
    sourceName,
    type,
    key.includes(name) ? String(key.indexOf(name) + 1) : '',
  ]);
  const table = formatTable(['column', 'source', 'type', 'key'], rows);
  return `${table}\ncdc: updateImage ${cdc.updateImage}, beforeImage ${cdc.beforeImage}`;
}

/** Two source names that come out as one table name: the second is refused, --yes or not. */
function refuseCollision(present: Contract, { source, dataset }: Contract): void {
  if (sourceName(present.source) === sourceName(source)) return;
  throw new UsageError({
    code: 'name-collision',
    problem: `${sourceName(source)} would be the table ${dataset}, which is that of ${sourceName(present.source)}.`,
    remedy: 'Only one of them can be taken in.',
  });
}

export async function tableListCommand(context: Context, flags: { readonly json?: boolean }): Promise<number> {
  return withWorkspace(context, async (workspace) => {
    const { contracts } = workspace;
    const states = new Map((await status(workspace)).map((one) => [one.table, one]));
    const tables = [...contracts.values()]
      .sort((a, b) => (a.dataset < b.dataset ? -1 : 1))
      .map((contract) => ({
        table: contract.dataset,
        source: sourceName(contract.source),
        columns: contract.columns.length,
        key: contract.key,
        ...contract.cdc,
        owner: contract.owner,
        state: states.get(contract.dataset)?.state ?? 'empty',
        rows: states.get(contract.dataset)?.rows ?? 0,
      }));
    if (flags.json) context.terminal.print(JSON.stringify(tables));
    else if (tables.length === 0)
      context.terminal.print(
        `No contracts in ${shown(context.environment.registry)}. farelake table add EDW.X --from <folder> makes one.`,
      );
    else
      context.terminal.print(
        formatTable(
          ['table', 'source', 'columns', 'key', 'updates', 'before', 'owner', 'state', 'rows'],
          tables.map((t) => [
            t.table,
            t.source,
            String(t.columns),
            t.key.join(', '),
            t.updateImage,
            t.beforeImage,
            t.owner,
            t.state,
            count(t.rows),
          ]),
          [2, 8],
        ),
      );
    return 0;
  });
}
