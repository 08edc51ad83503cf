/** How a table's generations stand: what the ledger knows, and how its files are arranged by that. */
import { loadsOf, readGenerations, type GenerationRecord, type Load } from '@farelake/db';
import type { Contract } from '@farelake/schema-registry';
import type { LoadPlan } from '../plan/plan-loads.ts';
import { planOf } from '../plan/table-plan.ts';
import type { Workspace } from '../workspace.ts';

export interface Standing {
  /** All of the table. */
  readonly loads: readonly Load[];
  readonly plan: LoadPlan;
  /** By name. */
  readonly records: ReadonlyMap<string, GenerationRecord>;
}

export async function readStanding({ pool }: Pick<Workspace, 'pool'>, contract: Contract): Promise<Standing> {
  const loads = await loadsOf(pool, contract.dataset);
  const records = await readGenerations(pool, contract.dataset);
  const plan = await planOf(pool, contract.dataset, contract, loads);
  return { loads, plan, records: new Map(records.map((record) => [record.name, record])) };
}
