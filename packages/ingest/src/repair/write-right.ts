/** Writes the segments that a comparison found wrong, from the rows that are right in them and those that should be. */
import { quoteIdentifier as q } from '@farelake/schema-registry';
import { currentColumns } from '../columns.ts';
import { sameKeySql, sliceRows } from '../fold/segments.ts';
import { slicesOfPresent, type Run } from '../fold/slices.ts';
import { writePieces, type SegmentChange, type SegmentWriter } from '../fold/write-segments.ts';
import { presentSql, WRONG, type Comparison } from './compare.ts';

/**
 * @param places of segments to be written, whether or not rows of theirs are wrong
 * @returns what becomes of the table's segments
 */
export async function writeRight(
  comparison: Comparison,
  writer: SegmentWriter,
  places: readonly number[],
): Promise<SegmentChange> {
  const { layout, contract } = comparison;
  const { engine } = layout;
  const keys = contract.key.map(q).join(', ');
  await engine.run(`CREATE OR REPLACE TEMP TABLE "@keys" AS SELECT ${keys} FROM ${q(WRONG)}`);
  const counted = await engine.rows(`SELECT "@place" AS place, count(*) AS n FROM ${q(WRONG)} GROUP BY 1`);
  const changes = new Map(places.map((place) => [place, 0]));
  for (const row of counted) changes.set(Number(row['place']), Number(row['n']));
  // As a fold writes the segments that changed keys fall into: neighbours together, a large one in parts.
  const slices = await slicesOfPresent({ ...layout, rows: sliceRows(contract) }, changes);
  const change: SegmentChange = { add: [], remove: new Set() };
  for (const run of slices.flatMap((slice) => slice.runs)) await writeRun(comparison, writer, run, change);
  return change;
}

async function writeRun(
  comparison: Comparison,
  writer: SegmentWriter,
  { within, present }: Run,
  change: SegmentChange,
): Promise<void> {
  const { layout, contract } = comparison;
  const columns = currentColumns(contract)
    .map(({ name }) => q(name))
    .join(', ');
  const places = present.map((file) => layout.ordered.indexOf(file));
  const staying = `SELECT ${columns} FROM ${await presentSql(comparison, { within, places })} s
    WHERE NOT EXISTS (SELECT 1 FROM "@keys" k WHERE ${sameKeySql(contract, 'k', 's')})`;
  const right = `SELECT ${columns} FROM ${q(WRONG)} WHERE "@alive" AND (${within})`;
  await writePieces(writer, `${staying}\nUNION ALL\n${right}`, change);
  await layout.engine.files.release(present);
  for (const file of present) change.remove.add(file);
}
