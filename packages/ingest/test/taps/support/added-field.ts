/** Records that the contract refuses, for a field that it does not know, and the contract that knows it. */
import type { KafkaRecord } from '@farelake/kafka';
import type { Contract } from '@farelake/schema-registry';
import { tapsContract } from '../../../../schema-registry/test/taps-contract.ts';
import { tap } from './taps-world.ts';

/** A tap as of a vendor that has added a field. */
export const withFare = (offset: number): KafkaRecord =>
  tap(offset, {
    value: Buffer.from(
      JSON.stringify({ tapId: `0-${offset}`, tokenId: 'tok', stopId: '70061', deviceId: 'V-7', fareType: 'adult' }),
    ),
  });

export const mended = (): Contract => {
  const contract = tapsContract();
  const fareType = { ...contract.columns[2]!, id: 105, name: 'fare_type', sourceName: 'fareType', nullable: true };
  return { ...contract, version: 2, columns: [...contract.columns, fareType], lastColumnId: 105 };
};
