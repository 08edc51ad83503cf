/** Delivers DMAP datasets for tests as a sync would leave them: files below `cubic/dmap`, named by their results. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { formatDatasetKey, type DatasetKey } from '@farelake/dmap';
import { setTableName, type Contract, type ContractColumn } from '@farelake/schema-registry';
import type { World } from './world.ts';

export interface TestColumn extends Partial<ContractColumn> {
  readonly name: string;
}

/** A contract of a set; its columns are public text unless they say otherwise. */
export function setContract(set: string, columns: readonly TestColumn[], more: Partial<Contract> = {}): Contract {
  return {
    feed: 'dmap',
    dataset: setTableName(set),
    source: { schema: 'aggregations', table: set },
    version: 1,
    columns: columns.map((column, index) => ({
      id: 101 + index,
      sourceName: column.name,
      type: 'string',
      nullable: true,
      classification: 'public',
      treatment: 'keep',
      description: '',
      ...column,
    })),
    lastColumnId: 100 + columns.length,
    key: [],
    cdc: { updateImage: 'full', beforeImage: 'none' },
    layout: {},
    publish: { postgres: false },
    owner: 'tests',
    ...more,
  };
}

export interface TestDataset extends Partial<Omit<DatasetKey, 'set'>> {
  readonly datasetId: string;
  /** CSV, header line included. */
  readonly text: string;
  /** Changes the gzip file before it is written. */
  readonly spoil?: (gz: Buffer) => Buffer;
}

/** Issue number n of a day: later ones are newer. */
export const issued = (n: number): string => `2026-01-0${1 + (n % 9)}T00:00:${String(n).padStart(2, '0')}.000000000`;

/** Writes the file of a result below `folder`. @returns its path */
export async function deliverDataset(folder: string, set: string, dataset: TestDataset): Promise<string> {
  const { text, spoil, ...given } = dataset;
  const key = { set, startDate: '2026-01-01', endDate: '2026-01-01', lastUpdated: '2026-01-02T00:00:00.000000000' };
  const file = path.join(folder, formatDatasetKey({ ...key, ...given }));
  await mkdir(path.dirname(file), { recursive: true });
  const gz = gzipSync(text);
  await writeFile(file, spoil?.(gz) ?? gz);
  return file;
}

/** Adds the contract to a world, and a short way to deliver. */
export function useSet(world: World, contract: Contract): (dataset: TestDataset) => Promise<string> {
  world.contracts.set(contract.dataset, contract);
  return (dataset) => deliverDataset(world.delivered, contract.source.table, dataset);
}
