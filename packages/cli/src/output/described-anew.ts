import type { TableStatus } from '@farelake/ingest';
import { count } from './table.ts';

/** Lines of one table; more are counted. */
const LINES = 3;

/** A line for each file whose .dfm was replaced by one that says otherwise, after it was loaded. */
export const describedAnewLines = (tables: readonly Pick<TableStatus, 'table' | 'describedAnew'>[]): string[] =>
  tables.flatMap(({ table, describedAnew: { files, examples } }) => {
    const lines = examples
      .slice(0, LINES)
      .map(
        ({ load, object, text }) =>
          `described anew: ${table}: ${object}: its .dfm says ${text}; the table goes by the former one until farelake replay --load ${load}`,
      );
    const more = files - lines.length;
    return more > 0 ? [...lines, `described anew: ${table}: ${count(more)} more; status --json tells of 20`] : lines;
  });
