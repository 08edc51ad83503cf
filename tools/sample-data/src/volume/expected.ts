import { asQueried, datasetOf, type Check, type Expectation, type Queried } from '../expected.ts';
import type { TableShape, Value } from '../table.ts';
import type { Life } from './life.ts';
import type { Figures } from './tally.ts';

/** What a pipeline must show when the whole feed is loaded, at any size: figures over all rows, and some rows. */
export interface VolumeExpectation extends Expectation, Figures {}

/** So many rows of each fate are written down: gone, moved, changed. */
const TOLD = 12;

/** Up to so many rows in the end, all of them are written down. */
export const ALL_ROWS_UP_TO: number = 5_000;

const queriedOf = (table: TableShape, values: readonly Value[]): [string, Queried][] =>
  table.columns.map((column, at) => [column.name.toLowerCase(), asQueried(column, values[at] ?? null)]);

const keyOf = ({ rows: { table, key } }: Life, values: readonly Value[]): Record<string, Queried> =>
  Object.fromEntries(queriedOf(table, values).filter((_, at) => key[at] === true));

/** All columns of a changed row that its updates may have set. */
const changedChecks = (life: Life, row: number, revision: number, why: string): Check[] => {
  const { rows } = life;
  const names = new Set<string>();
  for (let at = revision; at > Math.max(0, revision - 3); at--)
    for (const name of rows.changed(row, at).names) names.add(name.toLowerCase());
  const values = rows.after(row, revision);
  const key = keyOf(life, values);
  return queriedOf(rows.table, values)
    .filter(([name]) => names.has(name))
    .map(([column, value]) => ({ key, column, value, why }));
};

const checksOf = (life: Life): Check[] => {
  const { rows, states } = life;
  const checks: Check[] = [];
  const told = { gone: 0, moved: 0, changed: 0 };
  for (const { row, revision, gone } of states.entries()) {
    const last = rows.after(row, revision);
    const first = rows.made(row);
    const moved = JSON.stringify(keyOf(life, first)) !== JSON.stringify(keyOf(life, last));
    const fate = gone ? 'gone' : moved ? 'moved' : 'changed';
    if (told[fate]++ >= TOLD) {
      if (Math.min(told.gone, told.changed) > TOLD * 8) break;
      continue;
    }
    if (gone) checks.push({ key: keyOf(life, last), absent: true, why: 'deleted, and not inserted again' });
    if (moved) checks.push({ key: keyOf(life, first), absent: true, why: 'its row has another key now' });
    if (!gone) checks.push(...changedChecks(life, row, revision, moved ? 'moved to this key' : 'updated'));
  }
  return checks;
};

/** @param figures over the rows as they are in the end */
export const volumeExpectation = (life: Life, figures: Figures): VolumeExpectation => ({
  ...figures,
  orphans: life.operations.orphans,
  checks: checksOf(life),
});

/** Every row that is left, a line of JSON each as a query answers it; undefined where there are too many. */
export const allRows = (life: Life, count: number): string | undefined => {
  if (count > ALL_ROWS_UP_TO) return undefined;
  const { rows, states } = life;
  let text = '';
  for (let row = 0; row < life.next; row++) {
    if (states.isGone(row)) continue;
    const values = rows.after(row, states.revision(row));
    text += `${JSON.stringify(Object.fromEntries(queriedOf(rows.table, values)))}\n`;
  }
  return text;
};

/** Where all rows of a table stand, below the feed's folder. */
export const allRowsFile = (table: TableShape): string => `expected-rows/${datasetOf(table)}.jsonl`;
