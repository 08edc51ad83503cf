/**
 * The contract of a dataset: what its columns are, which of them are the key, how changes apply to it, who owns it.
 * One JSON file each, `registry/<feed>/<dataset>.json`; its JSON Schema is `contract-schema.ts`.
 */

/** Where a dataset's data comes from. */
export type Feed = 'qlik' | 'dmap' | 'kafka';

/** The two APIs of DMAP, by the part of their path: aggregations are public, transactional sets are controlled. */
export const DMAP_APIS = ['aggregations', 'transactional'] as const;

export type DmapApi = (typeof DMAP_APIS)[number];

/** How sensitive a column is, from least to most. */
export type Classification = 'public' | 'internal' | 'pseudonymous' | 'personal';

/** What is done to a column's values before anything is written. */
export type Treatment = 'keep' | 'hmac' | 'drop';

/**
 * What a change row without a mask means by NULL:
 * `sparse`: the column is left alone; `full`: the row is a whole image and is replaced.
 */
export type UpdateImage = 'sparse' | 'full';

/** What B rows (before images) carry: nothing to rely on, the whole row, or some columns. */
export type BeforeImage = 'none' | 'full' | 'partial';

/** How many rows of one file may be refused because a value does not fit its type: no more than both numbers say. */
export interface RowBudget {
  readonly rows: number;
  /** Of the file's rows: 0.01 is one in a hundred. */
  readonly share: number;
}

/** How the records of a Kafka topic become rows. */
export interface StreamRules {
  /** The agency's, as the IANA database names it: `America/New_York`. */
  readonly timeZone: string;
  /** When a service day starts there, `HH:MM`: what was recorded before is of the day before. */
  readonly dayStartsAt: string;
  /** Bytes of the largest value that is taken for a row; one MiB unless said otherwise. */
  readonly maxBytes?: number;
  /** False: records are not kept as delivered; true unless said otherwise. */
  readonly archive?: boolean;
  readonly reconciliation?: Reconciliation;
}

/** A view that compares the records with what other feeds tell of the same events, by service date and device. */
export interface Reconciliation {
  /** Name of the view. */
  readonly view: string;
  /** Columns of this table: what identifies an event, and the device that it happened at. */
  readonly id: string;
  readonly device: string;
  /** Tables of other feeds, and their columns of the same meaning; `at` is when it happened, UTC. */
  readonly with: readonly {
    readonly table: string;
    readonly id: string;
    readonly device: string;
    readonly at: string;
  }[];
}

export interface ContractColumn {
  /** Permanent, never reused, written as the Parquet field id; 101 and up (1–99 belong to system columns). */
  readonly id: number;
  /** Name in every table: `[a-z0-9_]`. */
  readonly name: string;
  /** Name in the delivered files, as the source spells it. */
  readonly sourceName: string;
  /** Logical type in its text form, for example `bigint` or `decimal(19,4)`; see `types/logical.ts`. */
  readonly type: string;
  readonly nullable: boolean;
  readonly classification: Classification;
  readonly treatment: Treatment;
  readonly description: string;
}

export interface Contract {
  readonly $schema?: string;
  readonly feed: Feed;
  /** Name of the tables: `edw_sample` and `edw_sample_history`; of a DMAP set `dmap_<set>`; neither it nor a topic has a history. */
  readonly dataset: string;
  /**
   * Of a DMAP set: `schema` is the API that has it, one of `DMAP_APIS`, and `table` its name there. Of a Kafka topic: `schema`
   * is `kafka`, and `table` the topic's name.
   */
  readonly source: { readonly schema: string; readonly table: string };
  /** Version of the contract, 1 and up. */
  readonly version: number;
  readonly columns: readonly ContractColumn[];
  /** Highest id ever given to a column, so that a removed column's id is never given again. */
  readonly lastColumnId: number;
  /** Names of the key's columns, in key order; empty: the table keeps history only. Of a DMAP set or a topic always empty. */
  readonly key: readonly string[];
  readonly cdc: { readonly updateImage: UpdateImage; readonly beforeImage: BeforeImage };
  /** `none`: the vendor delivers changes only. */
  readonly snapshot?: 'required' | 'none';
  /** `segmentRows`: rows of one segment of the current table, about 256 k unless said otherwise. */
  readonly layout: { readonly segmentRows?: number };
  /**
   * What a new snapshot must not do unseen. `maxShrink`: share of the live table's keys that may be missing in it, 0 to 1, a
   * fifth unless said otherwise; beyond, it is held for a person.
   */
  readonly generations?: { readonly maxShrink?: number };
  /** Rows that may be refused without failing their file; absent: none. */
  readonly quarantine?: { readonly snapshot?: RowBudget; readonly changes?: RowBudget; readonly dataset?: RowBudget };
  /** Of a Kafka topic, and always there for one. */
  readonly stream?: StreamRules;
  readonly publish: { readonly postgres: boolean };
  /** How old the current table may get: an ISO 8601 duration, for example `PT15M`. */
  readonly freshness?: string;
  readonly owner: string;
}
