/** Refused rows of a batch, as its portions come in: within the budget they are gathered per load, beyond it the load fails. */
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SpoiledLoad, type RowCounts } from './load-csv.ts';
import type { Refusal, RefusedRow, RefusedRows } from './set-apart.ts';

/** Of one portion; `moved`: by load, what to add to the numbers of its records. */
export interface RefusedPortion {
  readonly refused: readonly RefusedRows[];
  readonly moved: ReadonlyMap<number, number>;
}

/** Loads of which more rows were refused than the budget allows, whatever may still come. */
export function loadsBeyond(portions: readonly { refused: readonly RefusedRows[] }[], { rows }: Refusal): Set<number> {
  const refused = refusedCounts(portions);
  return new Set([...refused].flatMap(([loadId, count]) => (count > rows ? [loadId] : [])));
}

function refusedCounts(portions: readonly { refused: readonly RefusedRows[] }[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { loadId, count } of portions.flatMap(({ refused }) => refused))
    counts.set(loadId, (counts.get(loadId) ?? 0) + count);
  return counts;
}

/**
 * One fault for each load beyond its budget.
 * @param read rows of each load
 * @param unfinished loads of which not every row was looked at
 */
export function budgetFaults(
  portions: readonly { refused: readonly RefusedRows[] }[],
  budget: Refusal,
  read: RowCounts,
  unfinished: ReadonlySet<number>,
): SpoiledLoad[] {
  const first = new Map<number, RefusedRow>();
  for (const { loadId, rows } of portions.flatMap(({ refused }) => refused))
    if (rows[0] !== undefined && !first.has(loadId)) first.set(loadId, rows[0]);
  return [...refusedCounts(portions)].flatMap(([loadId, count]) => {
    const own = read.get(loadId) ?? 0;
    const row = first.get(loadId);
    // A share is one of all rows.
    const all = !unfinished.has(loadId);
    if (row === undefined || (count <= budget.rows && !(all && count > budget.share * own))) return [];
    return [beyond(loadId, all ? `${count} of ${own}` : `At least ${count}`, row, budget)];
  });
}

const beyond = (loadId: number, many: string, { line, record, column, reason }: RefusedRow, budget: Refusal) =>
  new SpoiledLoad(loadId, {
    code: 'too-many-bad-rows',
    problem:
      `${many} rows do not fit, and the contract lets ${budget.rows} of a file be refused, ` +
      `and no more than ${percent(budget.share)} of it. The first: line ${line}, column ${column}: ${reason}.`,
    remedy:
      'Deliver the file again with values that fit, or correct the contract: its types, or its budget (quarantine).',
    data: { record, line, column, budget: { rows: budget.rows, share: budget.share } },
  });

const percent = (share: number): string => `${Number((share * 100).toPrecision(12))} %`;

/** The refused rows of each load in one file, numbered as records of the whole delivered file. */
export async function gatherRefused(portions: readonly RefusedPortion[]): Promise<RefusedRows[]> {
  const gathered = new Map<number, { file: string; rows: RefusedRow[] }>();
  for (const { refused, moved } of portions)
    for (const { loadId, file, rows } of refused) {
      const by = moved.get(loadId) ?? 0;
      const target = gathered.get(loadId) ?? { file: `${file}.whole`, rows: [] };
      gathered.set(loadId, target);
      for (const row of rows) target.rows.push({ ...row, record: row.record + by });
      await append(file, target.file, by);
      await rm(file);
    }
  return [...gathered].map(([loadId, { file, rows }]) => ({ loadId, count: rows.length, file, rows }));
}

async function append(file: string, target: string, by: number): Promise<void> {
  const source = createReadStream(file);
  const out = createWriteStream(target, { flags: 'a' });
  if (by === 0) return pipeline(source, out);
  const lines = createInterface({ input: source });
  return pipeline(Readable.from(renumbered(lines, by)), out);
}

async function* renumbered(lines: AsyncIterable<string>, by: number): AsyncGenerator<string> {
  for await (const line of lines) {
    const row = JSON.parse(line) as { record: number };
    yield `${JSON.stringify({ ...row, record: row.record + by })}\n`;
  }
}
