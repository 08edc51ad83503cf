import type { Naming } from '../../src/index.ts';

/** Names of the nth commit of a table; times are an hour apart. */
export const namingOf = (n: number): Naming => ({
  snapshotId: BigInt(n),
  now: Date.UTC(2024, 0, 1) + n * 3_600_000,
  manifest: (m) => `${String(n)}-m${String(m)}.avro`,
  manifestList: `snap-${String(n)}.avro`,
});
