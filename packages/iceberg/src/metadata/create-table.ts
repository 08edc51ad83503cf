import { BadInput } from '../errors.ts';
import { checkColumns } from '../schema/check-columns.ts';
import { type Column, fieldsOf, idsOf } from '../schema/column.ts';
import { NAME_MAPPING, nameMapping } from '../schema/name-mapping.ts';
import { NO_SNAPSHOT, type TableMetadata } from './table-metadata.ts';

export interface NewTable {
  /** Folder of the table as readers write paths; its metadata lies in `metadata/` below it. */
  readonly location: string;
  /** See `tableUuid`. */
  readonly uuid: string;
  readonly columns: readonly Column[];
  /** Beside those that every table has; they win over these. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, UTC. */
  readonly now: number;
}

/** Below it are ids of partition fields, of which there are none (Iceberg table spec v2, "Partition Specs"). */
const FIRST_PARTITION_ID = 1000;

/**
 * Metadata of an empty, unpartitioned table (Iceberg table spec v2, "Table Metadata Fields"). It has no snapshot: the first
 * commit gives one, even without files.
 * @throws BadInput
 */
export function createTable({ location, uuid, columns, properties = {}, now }: NewTable): TableMetadata {
  checkColumns(columns);
  for (const [name, text] of Object.entries({ location, uuid }))
    if (typeof text !== 'string' || text === '') throw new BadInput(`a table needs a ${name}`);
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
