/** Avro types by `avsc`: longs are bigint, and fields are told by their Iceberg ids, not by their names. */
import avro, { type Schema, type Type } from 'avsc';

export interface AvroField {
  readonly name: string;
  readonly type: AvroSchema;
  readonly default?: null;
  /** Reserved by the Iceberg specification; readers find fields by it. */
  readonly 'field-id': number;
}

/** The part of Avro's schema language that Iceberg's files need. */
export type AvroSchema =
  | string
  | readonly AvroSchema[]
  | {
      readonly type: string;
      readonly name?: string;
      readonly fields?: readonly AvroField[];
      readonly items?: AvroSchema;
      readonly [attribute: string]: unknown;
    };

const LONG = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: (value: number) => BigInt(value),
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (one: bigint, other: bigint) => (one < other ? -1 : one > other ? 1 : 0),
});

/** Logical types (`map`, `date`) are left as what carries them. */
export const avroType = (schema: AvroSchema): Type =>
  avro.Type.forSchema(schema as Schema, {
    registry: {},
    typeHook: (one: unknown) => (isLong(one) ? LONG : undefined),
  });

const isLong = (schema: unknown): boolean =>
  schema === 'long' || (typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'long');

/**
 * The schema with the fields' own names for their ids. Writers differ in names (`added_data_files_count` was one before
 * Iceberg 1.5), and ids are what counts (Iceberg table spec v2, Appendix A, "Avro"). What has no id keeps its name.
 */
export function named(schema: unknown, names: ReadonlyMap<number, string>): AvroSchema {
  if (Array.isArray(schema)) return schema.map((one) => named(one, names));
  if (typeof schema !== 'object' || schema === null) return schema as AvroSchema;
  const { fields, items, values, type, ...rest } = schema as Record<string, unknown>;
  const named_ = {
    ...rest,
    ...(type === undefined ? {} : { type: typeof type === 'string' ? type : named(type, names) }),
    ...(items === undefined ? {} : { items: named(items, names) }),
    ...(values === undefined ? {} : { values: named(values, names) }),
    ...(Array.isArray(fields) ? { fields: fields.map((field: unknown) => namedField(field, names)) } : {}),
  };
  return named_ as AvroSchema;
}

function namedField(field: unknown, names: ReadonlyMap<number, string>): AvroSchema {
  const renamed = named(field, names) as Record<string, unknown>;
  const name = names.get(Number(renamed['field-id']));
  return (name === undefined ? renamed : { ...renamed, name }) as AvroSchema;
}
