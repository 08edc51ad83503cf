/** Which files of history are opened for what a fold asks for. */
import type { ListedFile, Load, Manifest } from '@farelake/db';
import type { Engine } from '@farelake/lake';
import type { Contract } from '@farelake/schema-registry';
import { historyColumns } from '../columns.ts';
import type { Wanted } from './gather.ts';
import { filesHolding, since, withOperations, withSequences } from './prune.ts';
import type { FoldFile } from './run-fold.ts';

export interface HistoryReader {
  readonly engine: Engine;
  readonly contract: Contract;
  /** Of the table's history. */
  readonly history: Manifest;
  /** The generation's loads that are in history. */
  readonly members: readonly Load[];
  /** Told of each time that a part of history is asked for. */
  readonly onPruned?: ((files: { readonly opened: number; readonly of: number }) => void) | undefined;
}

/**
 * SQL of the relation of history rows that holds at least what is wanted of the given loads: files of their batches, without
 * those that by their statistics have none of it.
 */
export async function historySql(reader: HistoryReader, loads: readonly FoldFile[], wanted: Wanted): Promise<string> {
  const { engine, contract, history, members } = reader;
  const ids = new Set(loads.map((load) => load.loadId));
  const batches = new Set(members.filter((load) => ids.has(load.id)).map((load) => load.historyBatchId));
  const files = history.files.filter((file) => batches.has(file.batchId));
  const opened = await pruned(reader, files, wanted);
  if (wanted.what !== 'all') reader.onPruned?.({ opened: opened.length, of: files.length });
  return engine.files.sql(opened, historyColumns(contract));
}

async function pruned(
  { engine, contract }: HistoryReader,
  files: readonly ListedFile[],
  wanted: Wanted,
): Promise<readonly ListedFile[]> {
  switch (wanted.what) {
    case 'all':
      return files;
    case 'keys': {
      const key = historyColumns(contract).filter(({ name }) => contract.key.includes(name));
      return filesHolding(engine, files, wanted.relation, key);
    }
    case 'sequences':
      return withSequences(engine, files, wanted.relation);
    case 'since':
      return since(files, wanted.sequence);
    case 'truncations':
      return withOperations(files, ['T']);
  }
}
