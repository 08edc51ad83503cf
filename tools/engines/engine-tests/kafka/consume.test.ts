/** A consumer while things happen to it: brokers go, members come, the lake is slow or fails. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import type { Delivery, KafkaRecord } from '@farelake/kafka';
import {
  consumeDeliveries,
  kafkaConnection,
  produceRecords,
  topicOffsets,
  type ConsumeOptions,
  type KafkaConnection,
  type Trouble,
} from '@farelake/kafka/client';
import { inOrderAtLeastOnce, numbered, until } from './support/records.ts';
import { closeBroker, describeKafka, openBroker, type TestBroker } from './support/test-broker.ts';

const PARTITIONS = 6;

describeKafka('a consumer', () => {
  let broker: TestBroker;
  let connection: KafkaConnection;
  beforeAll(async () => {
    broker = await openBroker();
    connection = kafkaConnection(broker);
  });
  afterAll(() => closeBroker(broker));

  /** A consumer that goes on until it is stopped. */
  function start(
    topic: string,
    options: Partial<ConsumeOptions> = {},
    land: (delivery: Delivery) => Promise<void> = () => Promise.resolve(),
  ) {
    const stopping = new AbortController();
    const records: KafkaRecord[] = [];
    const troubles: Trouble[] = [];
    const consumed = consumeDeliveries(
      {
        ...{ connection, topic, group: 'group', signal: stopping.signal, sessionTimeout: 2_000 },
        batch: { records: 500, milliseconds: 200 },
        onTrouble: (trouble) => troubles.push(trouble),
        ...options,
      },
      async (delivery) => {
        await land(delivery);
        records.push(...delivery.records);
      },
    );
    // Whoever waits for it sees the error; until then it is nobody's.
    consumed.catch(() => undefined);
    const stop = () => {
      stopping.abort();
      return consumed;
    };
    return { records, troubles, consumed, stop };
  }

  async function fill(topic: string, count: number): Promise<void> {
    await broker.createTopic(topic, PARTITIONS);
    await produceRecords({ connection }, topic, numbered(count));
  }

  async function committed(topic: string): Promise<bigint> {
    const { partitions } = await topicOffsets(connection, topic, 'group');
    return partitions.reduce((sum, { committed: offset }) => sum + (offset ?? 0n), 0n);
  }

  it('goes on after the broker was killed, and after it was restarted, in the middle', async () => {
    await fill('restart', 6_000);
    const consumer = start('restart', {}, () => pause(100));
    await until(() => consumer.records.length > 1_000);
    await broker.kill();
    await pause(1_500);
    await broker.restart();
    await until(() => consumer.records.length > 4_000);
    await broker.restart();
    await produceRecords({ connection }, 'restart', numbered(1_000));
    await until(
      () => new Set(consumer.records.map(({ partition, offset }) => `${partition}-${offset}`)).size === 7_000,
    );
    expect(await consumer.stop()).toMatchObject({ ended: 'signal' });
    inOrderAtLeastOnce(consumer.records, await topicOffsets(connection, 'restart'));
    expect(await committed('restart')).toBe(7_000n);
    expect(consumer.troubles.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['waiting', 'again']));
  });

  it('shares its partitions with members that come, and takes over those of one that goes, in the middle of landing', async () => {
    await fill('rebalance', 12_000);
    const first = start('rebalance', {}, () => pause(100));
    await until(() => first.records.length > 2_000);
    const second = start('rebalance', {}, () => pause(100));
    await until(() => second.records.length > 1_000);
    await second.stop();
    const all = (): KafkaRecord[] => [...first.records, ...second.records];
    await until(() => new Set(all().map(({ partition, offset }) => `${partition}-${offset}`)).size === 12_000);
    await first.stop();
    expect(await committed('rebalance')).toBe(12_000n);
    expect(first.troubles.some(({ kind }) => kind === 'rebalance')).toBe(true);
    inOrderAtLeastOnce(first.records, undefined);
    inOrderAtLeastOnce(second.records, undefined);
  });

  it('lands and commits what it has in hand when it is told to end, and leaves the group at once', async () => {
    await fill('drain', 3_000);
    const consumer = start('drain', { batch: { records: 1_000, milliseconds: 60_000 } }, () => pause(300));
    await until(() => consumer.records.length === 1_000);
    const { records } = await consumer.stop();
    expect(records).toBe(consumer.records.length);
    expect(await committed('drain')).toBe(BigInt(records));
    // Another member need not wait until the group has given up the first one.
    const rest = await consumeDeliveries({ connection, topic: 'drain', group: 'group', untilEnd: true }, () =>
      Promise.resolve(),
    );
    expect(records + rest.records).toBe(3_000);
  });

  it('commits nothing of a delivery that could not be landed, and throws what landing threw', async () => {
    await fill('fails', 1_000);
    const failure = new Error('the lake is away');
    let landed = 0;
    const consumer = start('fails', { batch: { records: 300 } }, ({ records }) => {
      if (landed > 0) return Promise.reject(failure);
      landed = records.length;
      return Promise.resolve();
    });
    await expect(consumer.consumed).rejects.toBe(failure);
    expect(await committed('fails')).toBe(BigInt(landed));
  });

  it('goes on at the first offset that is left when retention was faster, and tells the gap', async () => {
    await broker.createTopic('gap', 1, { 'retention.bytes': '2000000', 'segment.bytes': '1048576' });
    await produceRecords({ connection }, 'gap', numbered(10));
    await consumeDeliveries({ connection, topic: 'gap', group: 'group', untilEnd: true }, () => Promise.resolve());
    expect(await committed('gap')).toBe(10n);
    // Ten segments, of which the topic keeps the last two.
    const large = numbered(10_000).map((record) => ({ ...record, value: 'x'.repeat(1_000) }));
    await produceRecords({ connection }, 'gap', large);
    await until(async () => (await topicOffsets(connection, 'gap')).partitions[0]!.earliest > 1_000n);
    const consumer = start('gap', { untilEnd: true });
    await consumer.consumed;
    const [gap] = consumer.troubles.filter((trouble) => trouble.kind === 'gap');
    expect(gap).toEqual({ kind: 'gap', partition: 0, from: 10n, to: consumer.records[0]!.offset });
    expect(await committed('gap')).toBe(10_010n);
  });

  it('says that its topic is gone', async () => {
    await fill('gone', 100);
    const consumer = start('gone');
    await until(() => consumer.records.length === 100);
    await broker.deleteTopic('gone');
    await expect(consumer.consumed).rejects.toMatchObject({ code: 'kafka-topic-gone' });
  });

  it('reads partitions that a topic gets later', async () => {
    await fill('grows', 10);
    const consumer = start('grows');
    await until(() => consumer.records.length === 10);
    await broker.addPartitions('grows', PARTITIONS + 2);
    await produceRecords({ connection }, 'grows', [{ value: 'new', partition: PARTITIONS + 1 }]);
    await until(() => consumer.records.some(({ partition }) => partition === PARTITIONS + 1));
    await consumer.stop();
  });

  it('holds no more than two deliveries and an answer, whatever waits in the topic, while landing takes its time', async () => {
    await broker.createTopic('backlog', PARTITIONS);
    const value = 'x'.repeat(2_000);
    await produceRecords(
      { connection },
      'backlog',
      numbered(20_000).map((record) => ({ ...record, value })),
    );
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const consumer = start('backlog', { batch: { records: 2_000, milliseconds: 60_000 } }, () => promise);
    await pause(3_000);
    // What it has in hand is what it lands from here on.
    const ended = consumer.stop();
    resolve(undefined);
    const { records } = await ended;
    expect(records).toBeGreaterThanOrEqual(2_000);
    // An answer has 256 KiB of each partition: some 800 records.
    expect(records).toBeLessThan(5_500);
  });
});
