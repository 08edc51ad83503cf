/** A record as Kafka hands it over, whoever read it: a consumer, or the event that a function is called with. */

/** `none`: the topic's format has no timestamps. */
export type TimestampType = 'CreateTime' | 'LogAppendTime' | 'none';

export interface KafkaRecord {
  readonly topic: string;
  /** 0 and up. */
  readonly partition: number;
  readonly offset: bigint;
  /** Milliseconds since 1970; -1: there is none. */
  readonly timestamp: bigint;
  readonly timestampType: TimestampType;
  readonly key: Uint8Array | null;
  /** Null: a tombstone. */
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [name: string, value: Uint8Array | null])[];
}

/** Records that came together. The same ones may come again, in any division, at any time. */
export interface Delivery {
  /**
   * The cluster that they are of: Kafka's own id of it, its ARN, or a name that was given. The same offsets of another cluster
   * are other records.
   */
  readonly cluster: string;
  /** Kafka's ids of the topics, by name, where the reader was told: a topic that was made anew has another one. */
  readonly topicIds: ReadonlyMap<string, string>;
  /** In any order; those of a partition usually by offset. */
  readonly records: readonly KafkaRecord[];
}
