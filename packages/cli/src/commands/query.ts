import { once } from 'node:events';
import {
  StatementType,
  type DuckDBConnection,
  type DuckDBExtractedStatements,
  type DuckDBValue,
} from '@duckdb/node-api';
import { stringify } from 'csv-stringify/sync';
import {
  contractTrouble,
  createLedgerSchema,
  createViews,
  withEngine,
  type UnreadableTable,
  type Workspace,
} from '@farelake/ingest';
import { historyName, UserError, type Contract } from '@farelake/schema-registry';
import { contractOf } from '../find-contract.ts';
import { UsageError } from '../output/problem.ts';
import { formatTable } from '../output/table.ts';
import { cellText, jsonValue } from '../output/values.ts';
import { parseAt } from '../parse-at.ts';
import { withWorkspace, type Context } from '../session.ts';

export type QueryFormat = 'table' | 'csv' | 'json';

export interface QueryFlags {
  readonly format: QueryFormat;
  readonly at?: readonly string[];
}

/** Rows in their order, a chunk at a time: a large answer need not fit into memory. */
interface Answer {
  readonly columns: readonly string[];
  readonly chunks: AsyncIterable<readonly (readonly DuckDBValue[])[]>;
}

export async function queryCommand(context: Context, sql: string, { format, at }: QueryFlags): Promise<number> {
  return withWorkspace(context, async (workspace) => {
    const moment = at === undefined ? undefined : parseAt(at, tableIn(workspace));
    return withEngine(workspace, async (engine, folder) => {
      const { unreadable } = await createViews(engine, workspace.pool, workspace.contracts.values(), {
        statement: sql,
        at: moment,
        zone: workspace,
        faulty: workspace.faulty,
      });
      await createLedgerSchema(engine, workspace.pool, folder, sql);
      // After the views: what a PIVOT consists of can be told only of tables that are there.
      await requireOne(engine.connection, sql);
      try {
        const result = await engine.connection.stream(sql);
        await WRITERS[format]({ columns: result.deduplicatedColumnNames(), chunks: chunksOf(result) });
      } catch (cause) {
        context.signal.throwIfAborted();
        if (!Error.isError(cause) || cause instanceof UserError) throw cause;
        await refuseUnreadable(workspace, cause, unreadable);
        // They may be why the query fails; one that does well without them is not bothered.
        for (const { table, reason } of unreadable) context.terminal.note(`${table} cannot be queried: ${reason}`);
        const gone = unreadable.map(({ table }) => table);
        throw badQuery(
          cause,
          viewsOf(workspace.contracts.values()).filter((view) => !gone.includes(view)),
        );
      }
      return 0;
    });
  });
}

/** `EDW.X` is its current table; other names are looked for as they are. */
const tableIn =
  ({ contracts }: Pick<Workspace, 'contracts'>) =>
  (name: string): string =>
    contractOf(contracts, name)?.dataset ?? name.toLowerCase();

const viewsOf = (contracts: Iterable<Contract>): string[] =>
  [...contracts]
    .sort((a, b) => (a.dataset < b.dataset ? -1 : 1))
    .flatMap(({ dataset, feed, stream }) => {
      const view = stream?.reconciliation?.view;
      return [dataset, ...(feed === 'qlik' ? [historyName(dataset)] : []), ...(view === undefined ? [] : [view])];
    });

const UNPARSED = 'Failed to extract statements: ';

/** @throws UsageError unless the text is one statement; the engine would run several and show the last one's answer */
async function requireOne(connection: DuckDBConnection, sql: string): Promise<void> {
  const statements = await connection.extractStatements(sql).catch((cause: unknown) => {
    if (Error.isError(cause) && cause.message.startsWith(UNPARSED))
      throw badQuery(new Error(cause.message.slice(UNPARSED.length), { cause }));
    // Without any statement the engine has no message, and the driver fails over that.
    throw new UsageError({
      code: 'no-statement',
      problem: 'The query holds no statement.',
      remedy: 'Give one: farelake query "SELECT 1".',
      cause,
    });
  });
  if (statements.count > 1 && !(await isPivot(statements, sql)))
    throw new UsageError({
      code: 'many-statements',
      problem: `The query holds ${statements.count} statements; none was run.`,
      remedy: 'Give one statement for each query command.',
    });
}

/** Of a PIVOT without a list of values the engine makes two: before the statement itself a CREATE TYPE of the values. */
async function isPivot(statements: DuckDBExtractedStatements, sql: string): Promise<boolean> {
  if (!/\bpivot/i.test(sql)) return false;
  for (let index = 0; index < statements.count - 1; index += 1) {
    const prepared = await statements.prepare(index).catch(() => undefined);
    if (prepared?.statementType !== StatementType.CREATE) return false;
  }
  return true;
}

/** @throws UserError where the engine misses a table that is there and cannot be read: that is the reason to tell */
async function refuseUnreadable(
  workspace: Workspace,
  cause: Error,
  unreadable: readonly UnreadableTable[],
): Promise<void> {
  const missed = /^Catalog Error: Table with name (\w+) does not exist/.exec(cause.message)?.[1]?.toLowerCase();
  if (missed === undefined) return;
  const reason =
    unreadable.find(({ table }) => table === missed)?.reason ??
    (await contractTrouble(workspace, workspace.pool, missed)) ??
    (await contractTrouble(workspace, workspace.pool, missed.replace(/_history$/, '')));
  if (reason === undefined) return;
  throw new UserError({ code: 'unreadable-table', problem: `${missed} cannot be queried: ${reason}`, cause });
}

/** A name that does not exist is most often a view's: say which there are. */
function badQuery(cause: Error, views: readonly string[] = []): UserError {
  const remedy = /^Catalog Error/.test(cause.message) && views.length > 0 ? `\nViews: ${views.join(', ')}.` : undefined;
  return new UserError({
    code: 'bad-query',
    problem: cause.message.trimEnd(),
    cause,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

async function* chunksOf(result: { fetchChunk(): Promise<{ rowCount: number; getRows(): DuckDBValue[][] } | null> }) {
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk())
    yield chunk.getRows();
}

/** Waits while the reader of our output is slower than we are. */
async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

const WRITERS: Readonly<Record<QueryFormat, (answer: Answer) => Promise<void>>> = {
  table: asTable,
  csv: asCsv,
  json: asJson,
};

async function asJson({ columns, chunks }: Answer): Promise<void> {
  let before = '[';
  for await (const rows of chunks)
    for (const row of rows) {
      await write(
        `${before}${JSON.stringify(Object.fromEntries(columns.map((name, index) => [name, jsonValue(row[index] ?? null)])))}`,
      );
      before = ',\n';
    }
  await write(before === '[' ? '[]\n' : ']\n');
}

async function asCsv({ columns, chunks }: Answer): Promise<void> {
  // NULL is nothing, empty text is "": the difference survives, as it does in the vendor's files.
  const options = { quoted_match: /^$/ };
  await write(stringify([[...columns]]));
  for await (const rows of chunks)
    await write(
      stringify(
        rows.map((row) => row.map(cellText)),
        options,
      ),
    );
}

async function asTable({ columns, chunks }: Answer): Promise<void> {
  const rows: string[][] = [];
  for await (const chunk of chunks) rows.push(...chunk.map((row) => row.map((cell) => cellText(cell) ?? 'NULL')));
  await write(`${formatTable(columns, rows)}\n${rows.length} ${rows.length === 1 ? 'row' : 'rows'}\n`);
}
