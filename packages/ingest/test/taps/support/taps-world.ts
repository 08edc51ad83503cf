/** A world with a contract of taps, and records for it. */
import path from 'node:path';
import type { Delivery, KafkaRecord } from '@farelake/kafka';
import type { Contract } from '@farelake/schema-registry';
import { tapsContract } from '../../../../schema-registry/test/taps-contract.ts';
import { landDelivery, type Landed } from '../../../src/index.ts';
import { openWorld, type World } from '../../support/world.ts';

/** 2026-03-01 12:00 UTC. */
export const NOON = 1_772_366_400_000n;

export interface TapsWorld extends World {
  land(records: readonly KafkaRecord[], more?: Partial<Delivery>): Promise<Landed[]>;
  /** Rows of the table as text to compare, in the order of cluster, epoch, partition and offset. */
  taps(): Promise<string[]>;
}

export async function openTapsWorld(contract: Contract = tapsContract(), zones?: string): Promise<TapsWorld> {
  const world = await openWorld(zones);
  world.contracts.set(contract.dataset, contract);
  return tapsWorld({ ...world, keyFile: path.join(world.folder, 'hmac.key') }, contract);
}

/** @param contract one of the world's */
export const tapsWorld = (own: World, contract: Contract): TapsWorld => ({
  ...own,
  land: (records, more = {}) => landDelivery(own, { cluster: 'one', topicIds: new Map(), records, ...more }),
  taps: async () =>
    (
      await own.rows(
        `SELECT * REPLACE (CAST(service_date AS VARCHAR) AS service_date) FROM ${contract.dataset} ORDER BY _cluster, _epoch, topic, partition, "offset"`,
      )
    ).map((row) => JSON.stringify(row)),
});

/** A tap whose members tell where it stands. */
export function tap(offset: number | bigint, more: Partial<KafkaRecord> = {}): KafkaRecord {
  const partition = more.partition ?? 0;
  const value = JSON.stringify({
    tapId: `${partition}-${offset}`,
    tokenId: `tok-${BigInt(offset) % 7n}`,
    stopId: '70061',
    deviceId: 'V-7',
  });
  return {
    ...{ topic: 'taps', partition, offset: BigInt(offset), timestamp: NOON, timestampType: 'CreateTime' },
    ...{ key: null, value: Buffer.from(value), headers: [] },
    ...more,
  };
}

export const poison = (offset: number | bigint, more: Partial<KafkaRecord> = {}): KafkaRecord =>
  tap(offset, { value: Buffer.from(`{"tapId": ${offset}}`), ...more });
