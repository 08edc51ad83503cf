/** From folded keys to new segment files: only segments that a changed key falls into are written again. */
import path from 'node:path';
import type { ListedFile, ManifestFile } from '@farelake/db';
import { filesSql, writeParquet, type Engine } from '@farelake/lake';
import { quoteIdentifier as q, type Contract } from '@farelake/schema-registry';
import { currentColumns } from '../columns.ts';
import type { TreatmentNote } from '../treatment/file-treatments.ts';
import type { Workspace } from '../workspace.ts';
import { keyColumns, keyOrder, lowestKey, pieces, sameKeySql, segmentRows } from './segments.ts';

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

export interface SegmentChange {
  readonly add: readonly ManifestFile[];
  readonly remove: readonly ListedFile[];
}

/** All rows of `@folded` become the table; every present segment goes. */
export async function writeWhole(writer: SegmentWriter, present: readonly ListedFile[]): Promise<SegmentChange> {
  const columns = columnList(writer.contract);
  const add = await writePieces(writer, `SELECT ${columns} FROM "@folded" WHERE "@alive"`, writer.nextSegment);
  return { add, remove: present };
}

/**
 * The touched segments with the rows of `@keys` taken out and the living ones of `@folded` put in.
 * @param ordered the present segments in key order; `@placed` has the changed keys with `@segment`, a place in it
 */
export async function writeTouched(
  writer: SegmentWriter,
  ordered: readonly ListedFile[],
  touched: readonly number[],
): Promise<SegmentChange> {
  const columns = columnList(writer.contract);
  const { engine } = writer;
  await engine.run(`CREATE OR REPLACE TEMP TABLE "@incoming" AS SELECT ${columnList(writer.contract, 'f')}, p."@segment"
    FROM "@folded" f JOIN "@placed" p ON ${sameKeySql(writer.contract, 'p', 'f')} WHERE f."@alive"`);
  const add: ManifestFile[] = [];
  const remove: ListedFile[] = [];
  for (const place of touched) {
    const present = ordered[place];
    const incoming = `SELECT ${columns} FROM "@incoming" WHERE "@segment" = ${place}`;
    const staying = `SELECT ${columns} FROM ${filesSql(present ? [present.uri] : [], currentColumns(writer.contract))} s
      WHERE NOT EXISTS (SELECT 1 FROM "@keys" k WHERE ${sameKeySql(writer.contract, 'k', 's')})`;
    add.push(...(await writePieces(writer, `${staying}\nUNION ALL\n${incoming}`, writer.nextSegment + add.length)));
    if (present !== undefined) remove.push(present);
  }
  return { add, remove };
}

const columnList = (contract: Contract, alias?: string): string =>
  currentColumns(contract)
    .map(({ name }) => (alias === undefined ? q(name) : `${alias}.${q(name)}`))
    .join(', ');

async function writePieces(writer: SegmentWriter, rows: string, firstSegment: number): Promise<ManifestFile[]> {
  const { engine, contract, workspace } = writer;
  const key = keyColumns(contract);
  await engine.run(`CREATE OR REPLACE TEMP TABLE "@rows" AS SELECT * FROM (${rows}) r ORDER BY ${keyOrder(key)}`);
  const [counted] = await engine.rows('SELECT count(*) AS n FROM "@rows"');
  const total = Number(counted?.['n']);
  const count = pieces(total, segmentRows(contract));
  const files: ManifestFile[] = [];
  for (let piece = 0; piece < count; piece += 1) {
    workspace.signal.throwIfAborted();
    const [from, to] = [Math.floor((total * piece) / count), Math.floor((total * (piece + 1)) / count)];
    files.push(
      await writeOne(writer, firstSegment + piece, `"@rows" WHERE rowid >= ${from} AND rowid < ${to} ORDER BY rowid`),
    );
  }
  await engine.run('DROP TABLE "@rows"');
  return files;
}

async function writeOne(writer: SegmentWriter, segment: number, relation: string): Promise<ManifestFile> {
  const { workspace, contract, attempt, engine, folder } = writer;
  const columns = currentColumns(contract);
  const name = `s${String(segment).padStart(6, '0')}-${attempt}.parquet`;
  const lowest = await lowestKey(engine, keyColumns(contract), relation);
  const local = path.join(folder, name);
  const written = await writeParquet(engine, `SELECT ${columnList(contract)} FROM ${relation}`, local, columns);
  const target = `${contract.dataset}/base/${name}`;
  await workspace.stage.adopt(local, target);
  const { size, rows, statistics } = written;
  const uri = workspace.stage.uriOf(target);
  const contractVersion = contract.version;
  return { uri, size, rows, statistics, contractVersion, batchId: null, segment, lowestKey: lowest, ...writer.note };
}
