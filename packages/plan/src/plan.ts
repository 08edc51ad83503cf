/**
 * A plan: everything that an engine elsewhere needs to know for one attempt at a piece of work, as one JSON document. It is compiled from
 * the contract; whoever runs it knows nothing of contracts, feeds or the ledger. It reads inputs, makes relations by SQL, writes
 * files whose names carry the attempt, and answers with a result file (`result.ts`). It commits nothing.
 *
 * - Steps run in their order, and see the relations made by then. A relation of a name replaces the one that had it.
 * - SQL is in the dialect that the plan names. Names of relations and columns stand in double quotes.
 * - All that decides is in the plan: the runner has no defaults.
 */

/** Grows with each change that a runner of before would misread. */
export const PLAN_VERSION = 1;

/** Entry scripts of `glue-jobs/`, by which a plan may be run. */
export const JOBS = ['qlik_load', 'qlik_fold', 'dmap_load', 'maintain'] as const;
export type Job = (typeof JOBS)[number];

/** Which engine's SQL the steps are. */
export type PlanDialect = 'spark' | 'duckdb';

export interface Plan {
  readonly version: typeof PLAN_VERSION;
  readonly job: Job;
  readonly dataset: string;
  /** Id of the attempt, 20 hex digits: part of every file name. */
  readonly attempt: string;
  readonly dialect: PlanDialect;
  readonly inputs: readonly Input[];
  readonly steps: readonly Step[];
  readonly outputs: readonly Output[];
  /** URI of the result file. The first run that has something to say writes it; nobody ever replaces it. */
  readonly result: string;
}

export type Input = CsvInput | ParquetInput | KeyInput;

/**
 * Delivered `.csv.gz` objects of one format. The relation has `@c1` … `@cN`, text, NULL where the file says NULL; `_load_id`; and
 * `_line`, the number of the record in its object, the header being 1.
 */
export interface CsvInput {
  readonly kind: 'csv';
  readonly relation: string;
  /** Of every record. */
  readonly fields: number;
  readonly format: PlanCsvFormat;
  /** What the header line has to say, name by name. */
  readonly header: readonly string[];
  readonly objects: readonly CsvObject[];
  /** Bytes of text that one object may unpack to. */
  readonly unpackLimit: number;
}

/** As in a `.dfm`; an empty quote quotes nothing, an empty escape means doubled quotes. */
export interface PlanCsvFormat {
  readonly fieldDelimiter: string;
  readonly quoteChar: string;
  readonly escapeChar: string;
  readonly nullValue: string;
}

export interface CsvObject {
  readonly loadId: number;
  readonly uri: string;
  /** Bytes, compressed. */
  readonly size: number;
  /** By which the content is known: the ETag of a bucket's object, the SHA-256 in hex of a folder's. */
  readonly tag: string;
}

/** Parquet files of a table. The relation has these columns, found by field id; NULL where a file has none of it. */
export interface ParquetInput {
  readonly kind: 'parquet';
  readonly relation: string;
  readonly columns: readonly PlanColumn[];
  readonly files: readonly PlanFile[];
  /** A `select` step says which files are needed; until then there is no such relation. */
  readonly selected?: boolean;
}

export interface PlanFile {
  readonly uri: string;
  /** Bytes. */
  readonly size: number;
  readonly rows: number;
  /** In hex, of what was written; null: not known. */
  readonly sha256: string | null;
}

/**
 * The key of keyed hashes, as the relation `@hmac_key` (`hmacSql`): one row, `inner` and `outer`, binary. The runner takes it from where the
 * deployment keeps it. It stands in no plan.
 */
export interface KeyInput {
  readonly kind: 'key';
  readonly relation: string;
  /** Of the key that is meant; with another one nothing is done. */
  readonly id: string;
}

export interface PlanColumn {
  readonly name: string;
  /** Permanent id, the Parquet field id. */
  readonly id: number;
  /** Of a list, that of its elements. */
  readonly elementId?: number;
  /** In the dialect of the plan. */
  readonly type: string;
}

export type Step =
  /** A relation; `table`: worked out once and kept, because it is read more than once. */
  | { readonly kind: 'view' | 'table'; readonly relation: string; readonly sql: string }
  /** Rows of one integer, the places (from 0) of files of a `selected` input: only they are read. The result names them. */
  | { readonly kind: 'select'; readonly input: string; readonly sql: string }
  /** No row may come. If any does, nothing more is done, and the result tells them (at most 1,000). */
  | { readonly kind: 'check'; readonly name: string; readonly sql: string }
  /** A small answer, for the result: at most 10,000 rows. */
  | { readonly kind: 'receipt'; readonly name: string; readonly sql: string }
  /** Writes an output. Afterwards its relation can be read as written, under the output's name. */
  | { readonly kind: 'write'; readonly output: string };

/** Files to be written of a relation. */
export interface Output {
  readonly name: string;
  readonly relation: string;
  /** In their order in the files. Of the relation's columns, others are left out. */
  readonly columns: readonly OutputColumn[];
  /** Absolute, without what tells files apart: `…/edw_sample_history/changes/month=2021-12/b000001`. */
  readonly prefix: string;
  /** Notes for the footer of each file. */
  readonly notes: Readonly<Record<string, string>>;
  /** Columns by which rows are ordered, ascending and NULL first, over all files. Empty: as they come. */
  readonly order: readonly string[];
  /** Rows of a file, at most one and a half times so many. */
  readonly rows: number;
  /** Rows that the relation may have, about: by it the work is spread. */
  readonly expectedRows: number;
  readonly segments?: Segments;
  readonly guard?: Guard;
}

export interface OutputColumn extends PlanColumn {
  /** It has few values, and statistics list them. */
  readonly listed?: boolean;
  /** Its values may be told to nobody: statistics have no bounds of it. */
  readonly hidden?: boolean;
}

/**
 * Files are segments of a table: their names begin with a number, not with the end of the prefix, which then ends in `/`; the result has
 * the key of each file's first row. Numbers ascend with the order; some are left out.
 */
export interface Segments {
  readonly first: number;
  readonly key: readonly string[];
  /** Integer column of the relation, which is not written: a file holds rows of one run only. It comes before `order`. */
  readonly run: string;
}

/** Rows that must not be there. Any of them ends the run, with the outcome `misfit`. */
export interface Guard {
  /** Integer column, not written; NULL: the row fits. */
  readonly column: string;
}
