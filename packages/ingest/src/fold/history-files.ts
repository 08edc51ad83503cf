/** Which files of history hold rows of given loads. */
import type { Load, Manifest } from '@farelake/db';
import type { Engine } from '@farelake/lake';
import type { Contract } from '@farelake/schema-registry';
import { historyColumns } from '../columns.ts';
import type { FoldFile } from './run-fold.ts';

export interface HistoryReader {
  readonly engine: Engine;
  readonly contract: Contract;
  /** Of the table's history. */
  readonly history: Manifest;
  /** The generation's loads that are in history. */
  readonly members: readonly Load[];
}

/** SQL of the relation of history rows that holds at least those of the given loads: the files of their batches. */
export function historySql(
  { engine, contract, history, members }: HistoryReader,
  loads: readonly FoldFile[],
): Promise<string> {
  const wanted = new Set(loads.map((load) => load.loadId));
  const batches = new Set(members.filter((load) => wanted.has(load.id)).map((load) => load.historyBatchId));
  return engine.files.sql(
    history.files.filter((file) => batches.has(file.batchId)),
    historyColumns(contract),
  );
}
