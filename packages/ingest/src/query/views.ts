/** The views that people query: each table as of its newest version, each history without redelivered rows. */
import { loadPlaces, readManifest, type Queryable } from '@farelake/db';
import { filesSql, type Engine } from '@farelake/lake';
import { rankFiles, type Instant } from '@farelake/qlik';
import { historyName, quoteIdentifier as q, quoteLiteral, type Contract } from '@farelake/schema-registry';
import { currentColumns, historyColumns } from '../columns.ts';

/** Makes a view for each contract's table and its history; empty ones until data comes. */
export async function createViews(engine: Engine, db: Queryable, contracts: Iterable<Contract>): Promise<void> {
  await engine.run(
    `CREATE SCHEMA farelake; CREATE TABLE farelake.loads (load_id BIGINT, rank INTEGER, generation VARCHAR)`,
  );
  for (const contract of contracts) {
    const current = await readManifest(db, contract.dataset);
    const uris = current.files.map((file) => file.uri);
    await engine.run(
      `CREATE VIEW ${q(contract.dataset)} AS SELECT * FROM ${filesSql(uris, currentColumns(contract))} t`,
    );
    await registerLoads(engine, db, contract);
    const history = await readManifest(db, historyName(contract.dataset));
    const rows = filesSql(
      history.files.map((file) => file.uri),
      historyColumns(contract),
    );
    await engine.run(`CREATE VIEW ${q(historyName(contract.dataset))} AS ${onceSql(contract, rows)}`);
  }
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
