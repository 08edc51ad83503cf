import { contractPath, draftContract, readRegistry, status, writeContract, type Draft } from '@farelake/ingest';
import {
  compatibility,
  formatContract,
  requireRegistry,
  reviseContract,
  type BeforeImage,
  type Contract,
  type UpdateImage,
} from '@farelake/schema-registry';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { sourceName } from '@farelake/qlik';
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
  const draft = await draftContract(await openFolder(flags.from), table, options, contractOf(contracts, table));
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
  if (flags.yes !== true && !(await agreed(context, contract, present, file))) return 1;
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

const shown = (file: string): string => path.relative(process.cwd(), file) || file;

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

/** What readers of the table will see change; what they cannot go along with is said to be so. */
const changeLines = (present: Contract, next: Contract): string[] =>
  compatibility(present, next).map(({ compatible, text }) =>
    compatible ? `Change: ${text}.` : `Incompatible change, of which readers must be told: ${text}.`,
  );

/** Two source names that come out as one table name: the second is refused, --yes or not. */
function refuseCollision(present: Contract, { source, dataset }: Contract): void {
  if (sourceName(present.source) === sourceName(source)) return;
  throw new UsageError({
    code: 'name-collision',
    problem: `${sourceName(source)} would be the table ${dataset}, which is that of ${sourceName(present.source)}.`,
    remedy: 'Only one of them can be taken in.',
  });
}

/** The registry must be whole with the new contract in it: a collision is told before anything is written. */
function refuseFaulty(contracts: ReadonlyMap<string, Contract>, contract: Contract): void {
  const others = [...contracts.values()].filter((other) => other.dataset !== contract.dataset);
  requireRegistry(
    [...others, contract].map((one) => ({ path: `${one.feed}/${one.dataset}.json`, text: formatContract(one) })),
  );
}

/** Asks on a terminal; elsewhere silence is no consent. */
async function agreed(
  { terminal, signal }: Context,
  contract: Contract,
  present: Contract | undefined,
  file: string,
): Promise<boolean> {
  terminal.note(
    formatTable(
      ['column', 'source', 'type', 'key'],
      contract.columns.map(({ name, sourceName, type }) => [
        name,
        sourceName,
        type,
        contract.key.includes(name) ? String(contract.key.indexOf(name) + 1) : '',
      ]),
    ),
  );
  terminal.note(`cdc: updateImage ${contract.cdc.updateImage}, beforeImage ${contract.cdc.beforeImage}`);
  const question = `${present === undefined ? 'Write' : 'Replace the different'} ${shown(file)}?`;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    if (present === undefined)
      throw new UsageError({
        code: 'not-agreed',
        problem: `${question} Nobody is there to answer.`,
        remedy: 'Add --yes to write it as shown.',
      });
    throw new UsageError({
      code: 'not-agreed',
      problem: `${shown(file)} is there and says something else.`,
      remedy: 'Add --yes to replace it.',
    });
  }
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  // The reader takes the keyboard, and Ctrl-C with it: hand it on.
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = await reader.question(`${question} [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    reader.close();
  }
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
