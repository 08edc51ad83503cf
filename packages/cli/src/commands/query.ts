import { once } from 'node:events';
import type { DuckDBValue } from '@duckdb/node-api';
import { stringify } from 'csv-stringify/sync';
import { createViews, withEngine } from '@farelake/ingest';
import { historyName, UserError } from '@farelake/schema-registry';
import { formatTable } from '../output/table.ts';
import { cellText, jsonValue } from '../output/values.ts';
import { withWorkspace, type Context } from '../session.ts';

export type QueryFormat = 'table' | 'csv' | 'json';

/** Rows in their order, a chunk at a time: a large answer need not fit into memory. */
interface Answer {
  readonly columns: readonly string[];
  readonly chunks: AsyncIterable<readonly (readonly DuckDBValue[])[]>;
}

export async function queryCommand(context: Context, sql: string, format: QueryFormat): Promise<number> {
  return withWorkspace(context, async (workspace) =>
    withEngine(workspace, async (engine) => {
      await createViews(engine, workspace.pool, workspace.contracts.values());
      try {
        const result = await engine.connection.stream(sql);
        await WRITERS[format]({ columns: result.deduplicatedColumnNames(), chunks: chunksOf(result) });
      } catch (cause) {
        context.signal.throwIfAborted();
        if (!Error.isError(cause) || cause instanceof UserError) throw cause;
        throw badQuery(cause, workspace.contracts.keys());
      }
      return 0;
    }),
  );
}

/** A name that does not exist is most often a view's: say which there are. */
function badQuery(cause: Error, tables: Iterable<string>): UserError {
  const views = [...tables].sort().flatMap((table) => [table, historyName(table)]);
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
