/**
 * Files of one service date become few sorted ones, which lie on stage before the commit begins. The rows are the same, proven
 * by the engine: of what was read, and of what was written, as it is read again.
 */
import path from 'node:path';
import type { ManifestFile, SmallFile } from '@farelake/db';
import { filesSql, writeParquet, type Engine } from '@farelake/lake';
import {
  parseLogicalType,
  quoteIdentifier as q,
  quoteLiteral,
  STREAM_COLUMN_NAMES,
  typeNames,
  type Contract,
} from '@farelake/schema-registry';
import { streamColumns, tellableStatistics, type TableColumn } from '../../columns.ts';
import { reach } from '../../failpoint.ts';
import { withEngine, type TableWorkspace } from '../../workspace.ts';
import { fileCount, sumOf } from './choose-files.ts';

export interface Merge {
  readonly workspace: TableWorkspace;
  readonly contract: Contract;
  readonly attempt: string;
  /** `2026-03-01` */
  readonly date: string;
  /** Of one kind. */
  readonly files: readonly SmallFile[];
}

/** By time, and then by where they stood in the topic: what readers of a day ask for lies side by side. */
const ORDER = ['_timestamp', '_cluster', 'topic', 'partition', 'offset', '_epoch'];

/**
 * @returns the new files
 * @throws UserError `file-damaged`, `object-gone`, `scratch-full`; Error when the rows are not the same
 */
export const mergeFiles = (merge: Merge): Promise<ManifestFile[]> =>
  withEngine(merge.workspace, async (engine, folder) => {
    const { files } = merge;
    const columns = columnsOf(merge);
    // What is written anew gets a checksum by which it is right: a damage must not.
    await engine.files.prove(files);
    const source = await engine.files.sql(files, columns);
    await engine.run(
      `CREATE TEMP TABLE "@rows" AS SELECT * FROM ${source} s ORDER BY ${ORDER.map((name) => `${q(name)} NULLS FIRST`).join(', ')}`,
    );
    const locals = await writePieces(merge, engine, folder, columns);
    await proveEqual(
      merge,
      engine,
      source,
      filesSql(
        locals.map(({ local }) => local),
        columns,
      ),
    );
    const written: ManifestFile[] = [];
    for (const { local, name, ...file } of locals) written.push(await bringToStage(merge, local, name, file));
    reach('taps:compaction-written');
    return written;
  });

/** Names are those of now; ids and types those of the files, which stay what they are. */
function columnsOf({ contract, files }: Merge): TableColumn[] {
  const [{ columnIds, types } = { columnIds: null, types: null }] = files;
  return streamColumns(contract).flatMap((column) => {
    if (isOfStream(column)) return [column];
    if (columnIds?.includes(column.id) !== true) return [];
    const type = types?.[column.id];
    return [type === undefined ? column : { ...column, type: typeNames(parseLogicalType(type)).duckdb }];
  });
}

/** Every file of a topic has these. */
const isOfStream = ({ name }: TableColumn): boolean => (STREAM_COLUMN_NAMES as readonly string[]).includes(name);

type Piece = Pick<ManifestFile, 'rows' | 'size' | 'statistics'> & { readonly local: string; readonly name: string };

/** Sorted once, then cut. */
async function writePieces(
  { workspace, contract, attempt, files }: Merge,
  engine: Engine,
  folder: string,
  columns: readonly TableColumn[],
): Promise<Piece[]> {
  const { rows: total } = sumOf(files);
  const count = fileCount(files);
  const names = columns.map(({ name }) => q(name)).join(', ');
  const pieces: Piece[] = [];
  for (let piece = 0; piece < count; piece += 1) {
    workspace.signal.throwIfAborted();
    const [from, to] = [Math.floor((total * piece) / count), Math.floor((total * (piece + 1)) / count)];
    const name = `compacted-${piece}-${attempt}.parquet`;
    const local = path.join(folder, name);
    // The engine keeps the order of a table's rows. The last piece takes what is left, so that too many rows are found below.
    const query = `SELECT ${names} FROM "@rows" WHERE rowid >= ${from}${piece + 1 < count ? ` AND rowid < ${to}` : ''}`;
    const { rows, size, statistics } = await writeParquet(engine, query, local, columns);
    pieces.push({ local, name, rows, size, statistics: tellableStatistics(contract, statistics) });
  }
  await engine.run('DROP TABLE "@rows"');
  return pieces;
}

/** What tells rows from others: another, a missing and a double one change it, another order does not. */
interface Fingerprint {
  readonly rows: string;
  /** Sum of the rows' hashes. */
  readonly hashes: string;
  /** Rows of another date. */
  readonly strange: string;
}

export async function fingerprint(
  engine: Engine,
  columns: readonly Pick<TableColumn, 'name'>[],
  relation: string,
  date: string,
): Promise<Fingerprint> {
  const [found] = await engine.rows(
    `SELECT count(*) AS rows, coalesce(sum(CAST(hash(${columns.map(({ name }) => q(name)).join(', ')}) AS HUGEINT)), 0) AS hashes,
       count(*) FILTER (WHERE service_date IS DISTINCT FROM ${quoteLiteral(date)}::DATE) AS strange FROM ${relation} r`,
  );
  return { rows: String(found?.['rows']), hashes: String(found?.['hashes']), strange: String(found?.['strange']) };
}

async function proveEqual(merge: Merge, engine: Engine, source: string, target: string): Promise<void> {
  const { contract, date, files } = merge;
  const columns = columnsOf(merge);
  const before = await fingerprint(engine, columns, source, date);
  const after = await fingerprint(engine, columns, target, date);
  const told = String(sumOf(files).rows);
  if (before.rows !== told)
    throw new Error(`${contract.dataset} of ${date}: files have ${before.rows} rows, and the manifest says ${told}`);
  if (before.strange !== '0') throw new Error(`${contract.dataset} of ${date}: files have rows of another date`);
  if (before.rows !== after.rows || before.hashes !== after.hashes)
    throw new Error(
      `${contract.dataset} of ${date}: merged files would not have the rows of those that they are made of`,
    );
}

async function bringToStage(
  { workspace, contract, date, files }: Merge,
  local: string,
  name: string,
  file: Omit<Piece, 'local' | 'name'>,
): Promise<ManifestFile> {
  const target = `${contract.dataset}/service_date=${date}/${name}`;
  const { sha256 } = await workspace.stage.adopt(local, target);
  const [{ treatments, columnIds, types } = { treatments: null, columnIds: null, types: null }] = files;
  return {
    ...file,
    uri: workspace.stage.uriOf(target),
    sha256,
    // Their columns are those of this version at least.
    contractVersion: Math.max(...files.map(({ contractVersion }) => contractVersion)),
    ...{ batchId: null, loadId: null, segment: null, lowestKey: null, treatments, columnIds, types },
  };
}
