/** Results of DMAP listings as parameters of a statement. */
import type { DmapResultKey } from './dmap-listing.ts';

/** Parameters $2 to $5 of a statement that reads `GIVEN_RESULTS`. */
export const resultColumns = (results: readonly DmapResultKey[]): string[][] => [
  results.map(({ datasetId }) => datasetId),
  results.map(({ lastUpdated }) => lastUpdated),
  results.map(({ startDate }) => startDate),
  results.map(({ endDate }) => endDate),
];

/** SQL: the results of `resultColumns`, as `given`. */
export const GIVEN_RESULTS = `unnest($2::text[], $3::text[], $4::date[], $5::date[]) given(dataset_id, last_updated, start_date, end_date)`;
