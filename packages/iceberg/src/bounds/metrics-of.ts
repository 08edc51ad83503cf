import type { ColumnMetrics } from '../manifest/data-file.ts';
import { POSITION_DELETE_PATH } from '../manifest/position-deletes.ts';
import { type Column, idsOf } from '../schema/column.ts';
import { boundOf } from './bound-of.ts';

/** A column of a file as an engine tells of it. What is absent is not known. */
export interface ColumnFacts {
  /** Field id; ids of no column are passed over. */
  readonly id: number;
  /** Text of the least value; see `boundOf`. */
  readonly min?: string;
  readonly max?: string;
  readonly nulls?: number;
  /** NULL among them. */
  readonly values?: number;
  /** Packed. */
  readonly bytes?: number;
  readonly hasNan?: boolean;
}

/**
 * Metrics of a file's columns (Iceberg table spec v2, "Manifests": `data_file`). Elements of a list are counted and have no
 * bounds. A column of floating point numbers has bounds only where it is known to hold no NaN: engines put NaN above all
 * numbers, and would pass over the file.
 */
export function metricsOf(statistics: Iterable<ColumnFacts>, columns: readonly Column[]): Map<number, ColumnMetrics> {
  const types = new Map(columns.map(({ id, type }) => [id, type]));
  const ids = new Set(columns.flatMap(idsOf));
  const metrics = new Map<number, ColumnMetrics>();
  for (const one of statistics) {
    if (!ids.has(one.id)) continue;
    const type = types.get(one.id);
    metrics.set(one.id, { ...countsOf(one), ...(typeof type === 'string' ? boundsOf(type, one) : {}) });
  }
  return metrics;
}

const countsOf = ({ bytes, values, nulls, hasNan }: ColumnFacts): ColumnMetrics => ({
  ...(bytes === undefined ? {} : { size: BigInt(bytes) }),
  ...(values === undefined ? {} : { values: BigInt(values) }),
  ...(nulls === undefined ? {} : { nulls: BigInt(nulls) }),
  // Whether there are any is told, not how many.
  ...(hasNan === false ? { nans: 0n } : {}),
});

function boundsOf(type: string, { id, min, max, hasNan }: ColumnFacts): Pick<ColumnMetrics, 'lower' | 'upper'> {
  if ((type === 'float' || type === 'double') && hasNan !== false) return {};
  // Readers find by equal bounds that all deletes are of one file: the path is not cut.
  const bound = id === POSITION_DELETE_PATH ? (_: string, text: string) => new TextEncoder().encode(text) : boundOf;
  const lower = min === undefined ? undefined : bound(type, min, 'lower');
  const upper = max === undefined ? undefined : bound(type, max, 'upper');
  return { ...(lower === undefined ? {} : { lower }), ...(upper === undefined ? {} : { upper }) };
}
