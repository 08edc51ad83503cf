/** What a topic's records are read with: contract and key, where the table's files go together with both. */
import type { KafkaTopic } from '@farelake/db';
import { recordReader, type KafkaRecord, type ReadRecord } from '@farelake/kafka';
import { hmacOf, type HmacKey } from '@farelake/lake';
import { UserError, type Contract } from '@farelake/schema-registry';
import { hmacKeyFor } from '../treatment/hmac-key.ts';
import { loadingHold } from '../treatment/hold.ts';
import type { Workspace } from '../workspace.ts';

export interface TapsReader {
  /** Id of the key that values are hashed with. */
  readonly keyId: string | undefined;
  readonly read: (record: KafkaRecord) => ReadRecord;
}

/** @throws UserError `table-held` for files of before that say other things of a column's values, or were hashed with another key; those of `hmacKeyFor` */
export async function openReader(
  { pool, keyFile }: Pick<Workspace, 'pool' | 'keyFile'>,
  contract: Contract,
  topic?: KafkaTopic,
): Promise<TapsReader> {
  const key = await hmacKeyFor(contract, keyFile);
  const reason = await loadingHold(pool, contract, key?.id);
  if (reason !== undefined)
    throw new UserError({
      code: 'table-held',
      problem: `Nothing can be added to ${contract.dataset}: ${reason}${topic === undefined ? '' : ` Records of ${topic.topic} stay in Kafka.`}`,
      remedy: 'Set the contract, or the key, back; nothing is lost as long as the topic keeps them.',
      data: { table: contract.dataset },
    });
  return { keyId: key?.id, read: recordReader(contract, (type, value) => hashOf(key, type, value)) };
}

function hashOf(key: HmacKey | undefined, type: Parameters<typeof hmacOf>[1], value: string | bigint): string {
  const hash = key === undefined ? null : hmacOf(key, type, value);
  if (hash === null) throw new Error('a contract that hashes a column has a key, and a value a hash');
  return hash;
}
