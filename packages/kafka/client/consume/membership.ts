/**
 * A member of a consumer group. The library joins, sends signs of life and joins again after a rebalance by itself; when
 * joining again fails it says `error` once and stops, so that what comes after is done here.
 */
import type { Consumer } from '@platformatic/kafka';
import { kafkaCodes } from '../failure.ts';

/** Answers to a commit that comes too late: the group has changed, or goes on without this member. */
const OVERTAKEN = ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID'];

export class Membership {
  readonly #consumer: Consumer;
  readonly #topic: string;
  #changed = false;
  #lost = false;

  /** @param onChange something of the membership is to be looked at */
  constructor(consumer: Consumer, topic: string, onChange: () => void) {
    this.#consumer = consumer;
    this.#topic = topic;
    consumer.topics.track(topic);
    consumer.on('consumer:group:join', () => {
      this.#changed = true;
      onChange();
    });
    // Not among the library's typed events; without a listener it would end the process.
    (consumer as unknown as NodeJS.EventEmitter).on('error', () => {
      this.#lost = true;
      onChange();
    });
  }

  /** It has to join, again. */
  get isLost(): boolean {
    return this.#lost;
  }

  /** There is an assignment that nobody has looked at. */
  get isChanged(): boolean {
    return this.#changed;
  }

  /** The group shares out its partitions anew, because there are more of them. */
  shareAnew(): void {
    this.#lost = true;
  }

  /** Joins the group; waits for its other members. @throws errors of the library */
  async join(): Promise<void> {
    await this.#consumer.joinGroup();
    this.#lost = false;
  }

  /** The partitions of the last assignment, which counts as looked at. */
  look(): ReadonlySet<number> {
    this.#changed = false;
    return this.partitions();
  }

  /** The partitions that are this member's right now, as far as it was told. */
  partitions(): ReadonlySet<number> {
    const ours = this.#consumer.assignments?.find(({ topic }) => topic === this.#topic);
    return new Set(ours?.partitions);
  }

  /** What the group has committed; partitions without are left out. @throws errors of the library */
  async committed(partitions: readonly number[]): Promise<Map<number, bigint>> {
    const asked = [{ topic: this.#topic, partitions: [...partitions] }];
    const offsets = (await this.#consumer.listCommittedOffsets({ topics: asked })).get(this.#topic) ?? [];
    return new Map(offsets.flatMap((offset, partition) => (offset >= 0n ? [[partition, offset] as const] : [])));
  }

  /**
   * Commits the offsets to go on from.
   * @returns false: the group has changed meanwhile, and nothing was committed
   * @throws errors of the library
   */
  async commit(offsets: ReadonlyMap<number, bigint>): Promise<boolean> {
    const { memberId, generationId } = this.#consumer;
    const entries = [...offsets].map(([partition, offset]) => ({
      ...{ topic: this.#topic, partition, offset },
      leaderEpoch: -1,
    }));
    try {
      await this.#consumer.commit({ offsets: entries });
      return this.#consumer.memberId === memberId && this.#consumer.generationId === generationId;
    } catch (error) {
      const codes = kafkaCodes(error);
      if (OVERTAKEN.some((code) => codes.has(code))) return false;
      throw error;
    }
  }
}
