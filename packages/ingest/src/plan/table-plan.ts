/** The plan of a table as it stands in the ledger: what `planLoads` decides, from what the ledger knows. */
import { generationCores, lastArrival, readGenerations, type Load, type Queryable } from '@farelake/db';
import { parseDfm, parseObjectKey, type Dfm, type ObjectKey } from '@farelake/qlik';
import { UserError, type Contract } from '@farelake/schema-registry';
import { isDatasetKey } from '../object/delivered-name.ts';
import { isPlannable, planLoads, type LoadPlan, type PlannedLoad } from './plan-loads.ts';

/** @param all loads of the dataset's; those of DMAP datasets are planned otherwise (`planDatasets`) */
export async function planOf(
  db: Queryable,
  dataset: string,
  contract: Contract | undefined,
  all: readonly Load[],
): Promise<LoadPlan> {
  const loads = all.filter(({ objectKey }) => !isDatasetKey(objectKey));
  const cores = await generationCores(db, dataset);
  const known = (await readGenerations(db, dataset)).map((record) => ({
    ...record,
    core: cores.get(record.name) ?? new Set<number>(),
  }));
  // By the clock of the database: those of workers may differ.
  const { now } = await lastArrival(db, []);
  const latest = new Date(now.getTime() + CLOCKS_DIFFER).toISOString();
  const planned = loads.map((load) => plannedLoad(load, latest));
  return planLoads(contract, planned, known);
}

/** @param latest start of a snapshot file that is believed */
function plannedLoad(load: Load, latest: string): PlannedLoad {
  const object = objectOf(load);
  const dfm =
    load.dfm === null || !(isPlannable(load) || load.state === 'quarantined')
      ? null
      : { objectId: load.dfm.objectId, parsed: readDfm(object, load.dfm.text, latest) };
  // A tag tells the same bytes apart that were uploaded otherwise.
  return { ...load, contentHash: load.sha256 ?? load.contentHash, object, dfm };
}

/** The parts of a load's object key. */
export function objectOf(load: Pick<Load, 'objectKey'>): ObjectKey {
  const object = parseObjectKey(load.objectKey);
  if (object === undefined) throw new Error(`the ledger holds an object key that is none: ${load.objectKey}`);
  return object;
}

/** Clocks and zones of a vendor may be off by that much, in milliseconds, without anybody being asked. */
const CLOCKS_DIFFER = 24 * 60 * 60 * 1000;

function readDfm(object: ObjectKey, text: string, latest: string): Dfm | { fault: string } {
  try {
    const dfm = parseDfm(text, `${object.stem}.dfm`, object);
    // No change until then would count for such a snapshot.
    if (object.kind === 'snapshot' && dfm.startWrite !== null && dfm.startWrite > latest)
      return {
        fault: `its .dfm says that it was begun at ${dfm.startWrite}, which is still to come; deliver the .dfm again with the right time`,
      };
    return dfm;
  } catch (error) {
    if (error instanceof UserError) return { fault: error.message };
    throw error;
  }
}
