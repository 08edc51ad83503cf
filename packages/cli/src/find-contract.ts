/** Which table a person means, in either spelling, `EDW.SAMPLE` or `edw_sample`; of a DMAP set also by its own name. */
import { deliveredTables } from '@farelake/db';
import { faultyReason, type Workspace } from '@farelake/ingest';
import { sourceName } from '@farelake/qlik';
import { datasetName, historyName, setTableName, UserError, type Contract } from '@farelake/schema-registry';
import { nearest } from './nearest.ts';
import { UsageError } from './output/problem.ts';

/** The contract of a table; undefined: there is none. */
export const contractOf = (contracts: ReadonlyMap<string, Contract>, table: string): Contract | undefined =>
  [...contracts.values()].find(
    ({ dataset, source, feed }) =>
      table === dataset || table === sourceName(source) || (feed === 'dmap' && table === source.table),
  );

/** The contract of which a name is that of the history, as `query` has it: `edw_sample_history`. */
export const contractOfHistory = (contracts: ReadonlyMap<string, Contract>, table: string): Contract | undefined =>
  [...contracts.values()].find(({ dataset, feed }) => feed === 'qlik' && table === historyName(dataset));

type Registry = Pick<Workspace, 'contracts' | 'faulty'>;

/**
 * As `contractOf`.
 * @throws UsageError naming what may be meant; UserError `bad-contract`: there is one, and it cannot be used
 */
export function findContract(registry: Registry, table: string): Contract {
  const found = contractOf(registry.contracts, table);
  if (found !== undefined) return found;
  const faulty = faultyOf(registry, table);
  if (faulty === undefined) throw unknown(registry.contracts, table);
  throw new UserError({
    code: 'bad-contract',
    problem: `${table} cannot be worked on: ${faultyReason(registry.faulty?.get(faulty) ?? [])}.`,
    data: { dataset: faulty, faults: registry.faulty?.get(faulty) },
  });
}

/** Name of a table with a contract that cannot be used. */
const faultyOf = ({ faulty }: Registry, table: string): string | undefined =>
  [...(faulty?.keys() ?? [])].find((dataset) => [table, datasetOf(table), setTableOf(table)].includes(dataset));

const setTableOf = (name: string): string | undefined => (name === '' ? undefined : setTableName(name));

function datasetOf(name: string): string | undefined {
  const [schema = '', ...table] = name.split('.');
  return schema === '' || table.join('.') === '' ? undefined : datasetName({ schema, table: table.join('.') });
}

/** A table of which anything is known, whatever there is of a contract: for what needs none. @throws UsageError as `findContract` */
export async function findTable(
  workspace: Registry & Pick<Workspace, 'pool'>,
  table: string,
): Promise<{ readonly dataset: string; /** As people write it. */ readonly source: string }> {
  const contract = contractOf(workspace.contracts, table);
  if (contract !== undefined) return { dataset: contract.dataset, source: sourceName(contract.source) };
  const delivered = (await deliveredTables(workspace.pool)).map(({ dataset, ...source }) => ({
    dataset,
    source: sourceName(source),
  }));
  const known = delivered.find(({ dataset, source }) => table === dataset || table === source);
  const faulty = faultyOf(workspace, table);
  if (known !== undefined) return known;
  if (faulty !== undefined) return { dataset: faulty, source: table };
  throw unknown(workspace.contracts, table);
}

function unknown(contracts: ReadonlyMap<string, Contract>, table: string): UsageError {
  const ofHistory = contractOfHistory(contracts, table);
  const near = ofHistory === undefined ? nearest(table, [...contracts.keys()]) : [ofHistory.dataset];
  const meant =
    ofHistory === undefined ? `do you mean ${near.join(' or ')}?` : `it is the history of ${near.join('')}.`;
  return new UsageError({
    code: 'unknown-table',
    problem: `${table}: no contract of that name${near.length === 0 ? '.' : `; ${meant}`}`,
    remedy:
      'farelake table list tells all there are; farelake table add makes one, and farelake dmap schema that of a DMAP set.',
    data: { table, near },
  });
}
