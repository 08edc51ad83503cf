/** From folded keys to new segment files: only ranges that a changed key falls into are written again. */
import path from 'node:path';
import type { ListedFile, ManifestFile } from '@farelake/db';
import { writeParquet, type Engine } from '@farelake/lake';
import { quoteIdentifier as q, type Contract } from '@farelake/schema-registry';
import { currentColumns, tellableStatistics } from '../columns.ts';
import type { TreatmentNote } from '../treatment/file-treatments.ts';
import type { Workspace } from '../workspace.ts';
import { keyColumns, keyOrder, lowestKey, pieces, sameKeySql, segmentRows } from './segments.ts';
import type { Run } from './slices.ts';

export interface SegmentWriter {
  readonly workspace: Workspace;
  readonly contract: Contract;
  readonly attempt: string;
  readonly engine: Engine;
  readonly folder: string;
  /** Number for the next new segment; numbers are never used again. */
  readonly nextSegment: number;
  /** How the rows' values were treated when they were loaded. */
  readonly note: TreatmentNote;
}

/** What a table's segments become; filled run by run. */
export interface SegmentChange {
  readonly add: ManifestFile[];
  readonly remove: Set<ListedFile>;
}

/** The living rows of `@folded` become the rows of the range. */
export const writeWhole = async (writer: SegmentWriter, change: SegmentChange): Promise<void> =>
  writePieces(writer, `SELECT ${columnList(writer.contract)} FROM "@folded" WHERE "@alive"`, change);

/** The present rows of each run with those of `@keys` taken out and the living ones of `@folded` put in. */
export async function writeTouched(writer: SegmentWriter, runs: readonly Run[], change: SegmentChange): Promise<void> {
  const { engine, contract } = writer;
  const columns = columnList(contract);
  await engine.run(`CREATE OR REPLACE TEMP TABLE "@states" AS SELECT ${columns} FROM "@folded" WHERE "@alive"`);
  for (const { within, present } of runs) {
    // What stays of them is written once more: a damage would get a checksum by which it is right.
    await engine.files.prove(present);
    const rows = await engine.files.sql(present, currentColumns(contract));
    const staying = `SELECT ${columns} FROM ${rows} s
      WHERE ${within} AND NOT EXISTS (SELECT 1 FROM (SELECT * FROM "@keys" WHERE ${within}) k WHERE ${sameKeySql(contract, 'k', 's')})`;
    const incoming = `SELECT ${columns} FROM "@states" WHERE ${within}`;
    await writePieces(writer, `${staying}\nUNION ALL\n${incoming}`, change);
    await engine.files.release(present);
    for (const file of present) change.remove.add(file);
  }
  await engine.run('DROP TABLE "@states"');
}

const columnList = (contract: Contract): string =>
  currentColumns(contract)
    .map(({ name }) => q(name))
    .join(', ');

/** The rows of a query become segments. Sorted once, then cut: how many rows there are is known only afterwards. */
export async function writePieces(writer: SegmentWriter, rows: string, change: SegmentChange): Promise<void> {
  const { engine, contract, workspace } = writer;
  const key = keyColumns(contract);
  await engine.run(`CREATE OR REPLACE TEMP TABLE "@rows" AS SELECT * FROM (${rows}) r ORDER BY ${keyOrder(key)}`);
  const [counted] = await engine.rows('SELECT count(*) AS n FROM "@rows"');
  const total = Number(counted?.['n']);
  const count = pieces(total, segmentRows(contract));
  for (let piece = 0; piece < count; piece += 1) {
    workspace.signal.throwIfAborted();
    const [from, to] = [Math.floor((total * piece) / count), Math.floor((total * (piece + 1)) / count)];
    // The engine keeps the order of a table's rows.
    const relation = `"@rows" WHERE rowid >= ${from} AND rowid < ${to}`;
    change.add.push(await writeOne(writer, writer.nextSegment + change.add.length, relation));
  }
  await engine.run('DROP TABLE "@rows"');
}

async function writeOne(writer: SegmentWriter, segment: number, relation: string): Promise<ManifestFile> {
  const { workspace, contract, attempt, engine, folder } = writer;
  const columns = currentColumns(contract);
  const name = `s${String(segment).padStart(6, '0')}-${attempt}.parquet`;
  const lowest = await lowestKey(engine, keyColumns(contract), relation);
  const local = path.join(folder, name);
  const written = await writeParquet(engine, `SELECT ${columnList(contract)} FROM ${relation}`, local, columns);
  const target = `${contract.dataset}/base/${name}`;
  const { sha256 } = await workspace.stage.adopt(local, target);
  const { size, rows } = written;
  const statistics = tellableStatistics(contract, written.statistics);
  const uri = workspace.stage.uriOf(target);
  const contractVersion = contract.version;
  const own = { uri, size, sha256, rows, statistics, contractVersion };
  return { ...own, batchId: null, segment, lowestKey: lowest, ...writer.note };
}
