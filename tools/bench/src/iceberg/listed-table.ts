/** A table of the ledger of so many files, with the statistics that an engine tells of 20 columns; the files themselves nobody reads. */
import {
  commitVersion,
  openPool,
  readManifest,
  startAttempt,
  withTransaction,
  type Commit,
  type ManifestFile,
} from '@farelake/db';
import { publishSnapshot } from '@farelake/ingest';
import type { ColumnStatistics, ObjectStore } from '@farelake/lake';
import type { Pool } from 'pg';
import { FOLD_CONTRACT } from '../fold-data.ts';
import type { FoldHome } from '../fold-home.ts';
import { Busy, watchedDatabase, watchedStore } from './busy.ts';

/** One commit; times in milliseconds. */
export interface CommitRun {
  /** The version of the manifest: its statements, begin and end of the transaction. */
  readonly manifest: number;
  /** The rest of the transaction, and what of that is waiting for reads, writes, statements. What is left is computing. */
  readonly snapshot: number;
  readonly reading: number;
  readonly writing: number;
  readonly sql: number;
  readonly files: number;
  readonly bytesWritten: number;
  readonly bytesRead: number;
}

const ROWS = 262_144;
const { dataset } = FOLD_CONTRACT;

export class ListedTable {
  readonly #pool: Pool;
  readonly #stage: ObjectStore;
  #commits = 0;
  #files = 0;

  constructor(home: FoldHome, stage: ObjectStore) {
    this.#pool = openPool(home.databaseUrl);
    this.#stage = stage;
  }

  close = (): Promise<void> => this.#pool.end();

  /** @param pick of the ids of its files in the order of their keys, those to replace */
  async commit(added: number, pick: (ids: readonly number[]) => readonly number[] = () => []): Promise<CommitRun> {
    this.#commits += 1;
    const attemptId = this.#commits.toString(16).padStart(20, '0');
    const base = await readManifest(this.#pool, dataset);
    const ids = base.files.toSorted((a, b) => (a.segment ?? 0) - (b.segment ?? 0)).map(({ id }) => id);
    const remove = pick(ids);
    const gone = new Set(remove);
    const places = base.files.filter(({ id }) => gone.has(id)).map(({ segment }) => segment ?? 0);
    const add = Array.from({ length: added }, (_, n) => this.#file(places[n] ?? ids.length + n, attemptId));
    await startAttempt(this.#pool, { id: attemptId, dataset, batchId: null });
    return this.#timed({
      ...{ tableName: dataset, baseVersion: base.version, attemptId, contractVersion: 1, add, remove },
      rows: (base.files.length - remove.length + added) * ROWS,
      fold: { generation: '', rules: '{}', watermark: '', orphans: 0, conflicts: 0, movesOntoLive: 0 },
      cameOf: 'fold',
    });
  }

  /** As `commitTable` does it, the two parts told apart. */
  async #timed(commit: Commit): Promise<CommitRun> {
    const busy = new Busy();
    const begun = performance.now();
    const snapshot = await withTransaction(this.#pool, async (db) => {
      const version = await commitVersion(db, commit);
      const place = { stage: watchedStore(this.#stage, busy), signal: new AbortController().signal };
      const half = performance.now();
      await publishSnapshot(place, watchedDatabase(db, busy), FOLD_CONTRACT, { ...commit, version });
      return performance.now() - half;
    });
    const { read, write, sql } = busy.took;
    return {
      ...{ manifest: performance.now() - begun - snapshot, snapshot, reading: read, writing: write, sql },
      ...{ files: busy.files, bytesWritten: busy.bytes.write, bytesRead: busy.bytes.read },
    };
  }

  #file(place: number, attemptId: string): ManifestFile {
    this.#files += 1;
    return {
      uri: this.#stage.uriOf(`${dataset}/base/s${String(this.#files).padStart(6, '0')}-${attemptId}.parquet`),
      ...{ size: 12_000_000 + (this.#files % 1000), rows: ROWS, contractVersion: 1, batchId: null, segment: place },
      lowestKey: [String(place * ROWS)],
      statistics: statisticsOf(place),
    };
  }
}

/** Of a segment: bounds of the key move with it, those of the others are much the same in each. */
function statisticsOf(place: number): ColumnStatistics {
  const bounds = (type: string): { min: string; max: string } => {
    if (type === 'bigint') return { min: String(place * 17), max: String(2 ** 40 + place) };
    if (type.startsWith('decimal')) return { min: '-12.5000', max: `${9000 + (place % 7)}.7500` };
    if (type === 'timestamp')
      return { min: '2026-01-01 00:00:00', max: `2026-12-31 23:59:${10 + (place % 50)}.123456` };
    if (type === 'date') return { min: '2026-01-01', max: '2026-12-31' };
    if (type === 'double') return { min: '0.0', max: '39.999' };
    if (type === 'boolean') return { min: 'false', max: 'true' };
    return { min: 'a text of some length', max: 'zone and station of another' };
  };
  const of = (id: number, type: string) => {
    const nulls = (id * 31 + place) % 1000;
    return { id, ...bounds(type), nulls, values: ROWS, bytes: 500_000 + nulls, hasNan: false };
  };
  const own = FOLD_CONTRACT.columns.map(({ id, name, type }) => [name, of(id, type)] as const);
  const key = { ...of(101, 'bigint'), min: String(place * ROWS), max: String((place + 1) * ROWS - 1), nulls: 0 };
  return {
    ...Object.fromEntries(own),
    transaction_id: key,
    header__change_seq: of(1, 'string'),
    header__timestamp: of(3, 'timestamp'),
  };
}
