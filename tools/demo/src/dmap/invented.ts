/**
 * A vendor for the demonstration: a stand-in of its API on this machine, which has issued invented datasets. Each time it is
 * started it issues the same ones, at the same times, so that who has them already fetches nothing.
 */
import { generateDatasets, DMAP_SETS, type Dataset, type DmapSetName } from '@farelake/sample-data';
import type { StandIn } from '@farelake/dmap/testing';

/** Sets without a hashed column, so that no key has to be made up. */
export const SHOWN_SETS = [
  'agg_daily_fareprod',
  'agg_daily_transfers_station',
  'agg_hourly_entry_exit_count',
  'citation',
] as const satisfies readonly DmapSetName[];

/** Weeks around the day of changes that `sample_data` holds, one dataset each. */
const WEEKS = { from: '2026-02-02', datasets: 6, days: 7, rows: 200 } as const;

export const inventDatasets = (): readonly Dataset[] => [...generateDatasets({ ...WEEKS, sets: SHOWN_SETS })];

/**
 * Starts it, in about a second. The sets that are not shown are known to it, and empty.
 * @throws Error where its parts are not installed (a development dependency) or do not start
 */
export async function openInvented(datasets: readonly Dataset[]): Promise<StandIn> {
  // Not before it is needed: whoever has left out development dependencies sees the rest all the same.
  const { openStandIn } = await import('@farelake/dmap/testing');
  const standIn = await openStandIn();
  try {
    for (const { api, set } of DMAP_SETS) {
      standIn.declare({ api, set });
      const own = datasets.filter((dataset) => dataset.set === set);
      await standIn.issue(
        { api, set },
        own.map(({ body, ...issued }) => ({ ...issued, bytes: body })),
      );
    }
    return standIn;
  } catch (error) {
    await standIn.close();
    throw error;
  }
}
