import { sourceName } from '@farelake/qlik';
import type { Contract } from '@farelake/schema-registry';
import { UsageError } from './output/problem.ts';

/** The contract of a table in either spelling, `EDW.SAMPLE` or `edw_sample`; undefined: there is none. */
export const contractOf = (contracts: ReadonlyMap<string, Contract>, table: string): Contract | undefined =>
  [...contracts.values()].find(({ dataset, source }) => table === dataset || table === sourceName(source));

/** As `contractOf`. @throws UsageError naming those there are */
export function findContract(contracts: ReadonlyMap<string, Contract>, table: string): Contract {
  const found = contractOf(contracts, table);
  if (found !== undefined) return found;
  const known = [...contracts.keys()].sort().join(', ');
  throw new UsageError({
    code: 'unknown-table',
    problem: `${table}: no contract of that name${known === '' ? '' : `; there are ${known}`}.`,
    remedy: 'farelake table add makes one.',
  });
}
