/**
 * The texts of a batch become typed Parquet while further ones are still being unpacked. Texts are gathered to portions
 * of some size, one Parquet file each: a large file's pieces are portions of their own, many small files are one. Several
 * portions are loaded at a time, each by one thread: numbering lines keeps a query to one. The engine stays with one
 * thread for a statement from then on; it is one opened for the batch.
 *
 * - A text is loaded before all of its file is proven; so nothing of the result may be used before `finish` has answered
 *   **and** every file is proven.
 * - Lines are numbered from the rows counted when unpacking. Where the engine finds other numbers of rows, they are set
 *   right before `finish` answers.
 * - A spoiled portion stops further loading, and nothing else: files still to come are proven all the same.
 */
import { rm } from 'node:fs/promises';
import { quoteLiteral } from '@farelake/schema-registry';
import type { Engine } from '../engine/duckdb.ts';
import { writeParquet, type WrittenParquet } from '../parquet/write-parquet.ts';
import { loadCsv, SpoiledLoad, type CsvInput, type CsvLoad, type LoadedCsv, type RowCounts } from './load-csv.ts';
import { LANES, loadLanes, type LoadLanes } from './load-lanes.ts';
import { budgetFaults, gatherRefused, loadsBeyond, type RefusedPortion } from './refused.ts';
import type { RefusedRows } from './set-apart.ts';

/**
 * Bytes of text of a portion. A piece of this size is a Parquet file of some 10 MB, and half a second of one thread: with
 * twice that, loading begins later and a core waits longer for the last portion; with half, there are many small files.
 */
export const PORTION_BYTES = 32 * 1024 * 1024;

export interface PiecesSpec extends Omit<CsvLoad, 'inputs' | 'target'> {
  /** Local path that a portion's Parquet file is written to. */
  readonly targetOf: (portion: number) => string;
  /** What every connection needs before it works. */
  readonly prepare?: (engine: Engine) => Promise<void>;
  /** Shared with other loaders of the engine, and prepared; without them it has its own. */
  readonly lanes?: LoadLanes;
  /** Bytes of text; `PORTION_BYTES` unless given. */
  readonly portionBytes?: number;
}

export interface LoadedPieces {
  /** Files that have rows, in the order of the rows. */
  readonly files: readonly WrittenParquet[];
  /** In these files. */
  readonly rows: number;
  /** Rows read, refused ones included. */
  readonly counts: RowCounts;
  /** Of each load that has any; its file lies beside the others. */
  readonly refused: readonly RefusedRows[];
}

export interface PieceLoader {
  /**
   * Takes the next text, and its file, which is removed when it is loaded. Waits while enough is under way.
   * @throws what an engine throws that is no fault of the text
   */
  add(input: CsvInput): Promise<void>;
  /**
   * Loads what is left.
   * @throws SpoiledLoad of the first text that is at fault; its `all` names one for each load known to be
   */
  finish(): Promise<LoadedPieces>;
  /** To be called whatever happened: waits for what is under way. */
  close(): Promise<void>;
}

interface Portion {
  readonly number: number;
  readonly inputs: readonly CsvInput[];
  loaded?: LoadedCsv;
  fault?: unknown;
}

export function loadPieces(engine: Engine, spec: PiecesSpec): PieceLoader {
  const portions: Portion[] = [];
  const running = new Set<Promise<void>>();
  const lanes = spec.lanes ?? loadLanes(engine, spec.prepare);
  let gathered: CsvInput[] = [];
  /** Loads of which something was not looked at, because the batch had failed by then. */
  const passed = new Set<number>();
  const failed = () => hasFailed(portions, spec);

  const work = async (portion: Portion): Promise<void> => {
    try {
      const target = spec.targetOf(portion.number);
      portion.loaded = await lanes.run((lane) => loadCsv(lane, { ...spec, inputs: portion.inputs, target }));
      await remove(portion.inputs);
    } catch (error) {
      portion.fault = error;
    }
  };
  const start = async (): Promise<void> => {
    const inputs = gathered;
    gathered = [];
    if (inputs.length === 0) return;
    while (running.size >= LANES) await Promise.race(running);
    if (failed()) {
      for (const { loadId } of inputs) passed.add(loadId);
      return remove(inputs);
    }
    const portion: Portion = { number: portions.length + 1, inputs };
    portions.push(portion);
    const task = work(portion).finally(() => running.delete(task));
    running.add(task);
  };
  return {
    add: async (input) => {
      const stop = portions.find(({ fault }) => fault !== undefined && !(fault instanceof SpoiledLoad));
      if (stop !== undefined) throw stop.fault;
      gathered.push(input);
      const size = gathered.reduce((sum, one) => sum + one.size, 0);
      if (size >= (spec.portionBytes ?? PORTION_BYTES)) await start();
    },
    finish: async () => {
      await start();
      await Promise.all(running);
      const faults = faultsOf(portions, spec, passed);
      if (faults.length > 0) throw firstFault(faults);
      return collect(engine, spec, portions);
    },
    close: async () => {
      await Promise.all(running);
      if (spec.lanes === undefined) await lanes.close();
    },
  };
}

const remove = async (inputs: readonly CsvInput[]): Promise<void> => {
  await Promise.all(inputs.map(({ file }) => rm(file, { force: true })));
};

const hasFailed = (portions: readonly Portion[], { refusal }: PiecesSpec): boolean =>
  portions.some(({ fault }) => fault !== undefined) ||
  (refusal !== undefined && loadsBeyond(loadedOf(portions), refusal).size > 0);

const loadedOf = (portions: readonly Portion[]): LoadedCsv[] => portions.flatMap(({ loaded }) => loaded ?? []);

/** Faults of portions, in their order, then those of loads with too many refused rows. */
function faultsOf(portions: readonly Portion[], { refusal }: PiecesSpec, passed: ReadonlySet<number>): unknown[] {
  const faults = portions.flatMap(({ fault }) => (fault === undefined ? [] : [fault]));
  if (refusal === undefined) return faults;
  const loaded = loadedOf(portions);
  const read = new Map<number, number>();
  for (const { counts } of loaded) for (const [id, rows] of counts) read.set(id, (read.get(id) ?? 0) + rows);
  const faulty = portions.flatMap(({ fault, inputs }) => (fault === undefined ? [] : inputs.map((one) => one.loadId)));
  return [...faults, ...budgetFaults(loaded, refusal, read, new Set([...passed, ...faulty]))];
}

/** The first fault of a text, with those of other loads; before all the first that is none of a text. */
function firstFault(faults: readonly unknown[]): unknown {
  const other = faults.find((fault) => !(fault instanceof SpoiledLoad));
  if (other !== undefined) return other;
  const all = (faults as SpoiledLoad[]).flatMap((fault) => fault.all);
  const [first] = all;
  if (first !== undefined)
    first.all = all.filter((one, index) => all.findIndex(({ loadId }) => loadId === one.loadId) === index);
  return first;
}

async function collect(engine: Engine, spec: PiecesSpec, portions: readonly Portion[]): Promise<LoadedPieces> {
  const counts = new Map<number, number>();
  const files: WrittenParquet[] = [];
  const refused: RefusedPortion[] = [];
  for (const { number, loaded } of portions) {
    if (loaded === undefined) throw new Error(`portion ${number} was not loaded`);
    const moves = new Map<number, number>();
    for (const [loadId, line] of loaded.firstLines) {
      const before = counts.get(loadId) ?? 0;
      if (line !== before + 2) moves.set(loadId, before + 2 - line);
      counts.set(loadId, before + (loaded.counts.get(loadId) ?? 0));
    }
    refused.push({ refused: loaded.refused, moved: moves });
    if (loaded.rows > 0) files.push(moves.size === 0 ? loaded : await renumber(engine, spec, loaded, moves));
  }
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  return { files, rows, counts, refused: await gatherRefused(refused) };
}

/** The same rows with their lines moved, by load. */
async function renumber(
  engine: Engine,
  { parquetFields }: PiecesSpec,
  { file }: WrittenParquet,
  moves: ReadonlyMap<number, number>,
): Promise<WrittenParquet> {
  const cases = Array.from(moves, ([loadId, by]) => `WHEN ${loadId} THEN ${by}`).join(' ');
  const query = `SELECT * REPLACE (CAST("_line" + CASE "_load_id" ${cases} ELSE 0 END AS BIGINT) AS "_line")
    FROM read_parquet([${quoteLiteral(file)}], hive_partitioning = false)`;
  const written = await writeParquet(engine, query, `${file}.renumbered`, parquetFields);
  await rm(file);
  return written;
}
