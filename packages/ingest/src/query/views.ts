/** The views that people query: each table as of its newest version, or of another; each history without redelivered rows. */
import { existsSync } from 'node:fs';
import type { Queryable } from '@farelake/db';
import { localPath, schemeOf, type Engine, type EngineFile } from '@farelake/lake';
import { rankFiles, type Instant } from '@farelake/qlik';
import {
  historyName,
  quoteIdentifier as q,
  quoteLiteral,
  UserError,
  type Contract,
  type Registry,
} from '@farelake/schema-registry';
import { faultyReason } from '../status/contract.ts';
import type { MetadataZone } from './columns-then.ts';
import { newest, past, type Contents, type Source, type ViewedTable } from './contents.ts';
import { failingSql } from './failing.ts';
import { pinTables, type Moment } from './moment.ts';
import { namedBy, readBy } from './named-by.ts';
import { reconciliationViews, type ReconciliationView } from './reconciliation.ts';

/** A view that could not be made, because of its files. */
export interface UnreadableTable {
  /** Name of the view: the table's or its history's. */
  readonly table: string;
  /** What is wrong and what to do. */
  readonly reason: string;
}

export interface ViewOptions {
  /**
   * Statement that will be run. Views that it does not name are there, and fail when read if their files would have to be
   * fetched from a bucket first. Without, all views can be read.
   */
  readonly statement?: string;
  /** Tables as they stood then; without, as they are. */
  readonly at?: Moment | undefined;
  /** Where metadata of tables lies, which knows their columns of then; without, views have those of today. */
  readonly zone?: MetadataZone;
  /** Contracts that cannot be used: what is to be compared with a table of theirs cannot be. */
  readonly faulty?: Registry['faulty'] | undefined;
}

/**
 * Makes a view for each contract's table and its history, which a DMAP set or a topic does not have, and for each comparison of a
 * topic with other tables; empty ones until data comes.
 * @returns the views that are not there because a file of theirs is gone or cannot be read; the others are
 * @throws UserError `unclear-version`, `no-such-version`, `version-gone`: what `at` asks for
 */
export async function createViews(
  engine: Engine,
  db: Queryable,
  contracts: Iterable<Contract>,
  { statement, at, zone, faulty }: ViewOptions = {},
): Promise<{ unreadable: UnreadableTable[] }> {
  const unreadable: UnreadableTable[] = [];
  const all = [...contracts];
  const comparisons = reconciliationViews(all);
  const isNamed = statement === undefined ? () => true : namedWith(comparisons, namedBy(statement));
  const asSeen = statement === undefined || at === undefined ? undefined : readBy(engine, statement);
  // A table that it reads all the same and gets no version fails when it is read.
  const isRead = asSeen === undefined ? isNamed : namedWith(comparisons, asSeen);
  const source = at === undefined ? newest(db) : past(db, await pinTables(db, all, at, isRead), { zone, isRead });
  await engine.run(
    `CREATE SCHEMA farelake; CREATE TABLE farelake.loads (load_id BIGINT, rank INTEGER, generation VARCHAR)`,
  );
  for (const viewed of all.flatMap(viewedTables)) {
    if (viewed.kind === 'history') await registerLoads(engine, source, viewed);
    const reason = await refusal(engine, source, viewed, isNamed(viewed.table));
    if (reason !== undefined) unreadable.push({ table: viewed.table, reason });
  }
  for (const comparison of comparisons) {
    const reason = await refusedComparison(engine, comparison, unreadable, { at, faulty });
    if (reason !== undefined) unreadable.push({ table: comparison.view, reason });
  }
  return { unreadable };
}

function viewedTables(contract: Contract): ViewedTable[] {
  const current: ViewedTable = { contract, table: contract.dataset, kind: 'current' };
  if (contract.feed !== 'qlik') return [current];
  return [current, { contract, table: historyName(contract.dataset), kind: 'history' }];
}

/** Whoever names a comparison names the tables that it is made of. */
function namedWith(
  comparisons: readonly ReconciliationView[],
  isNamed: (name: string) => boolean,
): (name: string) => boolean {
  const read = new Set(comparisons.flatMap(({ view, reads }) => (isNamed(view) ? reads : [])));
  return (name) => isNamed(name) || read.has(name);
}

/** Makes the view. @returns why it is not there: a table that it is made of is not */
async function refusedComparison(
  engine: Engine,
  { view, reads, leftOut, select }: ReconciliationView,
  unreadable: readonly UnreadableTable[],
  { at, faulty }: Pick<ViewOptions, 'at' | 'faulty'>,
): Promise<string | undefined> {
  for (const table of [...reads, ...leftOut]) {
    const faults = faulty?.get(table);
    const reason = unreadable.find((one) => one.table === table)?.reason ?? (faults && faultyReason(faults));
    if (reason !== undefined) return `it is made of ${table}: ${reason}`;
  }
  try {
    await engine.run(`CREATE VIEW ${q(view)} AS ${select}`);
    return undefined;
  } catch (error) {
    if (!Error.isError(error)) throw error;
    // What to compare is what today's contract says; of tables of today it is known to be there.
    if (at !== undefined && error.message.startsWith('Binder Error:'))
      return `the tables that it is made of had other columns then (${error.message.split('\n')[0] ?? ''})`;
    if (!/Unknown TimeZone/.test(error.message)) throw error;
    return 'the engine does not know the time zone of its contract; name one that the IANA database has';
  }
}

/** Makes the view. @returns why it is not there */
async function refusal(
  engine: Engine,
  source: Source,
  viewed: ViewedTable,
  isNamed: boolean,
): Promise<string | undefined> {
  const contents = await source.contents(viewed);
  const { files, columns, unshown = [], refused } = contents;
  if (refused !== undefined) return refused;
  try {
    const unread = contents.unread ?? unfetched(viewed, files, isNamed);
    const rows =
      unread === undefined
        ? await engine.files.sql(files, [...columns, ...unshown])
        : `(${failingSql(unread, columns)})`;
    // The engine looks into the files when it makes the view.
    await engine.run(`CREATE VIEW ${q(viewed.table)} AS ${selectSql(viewed, contents, rows)}`);
    return undefined;
  } catch (error) {
    const reason = reasonOf(error, files);
    if (reason === undefined) throw error;
    return reason;
  }
}

const unfetched = ({ table }: ViewedTable, files: readonly EngineFile[], isNamed: boolean): string | undefined =>
  !isNamed && files.some(({ uri }) => schemeOf(uri) !== 'file')
    ? `${table} lies in a bucket and was not fetched, because the statement does not name it`
    : undefined;

/** @param rows SQL of the relation of the table's files */
const selectSql = ({ kind }: ViewedTable, contents: Contents, rows: string): string =>
  kind === 'current'
    ? `SELECT ${contents.columns.map(({ name }) => q(name)).join(', ')} FROM ${rows} t`
    : onceSql(contents, rows);

/** Undefined where it is not the files: our own SQL, or Ctrl-C. */
function reasonOf(error: unknown, files: readonly EngineFile[]): string | undefined {
  if (error instanceof UserError)
    return error.code === 'object-gone' ? `${error.problem} Restore the file.` : error.message;
  if (!Error.isError(error) || !/^(?:IO|Invalid Input|HTTP) Error:/.test(error.message)) return undefined;
  for (const { uri } of files) {
    if (schemeOf(uri) !== 'file' || existsSync(localPath(uri))) continue;
    return `${localPath(uri)} is not there. If the home was moved, move it back; otherwise restore the file.`;
  }
  return `${error.message.split('\n')[0] ?? ''}. Make its files readable, or restore them.`;
}

/** The view joins the order of files to the rows, because it is the ledger that knows it. */
async function registerLoads(engine: Engine, source: Source, { contract, table }: ViewedTable): Promise<void> {
  const places = await source.places(contract, table);
  const files = places.map((place) => ({ ...place, time: place.fileTime as Instant | null, key: place.objectKey }));
  const rows = rankFiles(files).map(
    ({ file, rank }) =>
      `(${file.loadId}, ${rank}, ${file.generation === null ? 'NULL' : quoteLiteral(file.generation)})`,
  );
  if (rows.length > 0) await engine.run(`INSERT INTO farelake.loads VALUES ${rows.join(', ')}`);
}

/** A row delivered more than once shows once, in its last copy. Without a key nothing tells copies from equal rows. */
function onceSql({ columns: shown, key }: Contents, rows: string): string {
  const columns = shown.map(({ name }) => `h.${q(name)}`);
  if (key.length === 0) return `SELECT ${columns.join(', ')} FROM ${rows} h`;
  const oper = 'h."header__change_oper"';
  // A T has no key; a snapshot row is the same only within its snapshot.
  const keys = key.map((name) => `CASE WHEN ${oper} <> 'T' THEN h.${q(name)} END`);
  const identity = ['h."header__change_seq"', oper, `CASE WHEN ${oper} = 'L' THEN o.generation END`, ...keys];
  return `SELECT ${columns.join(', ')} FROM ${rows} h JOIN farelake.loads o ON o.load_id = h."_load_id"
    QUALIFY row_number() OVER (PARTITION BY ${identity.join(', ')} ORDER BY o.rank DESC, h."_line" DESC) = 1`;
}
