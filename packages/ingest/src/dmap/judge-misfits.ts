/** Which datasets the contract, as it is now, would not let be loaded, as far as the ledger can tell without their headers. Pure. */
import type { Load } from '@farelake/db';
import type { Contract, Difference } from '@farelake/schema-registry';
import { datasetLoads } from './dataset-load.ts';
import { isOf } from './judge-datasets.ts';

export function judgeMisfits(
  contract: Contract,
  loads: readonly Load[],
  ids: ReadonlySet<number>,
): { id: number; text: string }[] {
  return datasetLoads(loads.filter(({ id }) => ids.has(id))).flatMap(({ load, key }) => {
    const lacks = lackedColumn(contract, load);
    if (!isOf(contract, key)) return [{ id: load.id, text: `${load.objectKey}: the contract is of another set` }];
    if (lacks === undefined) return [];
    return [{ id: load.id, text: `${load.objectKey}: column ${lacks} is missing in it, and may not be NULL` }];
  });
}

/** Noted as missing when it was loaded, and needed since. */
function lackedColumn({ columns }: Contract, { drift }: Load): string | undefined {
  const missing = ((drift ?? []) as readonly Difference[]).filter(({ kind }) => kind === 'missing column');
  return missing.find(({ column }) => columns.some((one) => one.sourceName === column && !one.nullable))?.column;
}
