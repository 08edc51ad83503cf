/** Which datasets are loaded together. Pure. */
import type { BatchSpec, ResultPlace } from '@farelake/db';
import type { DatasetKey } from '@farelake/dmap';
import type { BatchLimits } from '../plan/plan-batches.ts';
import { comparePlaces } from './judge-datasets.ts';
import { comparePeriods } from './newest-first.ts';

export interface ReadyDataset {
  readonly id: number;
  readonly key: DatasetKey;
  readonly place: ResultPlace | undefined;
  /** Bytes, compressed. */
  readonly size: number;
  /** It failed before, or did not fit: good ones do not go with it. */
  readonly suspect: boolean;
}

/** Each file of a batch is at hand while the others are worked on. One that is larger is a batch of its own. */
export const DATASET_LIMITS: BatchLimits = { files: 100, bytes: 256 * 1024 * 1024 };

/** Newest periods first. Of one dataset id there is one load in a batch: a table has the rows of one. */
export function batchDatasets(
  dataset: string,
  loads: readonly ReadyDataset[],
  limits: BatchLimits = DATASET_LIMITS,
): BatchSpec[] {
  const [good, suspect] = [false, true].map((is) => loads.filter((load) => load.suspect === is));
  const groups = [good, suspect].flatMap((group = []) => cut(group.toSorted(byPeriod), limits));
  return groups.map((group) => ({ dataset, kind: 'datasets', folder: '', loadIds: group.map(({ id }) => id) }));
}

/** Of one dataset id the one that counts comes last. */
const byPeriod = (a: ReadyDataset, b: ReadyDataset): number =>
  comparePeriods(a.key, b.key) ||
  (a.place === undefined || b.place === undefined ? a.id - b.id : comparePlaces(a.place, b.place));

function cut(group: readonly ReadyDataset[], limits: BatchLimits): ReadyDataset[][] {
  const parts: ReadyDataset[][] = [];
  let bytes = 0;
  let ids = new Set<string>();
  for (const load of group) {
    const part = parts.at(-1);
    const { datasetId } = load.key;
    const full = part === undefined || part.length >= limits.files || bytes + load.size > limits.bytes;
    if (full || ids.has(datasetId)) {
      parts.push([load]);
      [bytes, ids] = [load.size, new Set([datasetId])];
    } else {
      part.push(load);
      bytes += load.size;
      ids.add(datasetId);
    }
  }
  return parts;
}
