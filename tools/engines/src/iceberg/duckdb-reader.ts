/** DuckDB's extension for Iceberg: `duckdb-reader.ts <place as JSON> <extensions as JSON> <folder>`. Answers as reader.ts asks. */
import { openEngine, type Engine } from '@farelake/lake';
import { quoteIdentifier, quoteLiteral } from '@farelake/schema-registry';
import { answerAll, type Question } from './json-lines.ts';
import type { CatalogPlace, ReadColumn } from './reader.ts';

const [place = '', extensions = '', tempFolder = ''] = process.argv.slice(2);
const { databaseUrl, catalog } = JSON.parse(place) as CatalogPlace;

const engine = await openEngine({ tempFolder, threads: 1 });
for (const file of Object.values(JSON.parse(extensions) as Record<string, string>))
  await engine.run(`LOAD ${quoteLiteral(file)}`);
await engine.run(`ATTACH ${quoteLiteral(databaseUrl)} AS pointers (TYPE postgres, READ_ONLY)`);

/** The scan of the newest metadata, or of one of its snapshots. */
async function scanOf({ namespace, table, snapshotId, asOf }: Question): Promise<string> {
  const [row] = await engine.rows(
    `SELECT metadata_location AS at FROM pointers.public.iceberg_tables WHERE catalog_name = ${quoteLiteral(catalog)}
     AND table_namespace = ${quoteLiteral(namespace)} AND table_name = ${quoteLiteral(table)}`,
  );
  if (row === undefined) throw new Error(`The catalog ${catalog} has no table ${namespace}.${table}.`);
  const settings = [quoteLiteral(String(row['at']))];
  if (snapshotId !== null) settings.push(`snapshot_from_id => ${snapshotId}`);
  if (asOf !== null) settings.push(`snapshot_from_timestamp => make_timestamp(${asOf * 1000})`);
  return `iceberg_scan(${settings.join(', ')})`;
}

async function columnsOf(on: Engine, scan: string): Promise<ReadColumn[]> {
  const rows = await on.rows(`DESCRIBE SELECT * FROM ${scan}`);
  return rows.map((row) => ({ name: String(row['column_name']), type: String(row['column_type']) }));
}

function conditionOf(columns: readonly ReadColumn[], filter: Question['filter']): string {
  const conditions = filter.map(({ column, is, value }) => {
    const type = columns.find(({ name }) => name === column)?.type ?? 'VARCHAR';
    return `${quoteIdentifier(column)} ${is} ${quoteLiteral(String(value))}::${type}`;
  });
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}

/** Values as the text that values.ts reads. */
function textSql({ name, type }: ReadColumn): string {
  const column = quoteIdentifier(name);
  if (type === 'TIMESTAMP') return `strftime(${column}, '%Y-%m-%d %H:%M:%S.%f')`;
  if (type === 'BLOB') return `lower(hex(${column}))`;
  if (type === 'BOOLEAN') return column;
  return `${column}::VARCHAR${type.endsWith('[]') ? '[]' : ''}`;
}

async function rows(question: Question): Promise<unknown> {
  const scan = await scanOf(question);
  const columns = await columnsOf(engine, scan);
  const texts = columns.map((column, at) => `${textSql(column)} AS ${quoteIdentifier(`c${at}`)}`).join(', ');
  const sql = `SELECT ${texts} FROM (SELECT * FROM ${scan}${conditionOf(columns, question.filter)})`;
  const result = await engine.connection.runAndReadAll(sql);
  return { columns, rows: result.getRowsJson() };
}

/** Which Parquet files the engine opens: it notes down each. */
async function files(question: Question): Promise<string[]> {
  const scan = await scanOf(question);
  const condition = conditionOf(await columnsOf(engine, scan), question.filter);
  // What it has of files in memory, it need not open.
  await engine.run('SET enable_external_file_cache = false');
  await engine.run("CALL enable_logging('FileSystem')");
  // Every column, so that no file is answered for by the counts in its metadata.
  await engine.rows(`SELECT count(COLUMNS(*)) FROM (SELECT * FROM ${scan}${condition})`);
  const opened = await engine.rows(
    `SELECT DISTINCT path FROM duckdb_logs_parsed('FileSystem') WHERE path LIKE '%.parquet' AND op = 'OPEN'`,
  );
  await engine.run('CALL disable_logging()');
  await engine.run('CALL truncate_duckdb_logs()');
  return opened.map((row) => String(row['path'])).sort();
}

const schema = async (question: Question): Promise<ReadColumn[]> => columnsOf(engine, await scanOf(question));

await answerAll({ rows, files, schema });
engine.close();
