/**
 * System columns: what farelake adds to the contract's columns. Their field ids are written into every Parquet file
 * and may never change or be given again; 1–99 are reserved for them and for the elements of their lists.
 */
import type { Feed } from './contract.ts';
import type { LogicalType } from './types/logical.ts';

export interface SystemColumn {
  readonly id: number;
  readonly name: string;
  /** A list of 32-bit integers is the only type here that no contract column can have. */
  readonly type: LogicalType | { readonly kind: 'listOfInt'; readonly elementId: number };
  readonly description: string;
  /** Feeds whose tables have it; absent: all. */
  readonly feeds?: readonly Feed[];
}

/** The one list, by id; `_load_id` and `_line` stand last in files, after the contract's columns. */
export const SYSTEM_COLUMNS = [
  {
    id: 1,
    name: 'header__change_seq',
    type: { kind: 'string' },
    description: 'Qlik change sequence, 35 digits whose order as text is the order of changes; NULL in a snapshot row',
    feeds: ['qlik'],
  },
  {
    id: 2,
    name: 'header__change_oper',
    type: { kind: 'string' },
    description: 'I, U, D, B (before image), T (truncate); L for a snapshot row',
    feeds: ['qlik'],
  },
  {
    id: 3,
    name: 'header__timestamp',
    type: { kind: 'timestamp' },
    description: 'When the source committed the change, UTC; NULL in a snapshot row',
    feeds: ['qlik'],
  },
  {
    id: 4,
    name: 'header__change_mask',
    type: { kind: 'listOfInt', elementId: 5 },
    description: 'Ids of the changed columns, ascending; NULL when the file gave no mask',
    feeds: ['qlik'],
  },
  {
    id: 6,
    name: '_load_id',
    type: { kind: 'bigint' },
    description: 'The load that brought the row',
    feeds: ['qlik', 'dmap'],
  },
  {
    id: 7,
    name: '_line',
    type: { kind: 'bigint' },
    description: "The record's line in its object, the header being line 1",
    feeds: ['qlik', 'dmap'],
  },
  {
    id: 8,
    name: 'dataset_id',
    type: { kind: 'string' },
    description: "The vendor's id of the dataset that the row is of",
    feeds: ['dmap'],
  },
  {
    id: 9,
    name: '_period_start',
    type: { kind: 'date' },
    description: 'First service day of the dataset, as listed',
    feeds: ['dmap'],
  },
  {
    id: 10,
    name: '_period_end',
    type: { kind: 'date' },
    description: 'Last service day of the dataset, as listed',
    feeds: ['dmap'],
  },
  {
    id: 11,
    name: '_last_updated',
    type: { kind: 'timestamp' },
    description: 'When the vendor last issued the dataset, as listed, UTC',
    feeds: ['dmap'],
  },
  { id: 12, name: 'topic', type: { kind: 'string' }, description: 'Kafka topic of the record', feeds: ['kafka'] },
  {
    id: 13,
    name: 'partition',
    type: { kind: 'bigint' },
    description: 'Partition of the topic, 0 and up',
    feeds: ['kafka'],
  },
  { id: 14, name: 'offset', type: { kind: 'bigint' }, description: 'Offset in the partition', feeds: ['kafka'] },
  {
    id: 15,
    name: '_cluster',
    type: { kind: 'string' },
    description: 'Kafka cluster that the topic is of',
    feeds: ['kafka'],
  },
  {
    id: 16,
    name: '_epoch',
    type: { kind: 'bigint' },
    description: 'How often the topic, or this offset of it, had been made anew: 0 for the first time',
    feeds: ['kafka'],
  },
  {
    id: 17,
    name: '_timestamp',
    type: { kind: 'timestamp' },
    description: 'Timestamp of the record in Kafka, UTC',
    feeds: ['kafka'],
  },
  {
    id: 18,
    name: '_timestamp_type',
    type: { kind: 'string' },
    description: 'Who set the timestamp: CreateTime the producer, LogAppendTime the broker',
    feeds: ['kafka'],
  },
  {
    id: 19,
    name: 'service_date',
    type: { kind: 'date' },
    description: "Service day of the timestamp in the agency's time zone",
    feeds: ['kafka'],
  },
] as const satisfies readonly SystemColumn[];

/** Names of what a topic's table has beside the contract's columns, in the order of its files; it stands behind them. */
export const STREAM_COLUMN_NAMES = [
  'topic',
  'partition',
  'offset',
  '_cluster',
  '_epoch',
  '_timestamp',
  '_timestamp_type',
  'service_date',
] as const;

export type SystemColumnName = (typeof SYSTEM_COLUMNS)[number]['name'];

/** Ids up to here belong to system columns and their list elements. */
export const LAST_SYSTEM_COLUMN_ID = 99;

/** The first id of a contract's columns. */
export const FIRST_COLUMN_ID = 101;
