/** Loads datasets into their tables while others are still fetched. */
import { workTables, type Worked } from '../ingest.ts';
import type { OnProgress } from '../progress.ts';
import type { TableDone } from '../table/work-table.ts';
import type { Workspace } from '../workspace.ts';

export interface Loading {
  /** One more dataset of the table is there. */
  fetched(dataset: string): void;
  /** The table is worked on soon, however few there are. */
  due(dataset: string): void;
  /**
   * Works on all these tables once more, and ends.
   * @throws what work on tables throws: the person stopped it, or the list of tables cannot be read
   */
  end(datasets: readonly string[]): Promise<Worked>;
  /** Waits for what is under way, and begins nothing more. */
  stop(): Promise<void>;
}

/** Datasets that are worth a turn at their table; as many as go into one batch. */
const ENOUGH = 100;
/** Milliseconds that fewer wait for more: one link that stands still keeps nothing else out of its table. */
const LONG_ENOUGH = 15_000;

/** @param patience milliseconds in place of `LONG_ENOUGH` */
export function loadMeanwhile(workspace: Workspace, onProgress?: OnProgress, patience = LONG_ENOUGH): Loading {
  const counts = new Map<string, number>();
  const timers = new Map<string, NodeJS.Timeout>();
  const due = new Set<string>();
  const sum = newSum();
  let running: Promise<void> | undefined;
  let broken: { readonly error: unknown } | undefined;
  let stopped = false;
  const work = async () => {
    while (due.size > 0 && broken === undefined && !stopped) {
      const datasets = [...due];
      due.clear();
      try {
        sum.add(await workTables(workspace, datasets, onProgress === undefined ? {} : { onProgress }));
      } catch (error) {
        broken = { error };
      }
    }
    running = undefined;
  };
  const add = (dataset: string) => {
    counts.delete(dataset);
    clearTimeout(timers.get(dataset));
    timers.delete(dataset);
    if (broken !== undefined || stopped) return;
    due.add(dataset);
    // Begun a moment later: tables that are due together are worked on side by side, and one in use keeps no other waiting.
    running ??= Promise.resolve().then(work);
  };
  const settled = async () => {
    while (running !== undefined) await running;
  };
  return {
    fetched: (dataset) => {
      const count = (counts.get(dataset) ?? 0) + 1;
      counts.set(dataset, count);
      if (count >= ENOUGH) add(dataset);
      else if (!timers.has(dataset)) timers.set(dataset, setTimeout(add, patience, dataset));
    },
    due: add,
    end: async (datasets) => {
      for (const dataset of [...timers.keys(), ...datasets]) add(dataset);
      await settled();
      if (broken !== undefined) throw broken.error;
      return sum.total();
    },
    stop: () => {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
      return settled();
    },
  };
}

/** Several turns at the same tables, told as one. */
function newSum() {
  const tables = new Map<string, TableDone>();
  const troubled = new Map<string, unknown>();
  return {
    add: (worked: Worked) => {
      for (const { dataset, ...done } of worked.tables) {
        const before = tables.get(dataset);
        troubled.delete(dataset);
        tables.set(dataset, before === undefined ? done : plus(before, done));
      }
      for (const { dataset, error } of worked.troubled) troubled.set(dataset, error);
    },
    total: (): Worked => ({
      tables: byName(tables).map(([dataset, done]) => ({ dataset, ...done })),
      troubled: byName(troubled).map(([dataset, error]) => ({ dataset, error })),
    }),
  };
}

const byName = <T>(map: ReadonlyMap<string, T>): [string, T][] => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));

const plus = (before: TableDone, after: TableDone): TableDone => ({
  loaded: before.loaded + after.loaded,
  rowsLoaded: before.rowsLoaded + after.rowsLoaded,
  applied: before.applied + after.applied,
  archived: before.archived + after.archived,
  trouble: after.trouble,
});
