/** Datasets to measure with: transactions with ids that do not pack well, about as many bytes each as asked for. */
import { createHash } from 'node:crypto';
import type { Contract } from '@farelake/schema-registry';
import { csvGz, type Dataset } from '@farelake/dmap/testing';

export const BENCH_SET = { api: 'aggregations', set: 'bench' } as const;

const COLUMNS = [
  ['transaction_id', 'string'],
  ['operating_day', 'date'],
  ['transaction_dtm', 'timestamp'],
  ['station', 'string'],
  ['product', 'string'],
  ['rider_class', 'string'],
  ['amount', 'decimal(19,4)'],
  ['taps', 'bigint'],
] as const;

export const DMAP_BENCH_CONTRACT: Contract = {
  feed: 'dmap',
  dataset: `dmap_${BENCH_SET.set}`,
  source: { schema: BENCH_SET.api, table: BENCH_SET.set },
  version: 1,
  columns: COLUMNS.map(([name, type], index) => ({
    ...{ id: 101 + index, name, sourceName: name, type, nullable: true },
    ...{ classification: 'internal', treatment: 'keep', description: '' },
  })),
  lastColumnId: 100 + COLUMNS.length,
  key: [],
  cdc: { updateImage: 'full', beforeImage: 'none' },
  layout: {},
  publish: { postgres: false },
  owner: 'bench',
};

/** Different files; further datasets have the bytes of one of them. */
const DIFFERENT = 8;
/** Packed bytes of a row, as measured. */
const ROW_BYTES = 21;

export interface BenchDatasets {
  readonly datasets: readonly Dataset[];
  readonly rows: number;
  /** Packed. */
  readonly bytes: number;
}

/** @param size packed bytes of one, about */
export function benchDatasets(count: number, size: number): BenchDatasets {
  const rowsOfOne = Math.max(1, Math.round(size / ROW_BYTES));
  const files = Array.from({ length: Math.min(DIFFERENT, count) }, (_, file) => fileOf(file, rowsOfOne));
  const datasets = Array.from({ length: count }, (_, index): Dataset => {
    const startDate = new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10);
    const bytes = files[index % files.length];
    if (bytes === undefined) throw new Error('no dataset was made');
    return { datasetId: `bench_${startDate.replaceAll('-', '')}`, startDate, bytes };
  });
  return { datasets, rows: rowsOfOne * count, bytes: datasets.reduce((sum, one) => sum + one.bytes.length, 0) };
}

const STATIONS = Array.from({ length: 120 }, (_, index) => `place-${String(index).padStart(3, '0')}`);

function fileOf(file: number, rows: number): Uint8Array {
  return csvGz(
    COLUMNS.map(([name]) => name),
    Array.from({ length: rows }, (_, row) => {
      const hash = createHash('sha1').update(`${file} ${row}`).digest();
      const second = String(hash.readUInt16BE(0) % 60).padStart(2, '0');
      return [
        hash.subarray(0, 8).toString('hex'),
        '2026-01-01',
        `2026-01-01 ${String(row % 24).padStart(2, '0')}:${String(hash.readUInt8(2) % 60).padStart(2, '0')}:${second}`,
        STATIONS[hash.readUInt8(3) % STATIONS.length],
        `product ${hash.readUInt8(4) % 6}`,
        hash.readUInt8(5) % 5 === 0 ? null : `class ${hash.readUInt8(5) % 5}`,
        ((hash.readUInt8(6) % 40) * 0.1).toFixed(4),
        1 + (hash.readUInt8(7) % 3),
      ];
    }),
  );
}
