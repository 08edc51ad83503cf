/** Makes a current table wrong for real: a version whose segment holds other rows, or whose facts are others. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  commitVersion,
  readManifest,
  withTransaction,
  type FoldFacts,
  type ListedFile,
  type Manifest,
  type Queryable,
} from '@farelake/db';
import { writeParquet } from '@farelake/lake';
import type { Contract } from '@farelake/schema-registry';
import { currentColumns, withEngine } from '../../src/index.ts';
import { newAttemptId } from '../../src/workspace.ts';
import { inTable, withTable } from '../../src/table/in-table.ts';
import type { World } from './world.ts';

/**
 * Another bit where no reader looks, the name of the writer: size, rows and statistics stay as they were.
 * @param file local path of a Parquet file
 */
export async function flipUnread(file: string): Promise<void> {
  const bytes = await readFile(file);
  const at = bytes.lastIndexOf('DuckDB version');
  if (at < 0) throw new Error(`${file} does not say who wrote it`);
  bytes[at]! ^= 1;
  await writeFile(file, bytes);
}

/** The table's segments in the order of their numbers. */
export const segmentsOf = async (world: World, dataset: string): Promise<ListedFile[]> =>
  [...(await readManifest(world.pool, dataset)).files].sort((a, b) => (a.segment ?? 0) - (b.segment ?? 0));

/**
 * Puts a doctored file in the place of a segment.
 * @param place of the segment in the order of numbers
 * @param sql query over the relation `rows`, the segment's rows
 */
export async function doctorSegment(world: World, contract: Contract, place: number, sql: string): Promise<void> {
  const file = (await segmentsOf(world, contract.dataset))[place]!;
  const columns = currentColumns(contract);
  const attempt = newAttemptId();
  const doctored = await withEngine(world, async (engine, folder) => {
    await engine.run(`CREATE TEMP VIEW rows AS SELECT * FROM ${await engine.files.sql([file], columns)} f`);
    const name = `${attempt}.parquet`;
    const written = await writeParquet(engine, sql, path.join(folder, name), columns);
    const { sha256 } = await world.stage.adopt(written.file, `${contract.dataset}/base/${name}`);
    const { size, rows, statistics } = written;
    return { ...file, uri: world.stage.uriOf(`${contract.dataset}/base/${name}`), size, sha256, rows, statistics };
  });
  await commit(world, contract, attempt, { add: [doctored], remove: [file.id] });
}

/** A version with other facts over the same files; also while another process works on the table. */
export const doctorFacts = (
  world: World,
  contract: Contract,
  facts: Partial<FoldFacts>,
  how: Lease = 'with the lease',
): Promise<void> => commit(world, contract, newAttemptId(), { facts }, how);

/** A version without a segment. */
export async function dropSegment(world: World, contract: Contract, place: number): Promise<void> {
  const file = (await segmentsOf(world, contract.dataset))[place]!;
  await commit(world, contract, newAttemptId(), { remove: [file.id] });
}

type Lease = 'with the lease' | 'without the lease';

async function commit(
  world: World,
  contract: Contract,
  attemptId: string,
  change: { add?: Manifest['files']; remove?: readonly number[]; facts?: Partial<FoldFacts> },
  how: Lease = 'with the lease',
): Promise<void> {
  const { add = [], remove = [], facts = {} } = change;
  const base = await readManifest(world.pool, contract.dataset);
  const kept = base.files.filter((file) => !remove.includes(file.id));
  const write = async (db: Queryable) => {
    await db.query(`INSERT INTO ledger.attempts (id, dataset, ended_at, outcome) VALUES ($1, $2, now(), 'committed')`, [
      attemptId,
      contract.dataset,
    ]);
    await commitVersion(db, {
      tableName: contract.dataset,
      baseVersion: base.version,
      attemptId,
      contractVersion: contract.version,
      add,
      remove,
      rows: [...kept, ...add].reduce((sum, { rows }) => sum + rows, 0),
      fold: { ...base.fold!, ...facts },
      cameOf: 'fold',
    });
  };
  if (how === 'without the lease') await withTransaction(world.pool, write);
  else expect(await withTable(world, contract.dataset, (own) => inTable(own, write).then(() => 'done'))).toBe('done');
}
