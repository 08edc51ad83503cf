import { quoteLiteral } from '@farelake/schema-registry';
import type { DuckDBMapValue } from '@duckdb/node-api';
import type { Engine } from '../engine/duckdb.ts';

export interface ParquetField {
  readonly name: string;
  /** Permanent id, written as the Parquet field id. */
  readonly id: number;
  /** A list's element has an id of its own. */
  readonly elementId?: number;
}

/** As the engine returns them, by field name (a list's under `<name>.element`). Values are text; absent: not known. */
export type ColumnStatistics = Readonly<
  Record<
    string,
    {
      readonly min?: string;
      readonly max?: string;
      readonly nulls?: number;
      readonly values?: number;
      readonly bytes?: number;
      readonly hasNan?: boolean;
    }
  >
>;

export interface WrittenParquet {
  readonly file: string;
  readonly rows: number;
  /** Bytes. */
  readonly size: number;
  readonly statistics: ColumnStatistics;
}

/** Rows of a row group: small enough that a fold of few keys reads little. */
const ROW_GROUP_ROWS = 65_536;

/**
 * Against the engine's own level 3 and larger dictionaries, a third less time to write for 7 % more bytes; of a load, half
 * of the time goes into writing (docs/performance.md).
 */
const ENCODING = 'COMPRESSION zstd, COMPRESSION_LEVEL 2, DICTIONARY_SIZE_LIMIT 4000';

/** Writes the rows of a query, in its order, as one zstd Parquet file with field ids. */
export async function writeParquet(
  engine: Engine,
  query: string,
  file: string,
  fields: readonly ParquetField[],
): Promise<WrittenParquet> {
  const [row] = await engine.rows(
    `COPY (${query}) TO ${quoteLiteral(file)} (FORMAT parquet, ${ENCODING}, ROW_GROUP_SIZE ${ROW_GROUP_ROWS}, ` +
      `FIELD_IDS {${fields.map(fieldId).join(', ')}}, RETURN_STATS)`,
  );
  return {
    file,
    rows: Number(row?.['count'] ?? 0),
    size: Number(row?.['file_size_bytes'] ?? 0),
    statistics: statisticsOf((row?.['column_statistics'] ?? null) as DuckDBMapValue | null),
  };
}

const fieldId = ({ name, id, elementId }: ParquetField): string =>
  `${quoteLiteral(name)}: ${elementId === undefined ? id : `{__duckdb_field_id: ${id}, element: ${elementId}}`}`;

function statisticsOf(columns: DuckDBMapValue | null): ColumnStatistics {
  const entries = (columns?.entries ?? []).map(({ key, value }) => {
    const raw = Object.fromEntries((value as DuckDBMapValue).entries.map((e) => [String(e.key), String(e.value)]));
    return [unquoted(String(key)), statistics(raw)] as const;
  });
  return Object.fromEntries(entries);
}

function statistics(raw: Readonly<Record<string, string>>): ColumnStatistics[string] {
  const { min, max, null_count: nulls, num_values: values, column_size_bytes: bytes, has_nan: hasNan } = raw;
  return {
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(nulls === undefined ? {} : { nulls: Number(nulls) }),
    ...(values === undefined ? {} : { values: Number(values) }),
    ...(bytes === undefined ? {} : { bytes: Number(bytes) }),
    ...(hasNan === undefined ? {} : { hasNan: hasNan === 'true' }),
  };
}

/** The engine names columns quoted, `"mask"."element"`. */
const unquoted = (name: string): string =>
  name
    .split(/(?<=")\.(?=")/)
    .map((part) => part.replace(/^"(.*)"$/s, '$1').replaceAll('""', '"'))
    .join('.');
