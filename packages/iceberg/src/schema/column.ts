/** Columns and their types (Iceberg table spec v2, "Schemas and Data Types"; JSON in Appendix C, "Schemas"). */

/** A list of a primitive type; its elements have an id of their own. */
export interface ListType {
  readonly type: 'list';
  readonly 'element-id': number;
  /** A primitive type. */
  readonly element: string;
  readonly 'element-required': boolean;
}

/** A primitive type as Iceberg spells it (`long`, `decimal(38,2)`), or a list of one. */
export type IcebergType = string | ListType;

export interface Column {
  /** Permanent: written as field id into every Parquet file, never given to another column. */
  readonly id: number;
  readonly name: string;
  readonly type: IcebergType;
  /** Default: false, NULL may be in it. */
  readonly required?: boolean;
  readonly doc?: string;
}

/** A column as table metadata has it. Fields that this package does not know (`initial-default`) stay with it. */
export interface SchemaField {
  readonly id: number;
  readonly name: string;
  readonly required: boolean;
  readonly type: IcebergType;
  readonly doc?: string;
  readonly [unknown: string]: unknown;
}

export interface Schema {
  readonly type: 'struct';
  readonly 'schema-id': number;
  readonly fields: readonly SchemaField[];
  /** Columns by whose values rows are the same thing; we give none. See `identifiersOf`. */
  readonly 'identifier-field-ids'?: readonly number[];
  readonly [unknown: string]: unknown;
}

/** The fields in the order of the columns. */
export const fieldsOf = (columns: readonly Column[]): SchemaField[] =>
  columns.map(({ id, name, type, required = false, doc }) => ({
    id,
    name,
    required,
    type,
    ...(doc === undefined || doc === '' ? {} : { doc }),
  }));

/** The column's id and, of a list, that of its elements. */
export const idsOf = ({ id, type }: Pick<Column, 'id' | 'type'>): number[] =>
  typeof type === 'string' ? [id] : [id, type['element-id']];

/** A type as people write it: `list<int>`. */
export const typeText = (type: IcebergType): string => (typeof type === 'string' ? type : `list<${type.element}>`);
