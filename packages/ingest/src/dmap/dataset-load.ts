/** A load of a DMAP dataset, with what its name says. */
import type { Load } from '@farelake/db';
import { parseDatasetKey, type DatasetKey } from '@farelake/dmap';

export interface DatasetLoad {
  readonly load: Load;
  readonly key: DatasetKey;
}

/** The loads that are of datasets; those of files with a `.dfm` are left out. */
export const datasetLoads = (loads: readonly Load[]): DatasetLoad[] =>
  loads.flatMap((load) => {
    const key = parseDatasetKey(load.objectKey);
    return key === undefined ? [] : [{ load, key }];
  });

/** Its rows are in the table. */
export const isInTable = ({ load }: DatasetLoad): boolean => load.historyBatchId !== null;
