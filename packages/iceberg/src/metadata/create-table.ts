import { asGiven, BadInput } from '../errors.ts';
import { checkColumns } from '../schema/check-columns.ts';
import { type Column, fieldsOf, idsOf } from '../schema/column.ts';
import { NAME_MAPPING, nameMapping } from '../schema/name-mapping.ts';
import { NO_SNAPSHOT, type TableMetadata } from './table-metadata.ts';

export interface NewTable {
  /** Folder of the table as readers write paths, absolute; its metadata lies in `metadata/` below it. */
  readonly location: string;
  /** See `tableUuid`. */
  readonly uuid: string;
  readonly columns: readonly Column[];
  /** Beside those that every table has; they win over these. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, UTC. */
  readonly now: number;
}

/** `s3://bucket/key`, `file:///path`, or a path alone: readers have no folder that a relative one would begin at. */
const ABSOLUTE = /^(?:[a-z][a-z\d+.-]*:)?\/+[^/]/i;

/** As every version of UUIDs is written: not all readers know the versions, and all read 128 bits. */
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Below it are ids of partition fields, of which there are none (Iceberg table spec v2, "Partition Specs"). */
const FIRST_PARTITION_ID = 1000;

/**
 * Metadata of an empty, unpartitioned table (Iceberg table spec v2, "Table Metadata Fields"). It has no snapshot: the first
 * commit gives one, even without files.
 * @throws BadInput
 */
export function createTable({ location, uuid, columns, properties = {}, now }: NewTable): TableMetadata {
  checkColumns(columns);
  if (typeof location !== 'string' || !ABSOLUTE.test(location))
    throw new BadInput(
      `a table cannot be at ${asGiven(location)}: its location is an absolute path, as s3://bucket/table or file:///folder/table`,
    );
  if (typeof uuid !== 'string' || !UUID.test(uuid))
    throw new BadInput(
      `a table at ${location} cannot have ${asGiven(uuid)} for its UUID, which is 32 hex digits in five groups`,
    );
  if (!Number.isSafeInteger(now)) throw new BadInput(`now is ${String(now)}, and no whole milliseconds since 1970`);
  const fields = fieldsOf(columns);
  return {
    'format-version': 2,
    'table-uuid': uuid,
    location: location.replace(/\/+$/, ''),
    'last-sequence-number': 0n,
    'last-updated-ms': now,
    'last-column-id': Math.max(0, ...columns.flatMap(idsOf)),
    'current-schema-id': 0,
    schemas: [{ type: 'struct', 'schema-id': 0, fields }],
    'default-spec-id': 0,
    'partition-specs': [{ 'spec-id': 0, fields: [] }],
    'last-partition-id': FIRST_PARTITION_ID - 1,
    'default-sort-order-id': 0,
    'sort-orders': [{ 'order-id': 0, fields: [] }],
    properties: {
      ...properties,
      [NAME_MAPPING]: nameMapping(fields),
      // Whoever expires snapshots or drops the table by another engine would delete files that the platform still needs.
      'gc.enabled': 'false',
    },
    'current-snapshot-id': NO_SNAPSHOT,
    refs: {},
    snapshots: [],
    statistics: [],
    'partition-statistics': [],
    'snapshot-log': [],
    'metadata-log': [],
  };
}
