/** Records to write, and what was read of them. */
import { expect } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import type { KafkaRecord } from '@farelake/kafka';
import type { ProducedRecord, TopicOffsets } from '@farelake/kafka/client';

/** Records with their numbers as values, from 0, over ten keys. */
export const numbered = (count: number): ProducedRecord[] =>
  Array.from({ length: count }, (_, number) => ({ key: `key ${number % 10}`, value: String(number) }));

export const textOf = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString();

/** Offsets by partition, in the order they came in. */
export function offsetsIn(records: readonly KafkaRecord[]): Map<number, bigint[]> {
  const offsets = new Map<number, bigint[]>();
  for (const { partition, offset } of records) offsets.set(partition, [...(offsets.get(partition) ?? []), offset]);
  return offsets;
}

/** Waits until something is so. @throws Error after a minute */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isSo()); tries += 1) {
    if (tries === 600) throw new Error('What a test waits for did not come about within a minute');
    await pause(100);
  }
}

/**
 * That the records of each partition came in order (a record that comes again takes up from an earlier offset, and leaves none
 * out), and, where the topic's offsets are given, that all came.
 */
export function inOrderAtLeastOnce(records: readonly KafkaRecord[], topic: TopicOffsets | undefined): void {
  const next = new Map<number, bigint>();
  for (const { partition, offset } of records) {
    const expected = next.get(partition);
    if (expected !== undefined && offset > expected)
      throw new Error(`Partition ${partition}: ${offset} came where ${expected}, or an earlier one, was to come`);
    if (expected === undefined || offset === expected) next.set(partition, offset + 1n);
  }
  for (const { partition, earliest, latest } of topic?.partitions ?? [])
    if (earliest < latest) expect(next.get(partition)).toBe(latest);
}
