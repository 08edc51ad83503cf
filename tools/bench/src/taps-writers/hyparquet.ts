import { rowsToParquet } from '@farelake/lake';
import type { TapsWriter } from './measure.ts';
import { TAP_COLUMNS, tapRow } from './records.ts';

/** hyparquet-writer, by the lake's own function. */
export const write: TapsWriter = (records) => {
  const rows = records.map(tapRow);
  const columns = TAP_COLUMNS.map((column, place) => ({ ...column, values: rows.map((row) => row[place] ?? null) }));
  return Promise.resolve(rowsToParquet(columns).bytes);
};
