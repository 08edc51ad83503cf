/**
 * The one table of types: what each logical type is in every engine and format. Whoever writes a type's name for an
 * engine takes it from here.
 */
import type { LogicalKind, LogicalType } from './logical.ts';

/** A Parquet column's type as an independent reader reports it of what DuckDB writes. */
export interface ParquetType {
  readonly physical: 'BOOLEAN' | 'INT32' | 'INT64' | 'DOUBLE' | 'BYTE_ARRAY' | 'FIXED_LEN_BYTE_ARRAY';
  /** Bytes of a FIXED_LEN_BYTE_ARRAY. */
  readonly length?: number;
  /** The converted type, which DuckDB writes for old readers too; absent for plain physical types. */
  readonly converted?: 'INT_64' | 'UTF8' | 'DATE' | 'TIMESTAMP_MICROS' | 'DECIMAL';
  /** The logical type, written where the converted one does not say enough. */
  readonly logical?:
    | { readonly type: 'TIMESTAMP'; readonly isAdjustedToUTC: false; readonly unit: 'MICROS' }
    | { readonly type: 'DECIMAL'; readonly precision: number; readonly scale: number };
}

export interface TypeNames {
  /** In `CREATE TABLE` and `CAST`. */
  readonly duckdb: string;
  readonly parquet: ParquetType;
  /** In table metadata (Iceberg spec, "Primitive types", JSON single-value form). */
  readonly iceberg: string;
  /** In Spark's DDL and `CAST` (Spark SQL reference 3.5, "Data Types"); its plain TIMESTAMP is one with a zone. */
  readonly spark: string;
  /**
   * In a Glue table's columns: Hive's names, as Iceberg's own Glue catalog gives them (iceberg-aws 1.10,
   * `IcebergToGlueConverter`). Hive's `timestamp` has no zone, and Athena reads microseconds through Iceberg.
   */
  readonly glue: string;
  /** As `format_type` prints it (PostgreSQL 18, chapter "Data Types"); `numeric` holds NaN too, which no decimal here is. */
  readonly postgres: string;
}

const TEXT: TypeNames = {
  duckdb: 'VARCHAR',
  parquet: { physical: 'BYTE_ARRAY', converted: 'UTF8' },
  iceberg: 'string',
  spark: 'STRING',
  glue: 'string',
  postgres: 'text',
};

type TypeTable = {
  readonly [K in LogicalKind]: TypeNames | ((type: Extract<LogicalType, { kind: K }>) => TypeNames);
};

const TABLE = {
  boolean: {
    duckdb: 'BOOLEAN',
    parquet: { physical: 'BOOLEAN' },
    iceberg: 'boolean',
    spark: 'BOOLEAN',
    glue: 'boolean',
    postgres: 'boolean',
  },
  bigint: {
    duckdb: 'BIGINT',
    parquet: { physical: 'INT64', converted: 'INT_64' },
    iceberg: 'long',
    spark: 'BIGINT',
    glue: 'bigint',
    postgres: 'bigint',
  },
  decimal: ({ precision, scale }) => ({
    duckdb: `DECIMAL(${precision},${scale})`,
    parquet: {
      ...decimalStorage(precision),
      converted: 'DECIMAL',
      logical: { type: 'DECIMAL', precision, scale },
    },
    iceberg: `decimal(${precision},${scale})`,
    spark: `DECIMAL(${precision},${scale})`,
    glue: `decimal(${precision},${scale})`,
    postgres: `numeric(${precision},${scale})`,
  }),
  double: {
    duckdb: 'DOUBLE',
    parquet: { physical: 'DOUBLE' },
    iceberg: 'double',
    spark: 'DOUBLE',
    glue: 'double',
    postgres: 'double precision',
  },
  date: {
    duckdb: 'DATE',
    parquet: { physical: 'INT32', converted: 'DATE' },
    iceberg: 'date',
    spark: 'DATE',
    glue: 'date',
    postgres: 'date',
  },
  timestamp: {
    duckdb: 'TIMESTAMP',
    parquet: {
      physical: 'INT64',
      converted: 'TIMESTAMP_MICROS',
      logical: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' },
    },
    iceberg: 'timestamp',
    spark: 'TIMESTAMP_NTZ',
    glue: 'timestamp',
    postgres: 'timestamp(6) without time zone',
  },
  time: TEXT,
  string: TEXT,
  binary: {
    duckdb: 'BLOB',
    parquet: { physical: 'BYTE_ARRAY' },
    iceberg: 'binary',
    spark: 'BINARY',
    glue: 'binary',
    postgres: 'bytea',
  },
} as const satisfies TypeTable;

/** What a logical type is called in every engine and format. */
export function typeNames(type: LogicalType): TypeNames {
  return type.kind === 'decimal' ? TABLE.decimal(type) : TABLE[type.kind];
}

/** DuckDB keeps decimals in the smallest integer that holds them, 16 bytes above 18 digits, and writes them so. */
function decimalStorage(precision: number): Pick<ParquetType, 'physical' | 'length'> {
  if (precision <= 9) return { physical: 'INT32' };
  if (precision <= 18) return { physical: 'INT64' };
  return { physical: 'FIXED_LEN_BYTE_ARRAY', length: 16 };
}
