/** The plan of a table as it stands in the ledger: what `planLoads` decides, from what the ledger knows. */
import { generationCores, readGenerations, type Load, type Queryable } from '@farelake/db';
import { parseDfm, parseObjectKey, type Dfm, type ObjectKey } from '@farelake/qlik';
import { UserError, type Contract } from '@farelake/schema-registry';
import { isPlannable, planLoads, type LoadPlan, type PlannedLoad } from './plan-loads.ts';

/** @param loads all of the dataset's */
export async function planOf(
  db: Queryable,
  dataset: string,
  contract: Contract | undefined,
  loads: readonly Load[],
): Promise<LoadPlan> {
  const cores = await generationCores(db, dataset);
  const known = (await readGenerations(db, dataset)).map((record) => ({
    ...record,
    core: cores.get(record.name) ?? new Set<number>(),
  }));
  return planLoads(contract, loads.map(plannedLoad), known);
}

function plannedLoad(load: Load): PlannedLoad {
  const dfm =
    load.dfm === null || !(isPlannable(load) || load.state === 'quarantined')
      ? null
      : { objectId: load.dfm.objectId, parsed: readDfm(load, load.dfm.text) };
  return { ...load, object: objectOf(load), dfm };
}

/** The parts of a load's object key. */
export function objectOf(load: Pick<Load, 'objectKey'>): ObjectKey {
  const object = parseObjectKey(load.objectKey);
  if (object === undefined) throw new Error(`the ledger holds an object key that is none: ${load.objectKey}`);
  return object;
}

function readDfm(load: Load, text: string): Dfm | { fault: string } {
  try {
    return parseDfm(text, `${objectOf(load).stem}.dfm`, objectOf(load));
  } catch (error) {
    if (error instanceof UserError) return { fault: error.message };
    throw error;
  }
}
