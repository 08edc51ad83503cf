/**
 * One member's reading of a topic, from joining its group to leaving it.
 *
 * What holds by construction:
 * - An offset is committed only when every record before it was landed, or lay before where we began.
 * - Only partitions that are ours at that moment are committed. (Between that look and the broker the group may change: then
 *   the broker refuses, or is told of what was landed, never of more.)
 * - One delivery is landed at a time; meanwhile no more than another one is fetched, and an answer of each broker.
 */
import type { UserError } from '@farelake/schema-registry';
import type { Delivery, KafkaRecord } from '../../src/record.ts';
import { Patience } from '../patience.ts';
import { Fetching, type Standing } from './fetching.ts';
import { Membership } from './membership.ts';
import { Waiting, type BatchLimits } from './micro-batch.ts';
import { earliestOf, latestOf, type Source } from './source.ts';
import { Wake } from './wake.ts';

/**
 * Where whoever lands the records is, by partition: the offset after the last one that it has of this very topic. A partition that
 * is not among them begins with the first record that there is.
 */
export type TakenUpTo = (topic: {
  readonly cluster: string;
  /** Kafka's id of the topic; undefined: the cluster is too old to have them. */
  readonly topicId: string | undefined;
}) => Promise<ReadonlyMap<number, bigint>>;

/** What can be told of a consumption while it goes on. */
export type Trouble =
  /** The cluster does not do what is needed; it is tried again after a pause. */
  | { readonly kind: 'waiting'; readonly failure: UserError; readonly milliseconds: number }
  /** It works again. */
  | { readonly kind: 'again' }
  /** The group shared out its partitions anew; these are ours now. */
  | { readonly kind: 'rebalance'; readonly partitions: readonly number[] }
  /** Records of a partition are gone before they were read, most often by its retention. */
  | { readonly kind: 'gap'; readonly partition: number; readonly from: bigint; readonly to: bigint };

export interface ConsumeProgress {
  /** Landed so far. */
  readonly records: number;
  readonly deliveries: number;
  /** Offsets of our partitions between what was landed and their ends, as far as is known. */
  readonly behind: bigint;
}

/** How it ended: at the ends of all partitions, or because it was asked to. */
export interface Consumed {
  readonly records: number;
  readonly deliveries: number;
  readonly ended: 'end' | 'signal';
}

export interface ConsumptionOptions {
  readonly source: Source;
  /** Name of the cluster in deliveries. */
  readonly cluster: string;
  readonly limits: BatchLimits;
  readonly takenUpTo: TakenUpTo | undefined;
  readonly fromBeginning: boolean;
  readonly untilEnd: boolean;
  readonly patience?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly land: (delivery: Delivery) => Promise<void>;
  readonly onProgress: (progress: ConsumeProgress) => void;
  readonly onTrouble: (trouble: Trouble) => void;
}

/** Tries of the last commit once we are asked to end: what it does not tell the group comes again. */
const LAST_TRIES = 3;

export class Consumption {
  readonly #options: ConsumptionOptions;
  readonly #wake = new Wake();
  readonly #membership: Membership;
  readonly #groupPatience: Patience;
  readonly #fetching: Fetching;
  readonly #waiting: Waiting;
  readonly #standings = new Map<number, Standing>();
  /** Where partitions stood that were ours before. */
  readonly #left = new Map<number, bigint>();
  readonly #topicIds: ReadonlyMap<string, string>;
  #ends: readonly bigint[] | undefined;
  #partitions = 0;
  #landing = false;
  #isJoined = false;
  #failure: { readonly error: unknown } | undefined;
  #records = 0;
  #deliveries = 0;

  constructor(options: ConsumptionOptions) {
    const { source, limits, onTrouble } = options;
    this.#options = options;
    this.#waiting = new Waiting(limits);
    this.#topicIds = new Map(source.topicId === source.topic ? [] : [[source.topic, source.topicId]]);
    this.#membership = new Membership(source.member, source.topic, this.#wake.notify);
    this.#groupPatience = this.#newPatience();
    this.#fetching = new Fetching(source, this.#newPatience(), {
      onRecords: (records) => {
        this.#waiting.add(records, Date.now());
      },
      onGap: (partition, from, to) => {
        onTrouble({ kind: 'gap', partition, from, to });
      },
      onFailure: this.#fail,
      onDone: this.#wake.notify,
    });
  }

  #newPatience(): Patience {
    const { source, patience, signal, onTrouble } = this.#options;
    return new Patience({
      ...{ total: patience, signal },
      failureOf: (error) => source.failureOf(error),
      onWaiting: (failure, milliseconds) => {
        onTrouble({ kind: 'waiting', failure, milliseconds });
      },
      onAgain: () => {
        onTrouble({ kind: 'again' });
      },
    });
  }

  /** @throws what `land` threw; UserError of `kafkaFailure` */
  async run(): Promise<Consumed> {
    const { signal, source, untilEnd } = this.#options;
    signal?.addEventListener('abort', this.#wake.notify);
    try {
      if (untilEnd) this.#ends = await this.#groupPatience.until(() => latestOf(source));
      if (!this.#isAborted) await this.#groupPatience.until(() => this.#join());
      return await this.#loop();
    } finally {
      this.#fetching.stop();
      signal?.removeEventListener('abort', this.#wake.notify);
    }
  }

  async #loop(): Promise<Consumed> {
    for (;;) {
      if (this.#failure !== undefined && !this.#landing) throw this.#failure.error;
      if (this.#failure === undefined) await this.#keepMembership();
      const ended = this.#ended();
      if (ended === 'signal') this.#fetching.stop();
      this.#startLanding(ended !== undefined);
      if (ended !== undefined && !this.#landing && this.#waiting.isEmpty) {
        const isTold = await this.#commit();
        // Meanwhile partitions may have come to us that are not at their end; or the group is changing, and is told after that.
        if (ended === 'signal' || (isTold && this.#ended() !== undefined))
          return { records: this.#records, deliveries: this.#deliveries, ended };
      }
      if (ended === undefined) this.#startFetching();
      await this.#wake.wait(this.#landing ? Infinity : this.#waiting.dueIn(Date.now()));
    }
  }

  get #isAborted(): boolean {
    return this.#options.signal?.aborted === true;
  }

  readonly #fail = (error: unknown): void => {
    this.#failure ??= { error };
    this.#wake.notify();
  };

  #ended(): Consumed['ended'] | undefined {
    if (this.#isAborted) return 'signal';
    if (this.#ends === undefined || !this.#isJoined || this.#membership.isLost || this.#membership.isChanged)
      return undefined;
    return [...this.#standings.values()].every((standing) => this.#isAtEnd(standing)) ? 'end' : undefined;
  }

  /** A partition that was not there at the start has no end to reach. */
  #isAtEnd({ partition, position }: Standing): boolean {
    return this.#ends !== undefined && position >= (this.#ends[partition] ?? 0n);
  }

  async #join(): Promise<void> {
    await this.#membership.join();
    this.#partitions = this.#fetching.partitions;
  }

  async #keepMembership(): Promise<void> {
    while (!this.#isAborted && this.#failure === undefined) {
      if (this.#membership.isLost) await this.#groupPatience.until(() => this.#join());
      else if (this.#membership.isChanged) await this.#adopt();
      else return;
    }
  }

  /** Takes over an assignment: drops what is no longer ours, and finds out where to begin with what is new. */
  async #adopt(): Promise<void> {
    const ours = this.#membership.look();
    for (const [partition, standing] of this.#standings) {
      if (ours.has(partition)) continue;
      this.#left.set(partition, this.#safeOffset(standing, this.#waiting.firstOffsets()));
      this.#standings.delete(partition);
    }
    this.#waiting.keep(ours);
    const fresh = [...ours].filter((partition) => !this.#standings.has(partition));
    const begins = fresh.length === 0 ? new Map<number, bigint>() : await this.#beginningsOf(fresh);
    for (const [partition, position] of begins)
      this.#standings.set(partition, { partition, position, committed: position, end: position });
    if (this.#isJoined) this.#options.onTrouble({ kind: 'rebalance', partitions: [...ours].sort((a, b) => a - b) });
    this.#isJoined = true;
    // What the group did not take while it was changing.
    if (!this.#landing) await this.#commit();
  }

  #beginningsOf(partitions: readonly number[]): Promise<Map<number, bigint>> {
    const { source, fromBeginning } = this.#options;
    return this.#groupPatience.until(async () => {
      const known = fromBeginning ? this.#left : await this.#goOnFrom(partitions);
      const unknown = partitions.filter((partition) => !known.has(partition));
      const earliest = unknown.length === 0 ? [] : await earliestOf(source, unknown);
      return new Map(partitions.map((partition) => [partition, known.get(partition) ?? earliest[partition] ?? 0n]));
    });
  }

  /**
   * The group's offsets are those of everyone who ever read under its name, and of a topic of the same name that was there before:
   * where it is known what was landed, nothing behind that is passed over.
   */
  async #goOnFrom(partitions: readonly number[]): Promise<ReadonlyMap<number, bigint>> {
    const { source, cluster, takenUpTo } = this.#options;
    const committed = await this.#membership.committed(partitions);
    if (takenUpTo === undefined) return committed;
    const topicId = this.#topicIds.get(source.topic);
    return new Map(
      [...(await takenUpTo({ cluster, topicId }))].map(([partition, taken]) => {
        const told = committed.get(partition) ?? taken;
        return [partition, told < taken ? told : taken];
      }),
    );
  }

  #startFetching(): void {
    if (this.#waiting.isFull) return;
    const wanted = [...this.#standings.values()].filter((standing) => !this.#isAtEnd(standing));
    this.#fetching.start(wanted, (standing) => this.#standings.get(standing.partition) === standing);
    // More partitions than when the group shared them out: it has to do so anew, or nobody reads them.
    if (this.#ends === undefined && this.#fetching.partitions > this.#partitions) {
      this.#partitions = this.#fetching.partitions;
      this.#membership.shareAnew();
      this.#wake.notify();
    }
  }

  #startLanding(isLast: boolean): void {
    if (this.#landing || this.#waiting.isEmpty || this.#failure !== undefined) return;
    const now = Date.now();
    if (!isLast && !this.#waiting.isFull && this.#waiting.dueIn(now) > 0) return;
    this.#landing = true;
    void this.#land(this.#waiting.take(now))
      .catch(this.#fail)
      .finally(() => {
        this.#landing = false;
        this.#wake.notify();
      });
  }

  async #land(records: readonly KafkaRecord[]): Promise<void> {
    const { cluster, land, onProgress } = this.#options;
    await land({ cluster, topicIds: this.#topicIds, records });
    this.#records += records.length;
    this.#deliveries += 1;
    await this.#commit();
    onProgress({ records: this.#records, deliveries: this.#deliveries, behind: this.#behind() });
  }

  #behind(): bigint {
    const first = this.#waiting.firstOffsets();
    return [...this.#standings.values()].reduce((sum, standing) => {
      const left = standing.end - this.#safeOffset(standing, first);
      return left > 0n ? sum + left : sum;
    }, 0n);
  }

  /** The offset before which everything was landed; right while nothing is being landed. */
  #safeOffset({ partition, position }: Standing, first: ReadonlyMap<number, bigint>): bigint {
    return first.get(partition) ?? position;
  }

  /** Tells the group how far we are. @returns false: it is changing, and takes nothing; it is told when we know our new part */
  async #commit(): Promise<boolean> {
    for (let tries = 1; ; tries += 1) {
      try {
        const isTold = await this.#commitOnce();
        this.#groupPatience.worked();
        return isTold;
      } catch (error) {
        if (this.#isAborted && tries >= LAST_TRIES) {
          this.#options.onTrouble({ kind: 'waiting', failure: this.#options.source.failureOf(error), milliseconds: 0 });
          return false;
        }
        await this.#groupPatience.failed(error);
      }
    }
  }

  async #commitOnce(): Promise<boolean> {
    const ours = this.#membership.partitions();
    const first = this.#waiting.firstOffsets();
    const due = [...this.#standings.values()]
      .filter(({ partition }) => ours.has(partition))
      .map((standing) => ({ standing, offset: this.#safeOffset(standing, first) }))
      .filter(({ standing, offset }) => offset !== standing.committed);
    if (due.length === 0) return true;
    const isTold = await this.#membership.commit(
      new Map(due.map(({ standing, offset }) => [standing.partition, offset])),
    );
    if (isTold) for (const { standing, offset } of due) standing.committed = offset;
    return isTold;
  }
}
