/** Whether a table is held because its files and its contract say different things of a column's values. */
import { treatedFiles, type Queryable } from '@farelake/db';
import { historyName, type Contract } from '@farelake/schema-registry';
import { disagreement } from './disagreement.ts';

/** @param keyId the key at hand, where values are about to be hashed */
export async function treatmentHold(db: Queryable, contract: Contract, keyId?: string): Promise<string | undefined> {
  const tables = [contract.dataset, historyName(contract.dataset)];
  return disagreement(contract, await treatedFiles(db, tables), keyId);
}
