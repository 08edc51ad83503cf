/**
 * Avro schemas of manifests and manifest lists (Iceberg table spec v2, "Manifests", "Manifest Lists"; Appendix A, "Avro").
 * Every field carries the id that the specification reserves for it: readers find fields by it.
 */
import type { AvroField, AvroSchema } from '../avro/types.ts';

const required = (id: number, name: string, type: AvroSchema): AvroField => ({ name, type, 'field-id': id });
const optional = (id: number, name: string, type: AvroSchema): AvroField => ({
  name,
  type: ['null', type],
  default: null,
  'field-id': id,
});

const record = (name: string, fields: readonly AvroField[]): AvroSchema => ({ type: 'record', name, fields });

const listOf = (id: number, items: AvroSchema): AvroSchema => ({ type: 'array', items, 'element-id': id });

/** A map whose keys are no text is a list of pairs (Appendix A, "Avro": maps). */
const byColumn = (key: number, value: number, type: string): AvroSchema => ({
  type: 'array',
  logicalType: 'map',
  items: record(`k${key}_v${value}`, [required(key, 'key', 'int'), required(value, 'value', type)]),
});

export const MANIFEST_LIST: AvroSchema = record('manifest_file', [
  required(500, 'manifest_path', 'string'),
  required(501, 'manifest_length', 'long'),
  required(502, 'partition_spec_id', 'int'),
  required(517, 'content', 'int'),
  required(515, 'sequence_number', 'long'),
  required(516, 'min_sequence_number', 'long'),
  required(503, 'added_snapshot_id', 'long'),
  required(504, 'added_files_count', 'int'),
  required(505, 'existing_files_count', 'int'),
  required(506, 'deleted_files_count', 'int'),
  required(512, 'added_rows_count', 'long'),
  required(513, 'existing_rows_count', 'long'),
  required(514, 'deleted_rows_count', 'long'),
  optional(
    507,
    'partitions',
    listOf(
      508,
      record('r508', [
        required(509, 'contains_null', 'boolean'),
        optional(518, 'contains_nan', 'boolean'),
        optional(510, 'lower_bound', 'bytes'),
        optional(511, 'upper_bound', 'bytes'),
      ]),
    ),
  ),
  optional(519, 'key_metadata', 'bytes'),
]);

/** Of an unpartitioned table, the only ones that are written. */
export const DATA_FILE: AvroSchema = record('r2', [
  required(134, 'content', 'int'),
  required(100, 'file_path', 'string'),
  required(101, 'file_format', 'string'),
  required(102, 'partition', record('r102', [])),
  required(103, 'record_count', 'long'),
  required(104, 'file_size_in_bytes', 'long'),
  optional(108, 'column_sizes', byColumn(117, 118, 'long')),
  optional(109, 'value_counts', byColumn(119, 120, 'long')),
  optional(110, 'null_value_counts', byColumn(121, 122, 'long')),
  optional(137, 'nan_value_counts', byColumn(138, 139, 'long')),
  optional(125, 'lower_bounds', byColumn(126, 127, 'bytes')),
  optional(128, 'upper_bounds', byColumn(129, 130, 'bytes')),
  optional(131, 'key_metadata', 'bytes'),
  optional(132, 'split_offsets', listOf(133, 'long')),
  optional(135, 'equality_ids', listOf(136, 'int')),
  optional(140, 'sort_order_id', 'int'),
  optional(143, 'referenced_data_file', 'string'),
]);

/** The fields of an entry before the file itself. */
const ENTRY_HEAD: readonly AvroField[] = [
  required(0, 'status', 'int'),
  optional(1, 'snapshot_id', 'long'),
  optional(3, 'sequence_number', 'long'),
  optional(4, 'file_sequence_number', 'long'),
];

export const MANIFEST_HEAD: AvroSchema = record('manifest_entry', ENTRY_HEAD);
export const MANIFEST: AvroSchema = record('manifest_entry', [...ENTRY_HEAD, required(2, 'data_file', DATA_FILE)]);

/** The little of an entry by which a commit decides; the rest need not be decoded. */
export const MANIFEST_GIST: AvroSchema = record('manifest_entry', [
  ...ENTRY_HEAD,
  required(
    2,
    'data_file',
    record('r2', [
      required(134, 'content', 'int'),
      required(100, 'file_path', 'string'),
      required(103, 'record_count', 'long'),
      required(104, 'file_size_in_bytes', 'long'),
      optional(143, 'referenced_data_file', 'string'),
    ]),
  ),
]);

/** Names by id, for files of other writers. */
export const NAMES: ReadonlyMap<number, string> = new Map(
  [MANIFEST_LIST, MANIFEST].flatMap((schema) => fieldsIn(schema)).map((one) => [one['field-id'], one.name]),
);

function fieldsIn(schema: AvroSchema): AvroField[] {
  if (typeof schema === 'string') return [];
  if ('fields' in schema || 'items' in schema) {
    const { fields = [], items = [] } = schema;
    return [...fields.flatMap((one) => [one, ...fieldsIn(one.type)]), ...fieldsIn(items)];
  }
  return Array.isArray(schema) ? schema.flatMap((one: AvroSchema) => fieldsIn(one)) : [];
}
