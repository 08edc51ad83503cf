/** Records that were fetched and wait to be landed, in the order they came in: what the next micro-batches are cut from. */
import type { KafkaRecord } from '../../src/record.ts';
import { bytesOf } from './read-records.ts';

/** A micro-batch is full at the first of these. */
export interface BatchLimits {
  readonly records: number;
  /** Of keys, values and headers. */
  readonly bytes: number;
  /** Milliseconds that its first record waits. */
  readonly milliseconds: number;
}

export const BATCH_LIMITS: BatchLimits = { records: 10_000, bytes: 16 * 1024 * 1024, milliseconds: 5_000 };

export class Waiting {
  readonly #limits: BatchLimits;
  #records: KafkaRecord[] = [];
  #bytes = 0;
  #since = 0;

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#records.length === 0;
  }

  /** There is a whole micro-batch, and no room for more: who fetches has to stop, or memory would grow with the backlog. */
  get isFull(): boolean {
    return this.#records.length >= this.#limits.records || this.#bytes >= this.#limits.bytes;
  }

  /** Milliseconds until the first record has waited long enough; Infinity: there is none. */
  dueIn(now: number): number {
    return this.isEmpty ? Infinity : Math.max(0, this.#since + this.#limits.milliseconds - now);
  }

  add(records: readonly KafkaRecord[], now: number): void {
    if (this.isEmpty) this.#since = now;
    for (const record of records) {
      this.#records.push(record);
      this.#bytes += bytesOf(record);
    }
  }

  /** The next micro-batch: as many of the first records as the limits allow, one at the least. */
  take(now: number): KafkaRecord[] {
    let count = 0;
    let bytes = 0;
    for (const record of this.#records) {
      const size = bytesOf(record);
      if (count > 0 && (count === this.#limits.records || bytes + size > this.#limits.bytes)) break;
      count += 1;
      bytes += size;
    }
    const taken = this.#records.slice(0, count);
    this.#records = this.#records.slice(count);
    this.#bytes -= bytes;
    this.#since = now;
    return taken;
  }

  /** Drops the records of partitions that are no longer ours: whoever has them now reads them again. */
  keep(partitions: ReadonlySet<number>): void {
    const kept = this.#records.filter(({ partition }) => partitions.has(partition));
    if (kept.length === this.#records.length) return;
    this.#records = kept;
    this.#bytes = kept.reduce((sum, record) => sum + bytesOf(record), 0);
  }

  /** Per partition the offset of the first record that waits. */
  firstOffsets(): Map<number, bigint> {
    const first = new Map<number, bigint>();
    for (const { partition, offset } of this.#records) if (!first.has(partition)) first.set(partition, offset);
    return first;
  }
}
