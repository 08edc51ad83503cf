/** How a table stands to its contract, and what its rows are where there is none to say. */
import { deliveredTables, hasDatasets, hasRecords, readVersion, type Manifest, type Queryable } from '@farelake/db';
import { faultText, historyName, type Contract, type FileFault, type Registry } from '@farelake/schema-registry';
import { shownTable } from '../table/table-names.ts';
import type { Workspace } from '../workspace.ts';

/**
 * `there` · `faulty` there, and not to be used · `gone` the table was made by one that is no more · `none` nobody has written
 * one yet
 */
export type ContractState = 'there' | 'faulty' | 'gone' | 'none';

export interface ContractStatus {
  readonly contract: ContractState;
}

/** What is in the table's way because of its contract. */
export interface ContractInTheWay {
  readonly state: ContractState;
  /** Null: nothing is. */
  readonly reason: string | null;
}

export function contractInTheWay(
  contract: Contract | undefined,
  faults: readonly FileFault[] | undefined,
  version: number,
): ContractInTheWay {
  if (contract !== undefined) return { state: 'there', reason: null };
  if (faults !== undefined) return { state: 'faulty', reason: faultyReason(faults) };
  return version > 0 ? { state: 'gone', reason: GONE } : { state: 'none', reason: null };
}

/** `its contract qlik/edw_x.json has a fault: $.key: is required; …` */
export function faultyReason([first, ...more]: readonly FileFault[]): string {
  if (first === undefined) throw new Error('a faulty contract without a fault');
  const others = more.length > 0 ? ` (and ${more.length} more)` : '';
  return `its contract ${first.file} cannot be used: ${faultText(first)}${others}; mend the file: until then nothing of the table is changed`;
}

const GONE =
  'its contract is gone: none of that name is in the registry any more; put its file back as it was, or set FARELAKE_REGISTRY right';

/**
 * The newest version of what the table shows. Without a contract the name may be that of another's history, and only what was
 * folded is a current table.
 */
export async function shownVersion(
  db: Queryable,
  table: string,
  contract: Contract | undefined,
): Promise<Pick<Manifest, 'version' | 'rows' | 'fold'>> {
  if (contract !== undefined) return readVersion(db, shownTable(contract));
  const current = await readVersion(db, table);
  if (current.fold !== null) return current;
  const history = await readVersion(db, historyName(table));
  if (history.version > 0) return history;
  // A table of datasets, or of a topic, is never folded, and has no history.
  return (await hasDatasets(db, table)) || (await hasRecords(db, table)) ? current : history;
}

/** Why a table that was named has no contract that could be used; undefined: it has one, or nobody has ever heard of it. */
export async function contractTrouble(
  { contracts, faulty }: Pick<Workspace, 'contracts' | 'faulty'>,
  db: Queryable,
  table: string,
): Promise<string | undefined> {
  if (contracts.has(table)) return undefined;
  const faults = faulty?.get(table);
  if (faults !== undefined) return faultyReason(faults);
  const delivered = (await deliveredTables(db)).some(({ dataset }) => dataset === table);
  if (!delivered) return undefined;
  const { version } = await shownVersion(db, table, undefined);
  return version > 0 ? GONE : 'it has no contract';
}

export const NOTHING_FAULTY: Registry['faulty'] = new Map();
