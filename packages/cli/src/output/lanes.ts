import type { TableStatus } from '@farelake/ingest';
import { count } from './table.ts';

/** A line for each DMAP set of which something is still to be fetched, or was listed and is there no more. */
export const laneLines = (tables: readonly Pick<TableStatus, 'table' | 'dmap'>[]): string[] =>
  tables.flatMap(({ table, dmap }) => {
    if (dmap === null) return [];
    const { waiting, results } = dmap;
    const lanes = [
      ...((waiting.new ?? 0) > 0 ? [`${count(waiting.new ?? 0)} in the lane of new ones`] : []),
      ...((waiting.slow ?? 0) > 0
        ? [`${count(waiting.slow ?? 0)} in the slow lane, issued anew by the vendor at once`]
        : []),
    ];
    const withdrawn = results.withdrawn ?? 0;
    return [
      ...(lanes.length > 0 ? [`to be fetched: ${table}: ${lanes.join(', ')}`] : []),
      ...(withdrawn > 0
        ? [
            `withdrawn: ${table}: ${count(withdrawn)} datasets were listed, and are listed no more; they were never fetched`,
          ]
        : []),
    ];
  });
