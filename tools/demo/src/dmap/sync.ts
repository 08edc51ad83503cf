/** The DMAP part of `npm start`: a sync of invented datasets from the stand-in, by the use case of `farelake dmap sync`. */
import {
  datasetsOf,
  describeProblem,
  isSetTroubled,
  progressLine,
  syncSets,
  type Context,
  type Synced,
  type Terminal,
  type Workspace,
} from '@farelake/cli';
import { ApiKey, openVendor } from '@farelake/dmap';
import type { StandIn } from '@farelake/dmap/testing';
import { inventDatasets, openInvented, SHOWN_SETS } from './invented.ts';

export interface Fetched {
  readonly synced: Synced;
  /** Milliseconds, the stand-in's start included. */
  readonly worked: number;
}

/** The stand-in answers as often as it is asked. */
const PER_SECOND = 100;

/** @returns undefined: it could not be shown, and was told why */
export async function syncInvented({ terminal, signal }: Context, workspace: Workspace): Promise<Fetched | undefined> {
  const began = performance.now();
  const datasets = inventDatasets();
  const strangers = await othersThan(workspace, new Set(datasets.map(({ datasetId }) => datasetId)));
  if (strangers.length > 0) {
    terminal.note(
      `The part about DMAP is left out: this home has datasets of ${strangers.join(', ')} that are not invented, and both must not mix. A home of its own shows it: FARELAKE_HOME=.farelake/demo npm start`,
    );
    return undefined;
  }
  terminal.progress("starting a stand-in of the vendor's API");
  const standIn = await openInvented(datasets).catch((error: unknown) => {
    signal.throwIfAborted();
    terminal.note(
      `The part about DMAP is left out: the stand-in of the vendor's API (Azurite, which npm ci installs) did not start: ${Error.isError(error) ? error.message : String(error)}`,
    );
    return undefined;
  });
  if (standIn === undefined) return undefined;
  try {
    signal.throwIfAborted();
    const synced = await syncWith(standIn, workspace, terminal);
    return isWhole(synced, terminal) ? { synced, worked: performance.now() - began } : undefined;
  } finally {
    await standIn.close();
    terminal.progress(undefined);
  }
}

async function syncWith({ baseUrl, keys }: StandIn, workspace: Workspace, terminal: Terminal): Promise<Synced> {
  const vendor = openVendor({
    baseUrl,
    keys: { aggregations: new ApiKey(keys.aggregations), transactional: new ApiKey(keys.transactional) },
    pace: PER_SECOND,
  });
  try {
    const onProgress = progressLine(terminal);
    return await syncSets(workspace, vendor, { sets: SHOWN_SETS, onProgress });
  } finally {
    await vendor.close();
  }
}

/** Tables of the shown sets that hold, or wait for, datasets with other ids. */
async function othersThan(workspace: Workspace, invented: ReadonlySet<string>): Promise<string[]> {
  const tables = SHOWN_SETS.map((set) => `dmap_${set}`);
  const known = await Promise.all(tables.map((table) => datasetsOf(workspace.pool, table)));
  return tables.filter((_, place) => known[place]?.some(({ datasetId }) => !invented.has(datasetId)));
}

function isWhole({ sets, troubled }: Synced, terminal: Terminal): boolean {
  for (const { set, trouble, failed } of sets) {
    if (trouble !== null) terminal.note(`trouble: ${set}: ${trouble}`);
    for (const { datasetId, reason } of failed) terminal.note(`not fetched: ${set}: ${datasetId}: ${reason}`);
  }
  for (const { error } of troubled) terminal.note(describeProblem(error));
  return troubled.length === 0 && !sets.some(isSetTroubled);
}
