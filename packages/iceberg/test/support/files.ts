/** Files by number, as their table would know them; there is nothing at their paths. */
import type { DataFile, DeleteFile } from '../../src/index.ts';

export const LOCATION = 's3://bucket/stage/t';
export const UUID = '4f2b1c5e-0d3a-4c55-9a53-5d2f6a1f0b77';
export const pathOf = (n: number): string => `${LOCATION}/base/${String(n)}.parquet`;
export const deletePathOf = (n: number): string => `${LOCATION}/delta/deletes-${String(n)}.parquet`;

const bound = (n: number): Uint8Array => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(n));
  return new Uint8Array(bytes);
};

/** Of ten rows and n, and 100 bytes and n. */
export const dataFile = (n: number): DataFile => ({
  path: pathOf(n),
  records: BigInt(10 + n),
  size: BigInt(100 + n),
  metrics: new Map([[101, { size: 7n, values: BigInt(10 + n), nulls: 0n, lower: bound(n), upper: bound(n + 1) }]]),
  splitOffsets: [4n],
});

/** Of n rows, 50 bytes. */
export const deleteFile = (n: number, dataPath?: string): DeleteFile => ({
  path: deletePathOf(n),
  records: BigInt(n),
  size: 50n,
  metrics: new Map(),
  ...(dataPath === undefined ? {} : { dataPath }),
});
