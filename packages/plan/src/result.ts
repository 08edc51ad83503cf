/** What a run of a plan answers. It is written whole or not at all; without it, nothing can be said of the run. */

export const RESULT_VERSION = 1;

/**
 * `done` everything is written · `held` a check found rows · `misfit` rows do not fit the contract · `refused` a delivered object is not
 * as it should be · `failed` anything else. Only after `done` is anything of use.
 */
export type Outcome = 'done' | 'held' | 'misfit' | 'refused' | 'failed';

export interface Result {
  readonly version: typeof RESULT_VERSION;
  readonly attempt: string;
  readonly outcome: Outcome;
  /** Why, unless it is done. */
  readonly fault?: Fault;
  /** By output. In the order of the rows. */
  readonly outputs: Readonly<Record<string, readonly WrittenFile[]>>;
  /** By input: the files that `select` steps opened, by place. */
  readonly selected: Readonly<Record<string, readonly number[]>>;
  /** By step. */
  readonly receipts: Readonly<Record<string, readonly ReceiptRow[]>>;
  /** Rows of CSV objects read, by load; a load without rows has 0. */
  readonly read: Readonly<Record<string, number>>;
  readonly metrics: Metrics;
}

/** Integers within ±(2^53-1) are numbers, larger ones and everything else text. */
export type ReceiptRow = Readonly<Record<string, string | number | boolean | null>>;

/** No value of a row is in it. */
export interface Fault {
  /** `object-gone`, `content-changed`, `broken-gzip`, `broken-header`, `bad-csv`, `unpacks-too-large`, `file-damaged`, `check`, `misfit`, `engine`, … */
  readonly code: string;
  readonly message: string;
  /** Of the object at fault. */
  readonly loadId?: number;
  /** Of a check: its name. */
  readonly check?: string;
}

export interface WrittenFile {
  readonly uri: string;
  /** Bytes. */
  readonly size: number;
  /** In hex. */
  readonly sha256: string;
  readonly rows: number;
  /** By column, a list's under `<name>.element`. Texts as DuckDB prints the values. */
  readonly statistics: Readonly<Record<string, WrittenStatistics>>;
  /** Of a segment: the number in its name, the run that it is of, and the key of its first row as texts. */
  readonly segment?: { readonly number: number; readonly run: number; readonly lowestKey: readonly (string | null)[] };
}

/** Absent: not known. Bounds of texts beyond 256 bytes are. */
export interface WrittenStatistics {
  readonly id: number;
  readonly min?: string;
  readonly max?: string;
  readonly nulls: number;
  readonly values: number;
  /** Compressed. */
  readonly bytes: number;
  readonly hasNan?: boolean;
  readonly listed?: readonly string[];
}

export interface Metrics {
  /** Of the run, without the start of the session; and of that start. */
  readonly seconds: number;
  readonly startSeconds: number;
  /** `spark 3.5.6`, … */
  readonly engine: string;
  /** Content hash of the runner's code. */
  readonly runner: string;
  /** As the engine tells them: tasks, shuffle bytes, spilt bytes, peak memory. */
  readonly counters: Readonly<Record<string, number>>;
}
