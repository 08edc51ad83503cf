/** The views that people query: each table as of its newest version, each history without redelivered rows. */
import { existsSync } from 'node:fs';
import { loadPlaces, readManifest, treatedFiles, type Queryable } from '@farelake/db';
import { filesSql, localPath, type Engine } from '@farelake/lake';
import { rankFiles, type Instant } from '@farelake/qlik';
import { historyName, quoteIdentifier as q, quoteLiteral, type Contract } from '@farelake/schema-registry';
import { currentColumns, historyColumns } from '../columns.ts';
import { disagreement } from '../treatment/disagreement.ts';

/** A view that could not be made, because of its files. */
export interface UnreadableTable {
  /** Name of the view: the table's or its history's. */
  readonly table: string;
  /** What is wrong and what to do. */
  readonly reason: string;
}

/**
 * Makes a view for each contract's table and its history; empty ones until data comes.
 * @returns the views that are not there because a file of theirs is gone or cannot be read; the others are
 */
export async function createViews(
  engine: Engine,
  db: Queryable,
  contracts: Iterable<Contract>,
): Promise<{ unreadable: UnreadableTable[] }> {
  const unreadable: UnreadableTable[] = [];
  // The engine looks into the files when it makes the view.
  const createView = async (contract: Contract, table: string, uris: readonly string[], select: string) => {
    // Read as the contract says, such files would show what they do not hold.
    const held = disagreement(contract, await treatedFiles(db, [table]));
    if (held !== undefined) {
      unreadable.push({ table, reason: held });
      return;
    }
    try {
      await engine.run(`CREATE VIEW ${q(table)} AS ${select}`);
    } catch (error) {
      const reason = reasonOf(error, uris);
      if (reason === undefined) throw error;
      unreadable.push({ table, reason });
    }
  };
  await engine.run(
    `CREATE SCHEMA farelake; CREATE TABLE farelake.loads (load_id BIGINT, rank INTEGER, generation VARCHAR)`,
  );
  for (const contract of contracts) {
    const current = await filesOf(db, contract.dataset);
    await createView(
      contract,
      contract.dataset,
      current,
      `SELECT * FROM ${filesSql(current, currentColumns(contract))} t`,
    );
    await registerLoads(engine, db, contract);
    const history = await filesOf(db, historyName(contract.dataset));
    const rows = filesSql(history, historyColumns(contract));
    await createView(contract, historyName(contract.dataset), history, onceSql(contract, rows));
  }
  return { unreadable };
}

const filesOf = async (db: Queryable, table: string): Promise<string[]> =>
  (await readManifest(db, table)).files.map((file) => file.uri);

/** Undefined where it is not the files: our own SQL, or Ctrl-C. */
function reasonOf(error: unknown, uris: readonly string[]): string | undefined {
  if (!Error.isError(error) || !/^(?:IO|Invalid Input) Error:/.test(error.message)) return undefined;
  for (const file of uris.map(localPath))
    if (!existsSync(file))
      return `${file} is not there. If the home was moved, move it back; otherwise restore the file.`;
  return `${error.message.split('\n')[0] ?? ''}. Make its files readable, or restore them.`;
}

/** The view joins the order of files to the rows, because it is the ledger that knows it. */
async function registerLoads(engine: Engine, db: Queryable, contract: Contract): Promise<void> {
  const places = await loadPlaces(db, contract.dataset);
  const files = places.map((place) => ({ ...place, time: place.fileTime as Instant | null, key: place.objectKey }));
  const rows = rankFiles(files).map(
    ({ file, rank }) =>
      `(${file.loadId}, ${rank}, ${file.generation === null ? 'NULL' : quoteLiteral(file.generation)})`,
  );
  if (rows.length > 0) await engine.run(`INSERT INTO farelake.loads VALUES ${rows.join(', ')}`);
}

/** A row delivered more than once shows once, in its last copy. Without a key nothing tells copies from equal rows. */
function onceSql(contract: Contract, rows: string): string {
  const columns = historyColumns(contract).map(({ name }) => `h.${q(name)}`);
  if (contract.key.length === 0) return `SELECT ${columns.join(', ')} FROM ${rows} h`;
  const oper = 'h."header__change_oper"';
  // A T has no key; a snapshot row is the same only within its snapshot.
  const keys = contract.key.map((name) => `CASE WHEN ${oper} <> 'T' THEN h.${q(name)} END`);
  const identity = ['h."header__change_seq"', oper, `CASE WHEN ${oper} = 'L' THEN o.generation END`, ...keys];
  return `SELECT ${columns.join(', ')} FROM ${rows} h JOIN farelake.loads o ON o.load_id = h."_load_id"
    QUALIFY row_number() OVER (PARTITION BY ${identity.join(', ')} ORDER BY o.rank DESC, h."_line" DESC) = 1`;
}
