/** The plan of a table's files that are described by a `.dfm`: what becomes of each load, and which are loaded together. */
import type { BatchSpec, Load, Queryable } from '@farelake/db';
import type { Contract } from '@farelake/schema-registry';
import { isDatasetKey } from '../object/delivered-name.ts';
import { planBatches, type ReadyLoad } from './plan-batches.ts';
import type { Verdict } from './plan-loads.ts';
import { objectOf, planOf } from './table-plan.ts';

export interface FilePlan {
  readonly verdicts: ReadonlyMap<number, Verdict>;
  /** Batches of those of the loads that are ready by this plan. @param alone each of these is worked on by itself */
  readonly batchesOf: (ready: readonly Load[], alone: ReadonlySet<number>) => BatchSpec[];
}

/** @param loads all of the table's; where all are datasets, nothing more is asked for */
export async function planFiles(
  db: Queryable,
  dataset: string,
  contract: Contract | undefined,
  loads: readonly Load[],
): Promise<FilePlan> {
  if (loads.every(({ objectKey }) => isDatasetKey(objectKey))) return NOTHING;
  const { verdicts } = await planOf(db, dataset, contract, loads);
  return {
    verdicts,
    batchesOf: (ready, alone) =>
      planBatches(
        dataset,
        ready.flatMap((load) => {
          const verdict = verdicts.get(load.id);
          return verdict?.event === 'prepare' ? [readyLoad(load, verdict, alone.has(load.id))] : [];
        }),
      ),
  };
}

const NOTHING: FilePlan = { verdicts: new Map(), batchesOf: () => [] };

function readyLoad(load: Load, { facts, dfm }: Extract<Verdict, { event: 'prepare' }>, alone: boolean): ReadyLoad {
  return {
    ...load,
    object: objectOf(load),
    fileTime: facts.fileTime ?? null,
    generation: facts.generation ?? null,
    dfm,
    alone,
  };
}
