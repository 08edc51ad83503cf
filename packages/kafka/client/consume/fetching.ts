/**
 * Fetches the assigned partitions, each broker by itself, so that a quiet one delays no other. A fetch is asked for only while
 * there is room, and what comes of it counts only for partitions that were ours all the while.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { KafkaRecord } from '../../src/record.ts';
import { kafkaCodes } from '../failure.ts';
import type { Patience } from '../patience.ts';
import { readRecords, type FetchedPartition, type FetchResponse } from './read-records.ts';
import { checkTopic, earliestOf, topicGone, type Source } from './source.ts';

/** Where the reading of an assigned partition stands. A partition that went and came back has another one. */
export interface Standing {
  readonly partition: number;
  /** The offset to fetch next. */
  position: bigint;
  /** What the group was told last, or where we began. */
  committed: bigint;
  /** Where the partition ends, as the last fetch said. */
  end: bigint;
}

export interface FetchSinks {
  readonly onRecords: (records: readonly KafkaRecord[]) => void;
  /** Records from `from` on are gone, by retention, or by a loss of the broker's; it goes on at `to`. */
  readonly onGap: (partition: number, from: bigint, to: bigint) => void;
  readonly onFailure: (error: unknown) => void;
  /** Something came to its end. */
  readonly onDone: () => void;
}

/** Milliseconds that a broker waits for records to come. */
const MAX_WAIT = 500;
/** Bytes of one answer, and of each partition in it; a larger record comes all the same. */
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_BYTES_PER_PARTITION = 262_144;

/** Stands for whoever knows where the leaders are. */
const METADATA = -1;

export class Fetching {
  readonly #source: Source;
  readonly #patience: Patience;
  readonly #sinks: FetchSinks;
  readonly #busy = new Set<number>();
  #isStopped = false;

  constructor(source: Source, patience: Patience, sinks: FetchSinks) {
    this.#source = source;
    this.#patience = patience;
    this.#sinks = sinks;
  }

  /** What is under way counts no more. */
  stop(): void {
    this.#isStopped = true;
  }

  /** How many partitions the topic has, as far as is known. */
  get partitions(): number {
    return this.#source.fetcher.currentMetadata?.topics.get(this.#source.topic)?.partitionsCount ?? 0;
  }

  /** Asks each broker that is not asked already for those of the partitions that it leads. */
  start(wanted: readonly Standing[], isOurs: (standing: Standing) => boolean): void {
    if (wanted.length === 0) return;
    const leaders = this.#source.fetcher.currentMetadata?.topics.get(this.#source.topic)?.partitions;
    const byLeader = Map.groupBy(wanted, ({ partition }) => leaders?.[partition]?.leader ?? METADATA);
    for (const [leader, standings] of byLeader) {
      if (this.#busy.has(leader)) continue;
      this.#busy.add(leader);
      const work = leader === METADATA ? this.#findLeaders() : this.#fetch(leader, standings, isOurs);
      void work
        .catch((error: unknown) => this.#afterFailure(error, standings, isOurs))
        .catch((error: unknown) => {
          if (!this.#isStopped) this.#sinks.onFailure(error);
        })
        .finally(() => {
          this.#busy.delete(leader);
          this.#sinks.onDone();
        });
    }
  }

  async #findLeaders(): Promise<void> {
    const { fetcher, topic } = this.#source;
    const { topics } = await fetcher.metadata({ topics: [topic], forceUpdate: true });
    checkTopic(this.#source);
    if (topics.get(topic)?.partitions.some(({ leader }) => leader < 0)) await pause(MAX_WAIT);
  }

  async #fetch(node: number, wanted: readonly Standing[], isOurs: (standing: Standing) => boolean): Promise<void> {
    const { fetcher, topic, topicId } = this.#source;
    const asked = new Map(wanted.map((standing) => [standing.partition, { standing, from: standing.position }]));
    const partitions = [...asked.values()].map(({ standing, from }) => ({
      ...{ partition: standing.partition, fetchOffset: from, partitionMaxBytes: MAX_BYTES_PER_PARTITION },
      ...{ currentLeaderEpoch: -1, lastFetchedEpoch: -1 },
    }));
    const limits = { maxWaitTime: MAX_WAIT, minBytes: 1, maxBytes: MAX_BYTES };
    const response = await fetcher.fetch({ node, topics: [{ topicId, partitions }], ...limits });
    this.#patience.worked();
    checkTopic(this.#source);
    for (const fetched of partitionsOf(response)) {
      const ask = asked.get(fetched.partitionIndex);
      if (ask === undefined || this.#isStopped || !isOurs(ask.standing)) continue;
      const { records, next } = readRecords(topic, ask.from, fetched);
      ask.standing.position = next;
      ask.standing.end = fetched.lastStableOffset < 0n ? fetched.highWatermark : fetched.lastStableOffset;
      this.#sinks.onRecords(records);
    }
  }

  async #afterFailure(
    error: unknown,
    wanted: readonly Standing[],
    isOurs: (standing: Standing) => boolean,
  ): Promise<void> {
    if (this.#isStopped) return;
    const { fetcher, topic, failureOf } = this.#source;
    const codes = kafkaCodes(error);
    if (codes.has('OFFSET_OUT_OF_RANGE')) {
      await this.#skipAhead(error, wanted, isOurs).catch((failed: unknown) => this.#patience.failed(failed));
      return;
    }
    // What is known of the topic may be old: its leaders, or that it was made anew.
    fetcher.clearMetadata();
    await this.#patience.failed(error).catch((failure: unknown) => {
      throw failureOf(failure).code === 'kafka-unknown-topic' ? topicGone(topic, failure) : failure;
    });
  }

  /** Retention was faster than we, or a broker lost the end of a partition: it is read from its beginning. */
  async #skipAhead(
    error: unknown,
    wanted: readonly Standing[],
    isOurs: (standing: Standing) => boolean,
  ): Promise<void> {
    const outside = new Set(
      partitionsOf(responseOf(error))
        .filter(({ errorCode }) => errorCode === OFFSET_OUT_OF_RANGE)
        .map(({ partitionIndex }) => partitionIndex),
    );
    const standings = wanted.filter(({ partition }) => outside.has(partition));
    const begins = await earliestOf(
      this.#source,
      standings.map(({ partition }) => partition),
    );
    for (const standing of standings) {
      const to = begins[standing.partition];
      if (to === undefined || this.#isStopped || !isOurs(standing)) continue;
      this.#sinks.onGap(standing.partition, standing.position, to);
      standing.position = to;
    }
  }
}

/** Kafka's number of the error. */
const OFFSET_OUT_OF_RANGE = 1;

const partitionsOf = (response: FetchResponse | undefined): FetchedPartition[] =>
  (response?.responses ?? []).flatMap(({ partitions }) => partitions);

/** The answer that an error was made from: one partition's error makes it the error of all. */
const responseOf = (error: unknown): FetchResponse | undefined => (error as { response?: FetchResponse }).response;
