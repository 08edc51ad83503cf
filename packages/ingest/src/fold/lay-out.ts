/**
 * History in no order of its keys would be looked through again for each slice of a fold. It is laid out by slice first, in
 * the scratch folder: written once, after which the engine skips all files but a slice's own by their statistics.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Engine } from '@farelake/lake';
import { quoteLiteral } from '@farelake/schema-registry';
import { partSql, scatterOf, type Bound, type KeyColumn } from './segments.ts';

/** Above this share of rows out of place, and with this many slices, laying out costs less than looking through again. */
const SCATTERED = 0.2;
const FEW_SLICES = 3;

/**
 * Replaces the relation `@history` by the same rows laid out by slice, where that pays.
 * @param bounds between the slices, ascending
 * @param folder scratch folder; takes about as much as history without compression
 */
export async function layOutHistory(
  engine: Engine,
  key: readonly KeyColumn[],
  bounds: readonly Bound[],
  folder: string,
): Promise<void> {
  if (bounds.length < FEW_SLICES) return;
  if ((await scatterOf(engine, key, '"@history"', bounds.length + 1)) < SCATTERED) return;
  const target = path.join(folder, 'laid-out');
  // What waits to be written is held for all parts at once: small parts of it, so that they stay within the memory.
  await engine.run(`SET partitioned_write_flush_threshold = 65536`);
  await engine.run(`COPY (SELECT h.*, ${partSql(key, bounds)} AS "@part" FROM "@history" h)
    TO ${quoteLiteral(target)} (FORMAT parquet, COMPRESSION lz4_raw, PARTITION_BY ("@part"))`);
  const names = await readdir(target, { recursive: true });
  const files = names.filter((name) => name.endsWith('.parquet')).map((name) => path.join(target, name));
  const list = files.sort().map(quoteLiteral).join(', ');
  await engine.run(
    `CREATE OR REPLACE TEMP VIEW "@history" AS SELECT * FROM read_parquet([${list}], hive_partitioning = false)`,
  );
}
