/**
 * The JSON Schema of a contract file. `registry/contract.schema.json` is generated from it, so that editors complete
 * and check contracts while they are written; a test holds the two together.
 */
import { NAME_PATTERN } from './names.ts';
import { FIRST_COLUMN_ID } from './system-columns.ts';

/** Path of the generated file below the registry's folder. */
export const CONTRACT_SCHEMA_FILE = 'contract.schema.json';

const DECIMAL_PATTERN = 'decimal\\((?:[1-9]|[12][0-9]|3[0-8]),(?:[0-9]|[12][0-9]|3[0-8])\\)';

const NAME = { type: 'string', pattern: NAME_PATTERN } as const;

const COLUMN_SCHEMA = {
  type: 'object',
  title: 'Column',
  additionalProperties: false,
  required: ['id', 'name', 'sourceName', 'type', 'nullable', 'classification', 'treatment', 'description'],
  properties: {
    id: {
      title: 'Permanent id',
      description:
        'Never changed and never given again; written into every Parquet file. 1 to 99 belong to the system.',
      type: 'integer',
      minimum: FIRST_COLUMN_ID,
    },
    name: { ...NAME, title: 'Name in every table', description: 'lower-case letters, digits and _' },
    sourceName: {
      title: 'Name in the delivered files',
      description: 'Exactly as the source spells it.',
      type: 'string',
      minLength: 1,
    },
    type: {
      title: 'Logical type',
      description: 'boolean, bigint, decimal(p,s) with p up to 38, double, date, timestamp, time, string or binary',
      type: 'string',
      pattern: `^(?:boolean|bigint|double|date|timestamp|time|string|binary|${DECIMAL_PATTERN})$`,
    },
    nullable: { title: 'Whether values may be NULL', type: 'boolean' },
    classification: {
      title: 'How sensitive the values are',
      description: 'personal: says something of a person; such a column needs the treatment hmac or drop.',
      enum: ['public', 'internal', 'pseudonymous', 'personal'],
    },
    treatment: {
      title: 'What is done to values before anything is written',
      description:
        'keep: as delivered; hmac: replaced by a keyed hash, as text (of any type but boolean and double); drop: never read, in no table.',
      enum: ['keep', 'hmac', 'drop'],
    },
    description: { title: 'What the column means, for those who query it', type: 'string' },
  },
} as const;

const CDC_SCHEMA = {
  title: 'How changes apply',
  type: 'object',
  additionalProperties: false,
  required: ['updateImage', 'beforeImage'],
  properties: {
    updateImage: {
      title: 'What NULL means in an update without change mask',
      description: 'sparse: leave the column alone; full: the row is a whole image.',
      enum: ['sparse', 'full'],
    },
    beforeImage: {
      title: 'What B rows carry',
      description: 'none: ignored; full: the whole row; partial: some columns.',
      enum: ['none', 'full', 'partial'],
    },
  },
} as const;

/** More rows than this are no exception any more: the contract is wrong, or the file is. */
const MOST_REFUSED_ROWS = 100_000;

const budgetSchema = (title: string) =>
  ({
    title,
    type: 'object',
    additionalProperties: false,
    required: ['rows', 'share'],
    properties: {
      rows: { title: 'Most refused rows of a file', type: 'integer', minimum: 0, maximum: MOST_REFUSED_ROWS },
      share: { title: 'Most refused rows of a file, as a share of its rows', type: 'number', minimum: 0, maximum: 1 },
    },
  }) as const;

const QUARANTINE_SCHEMA = {
  title: 'Rows that may be refused without failing their file',
  description: 'Absent: none. Refused rows lie in the error zone until they are replayed.',
  type: 'object',
  additionalProperties: false,
  properties: {
    snapshot: budgetSchema('Of a snapshot file'),
    changes: budgetSchema('Of a change file, where each refused row leaves a key in doubt'),
    dataset: budgetSchema('Of a DMAP dataset'),
  },
} as const;

/** Kafka's own limit of a record's size is set for each topic; more than this no reader of ours takes in. */
const LARGEST_VALUE = 16 * 1024 * 1024;

const RECONCILIATION_SCHEMA = {
  title: 'View that compares the records with what other feeds tell of the same events',
  type: 'object',
  additionalProperties: false,
  required: ['view', 'id', 'device', 'with'],
  properties: {
    view: { ...NAME, title: 'Name of the view', description: 'lower-case letters, digits and _' },
    id: { ...NAME, title: 'Column that identifies an event' },
    device: { ...NAME, title: 'Column of the device that it happened at' },
    with: {
      title: 'Tables of other feeds, and their columns of the same meaning',
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['table', 'id', 'device', 'at'],
        properties: {
          table: { ...NAME, title: 'Name of the table' },
          id: { ...NAME, title: 'Column that identifies an event' },
          device: { ...NAME, title: 'Column of the device that it happened at' },
          at: { ...NAME, title: 'Column of the time at which it happened, UTC' },
        },
      },
    },
  },
} as const;

const STREAM_SCHEMA = {
  title: 'How the records of a Kafka topic become rows',
  type: 'object',
  additionalProperties: false,
  required: ['timeZone', 'dayStartsAt'],
  properties: {
    timeZone: {
      title: "The agency's time zone",
      description: 'as the IANA database names it, for example America/New_York',
      type: 'string',
      minLength: 1,
    },
    dayStartsAt: {
      title: 'When a service day starts there',
      description: 'HH:MM, for example 03:00',
      type: 'string',
      pattern: '^(?:[01][0-9]|2[0-3]):[0-5][0-9]$',
    },
    maxBytes: {
      title: 'Bytes of the largest value that is taken for a row',
      description: 'Larger ones are refused and kept as delivered; 1048576 unless said otherwise.',
      type: 'integer',
      minimum: 1,
      maximum: LARGEST_VALUE,
    },
    archive: { title: 'Whether records are kept as delivered', description: 'As when absent: true.', type: 'boolean' },
    reconciliation: RECONCILIATION_SCHEMA,
  },
} as const;

export const CONTRACT_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'farelake contract',
  description: 'One dataset: its columns, key, rules for changes, layout and owner.',
  type: 'object',
  additionalProperties: false,
  required: [
    ...['feed', 'dataset', 'source', 'version', 'columns', 'lastColumnId', 'key', 'cdc', 'layout', 'publish', 'owner'],
  ],
  properties: {
    $schema: { title: 'Schema of this file, for editors', type: 'string' },
    feed: { title: 'Feed', description: 'The folder that the file lies in.', enum: ['qlik', 'dmap', 'kafka'] },
    dataset: { ...NAME, title: 'Name of the tables, and of the file', description: 'lower-case letters, digits and _' },
    source: {
      title: 'Where the data comes from',
      type: 'object',
      additionalProperties: false,
      required: ['schema', 'table'],
      properties: {
        schema: {
          title: 'Schema in the source',
          description:
            'dmap: which API has the set, aggregations (public) or transactional (controlled); kafka: kafka.',
          type: 'string',
          minLength: 1,
        },
        table: {
          title: 'Table in the source',
          description: 'dmap: name of the set; kafka: name of the topic',
          type: 'string',
          minLength: 1,
        },
      },
    },
    version: { title: 'Version of the contract', type: 'integer', minimum: 1 },
    columns: { title: 'Columns', type: 'array', minItems: 1, items: COLUMN_SCHEMA },
    lastColumnId: {
      title: 'Highest id ever given to a column',
      description: 'Stays when that column is removed, so that its id is never given again.',
      type: 'integer',
      minimum: FIRST_COLUMN_ID,
    },
    key: {
      title: 'Names of the key columns, in key order',
      description: 'Empty: the table keeps history only.',
      type: 'array',
      items: NAME,
    },
    cdc: CDC_SCHEMA,
    snapshot: {
      title: 'Whether the vendor delivers snapshots',
      description: 'required, as when absent; none: changes only.',
      enum: ['required', 'none'],
    },
    layout: {
      title: 'How files are laid out',
      type: 'object',
      additionalProperties: false,
      properties: {
        segmentRows: { title: 'Rows of one segment of the current table', type: 'integer', minimum: 1 },
      },
    },
    generations: {
      title: 'When a new snapshot is held for a person',
      type: 'object',
      additionalProperties: false,
      properties: {
        maxShrink: {
          title: 'Share of the keys of the table that may be missing in a new snapshot',
          description: '0 to 1; 0.2 unless said otherwise. Beyond, the snapshot is held until farelake table release.',
          type: 'number',
          minimum: 0,
          maximum: 1,
        },
      },
    },
    quarantine: QUARANTINE_SCHEMA,
    stream: STREAM_SCHEMA,
    publish: {
      title: 'Where the current table is published',
      type: 'object',
      additionalProperties: false,
      required: ['postgres'],
      properties: { postgres: { title: 'As a table in Postgres', type: 'boolean' } },
    },
    freshness: {
      title: 'How old the current table may get',
      description: 'an ISO 8601 duration of days, hours, minutes and seconds, for example PT15M or P1D',
      type: 'string',
      pattern: '^P(?=.)(?:[0-9]+D)?(?:T(?=.)(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+S)?)?$',
    },
    owner: { title: 'Who answers for the dataset', type: 'string', minLength: 1 },
  },
} as const;

/** The text of the generated file. */
export function contractSchemaText(): string {
  return `${JSON.stringify(CONTRACT_SCHEMA, null, 2)}\n`;
}
