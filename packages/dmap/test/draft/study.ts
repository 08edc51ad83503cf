import { draftSetContract, studyRecords, type DmapSet } from '../../src/index.ts';
import type { ContractColumn } from '@farelake/schema-registry';
import type { DraftedColumn } from '../../src/index.ts';

const SET: DmapSet = { api: 'transactional', set: 'invented_set' };

async function* recordsOf(name: string, values: readonly string[]): AsyncGenerator<string[]> {
  await Promise.resolve();
  yield [name];
  for (const value of values) yield [value];
}

export const studyOf = (name: string, values: readonly string[]) => studyRecords(recordsOf(name, values));

/** The draft of a file of one column. */
export async function draftOne(
  name: string,
  values: readonly string[],
  set = SET,
): Promise<{ column: ContractColumn; report: DraftedColumn }> {
  const { contract, columns } = draftSetContract(set, await studyOf(name, values));
  return { column: contract.columns[0]!, report: columns[0]! };
}
