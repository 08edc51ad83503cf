/** The consumer and the producer against a real broker: what is written comes back, whole and in order. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { KafkaRecord } from '@farelake/kafka';
import {
  consumeDeliveries,
  kafkaConnection,
  produceRecords,
  topicOffsets,
  type KafkaConnection,
  type ProducedRecord,
} from '@farelake/kafka/client';
import { numbered, offsetsIn, textOf, until } from './support/records.ts';
import { closeBroker, describeKafka, openBroker, type TestBroker } from './support/test-broker.ts';

describeKafka('a topic', () => {
  let broker: TestBroker;
  let connection: KafkaConnection;
  beforeAll(async () => {
    broker = await openBroker();
    connection = kafkaConnection(broker);
  });
  afterAll(() => closeBroker(broker));

  /** Reads to the end. */
  async function read(topic: string, options: { readonly group?: string; readonly fromBeginning?: boolean } = {}) {
    const records: KafkaRecord[] = [];
    const { group = 'readers', fromBeginning } = options;
    const consumed = await consumeDeliveries(
      { connection, topic, group, untilEnd: true, fromBeginning },
      (delivery) => {
        records.push(...delivery.records);
        return Promise.resolve();
      },
    );
    expect(consumed).toMatchObject({ ended: 'end', records: records.length });
    return records;
  }

  it('gives back keys, values, headers, times, and tombstones', async () => {
    await broker.createTopic('round', 1, { 'retention.ms': '-1' });
    const sent: ProducedRecord[] = [
      {
        key: 'd1',
        value: '{"é":"🔥"}',
        headers: [
          ['trace', 'a'],
          ['trace', null],
          ['', ''],
        ],
        timestamp: 1_700_000_000_000n,
      },
      { key: 'd1', value: null, timestamp: 1n },
      { value: '', timestamp: 2n },
      { key: '', value: Buffer.from([0, 255, 128]), timestamp: 3n },
    ];
    for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)
      expect(await produceRecords({ connection, compression }, 'round', sent)).toBe(sent.length);
    const records = await read('round');
    const expected = sent.map(({ key, value, headers = [], timestamp }) => ({
      ...{ key: key ?? null, value: value === null ? null : Buffer.from(value).toString('latin1') },
      ...{ headers, timestamp, timestampType: 'CreateTime' },
    }));
    const got = records.map(({ key, value, headers, timestamp, timestampType }) => ({
      ...{ key: textOf(key), value: value === null ? null : Buffer.from(value).toString('latin1') },
      ...{ headers: headers.map(([name, content]) => [name, textOf(content)]), timestamp, timestampType },
    }));
    expect(got).toEqual(Array.from({ length: 5 }, () => expected).flat());
    expect(offsetsIn(records)).toEqual(new Map([[0, Array.from({ length: 20 }, (_, offset) => BigInt(offset))]]));
  });

  it('has the time of the broker where the topic says so', async () => {
    await broker.createTopic('stamped', 1, { 'message.timestamp.type': 'LogAppendTime' });
    const before = BigInt(Date.now());
    await produceRecords({ connection }, 'stamped', [{ value: 'a', timestamp: 5n }]);
    const [record] = await read('stamped');
    expect(record).toMatchObject({ timestampType: 'LogAppendTime' });
    expect(record!.timestamp >= before - 1000n).toBe(true);
  });

  it('is read once by a group, and again from the beginning when that is asked for', async () => {
    await broker.createTopic('twice', 3);
    await produceRecords({ connection }, 'twice', numbered(100));
    expect(await read('twice')).toHaveLength(100);
    expect(await read('twice')).toHaveLength(0);
    expect(await read('twice', { fromBeginning: true })).toHaveLength(100);
    expect(await read('twice', { group: 'others' })).toHaveLength(100);
  });

  it('tells its id, the id of its cluster, its offsets and those of a group', async () => {
    await broker.createTopic('asked', 2);
    await produceRecords({ connection }, 'asked', [
      { value: 'a', partition: 1 },
      { value: 'b', partition: 1 },
    ]);
    const before = await topicOffsets(connection, 'asked', 'askers');
    expect(before.partitions).toEqual([
      { partition: 0, earliest: 0n, latest: 0n, committed: undefined },
      { partition: 1, earliest: 0n, latest: 2n, committed: undefined },
    ]);
    const clusters = new Set<string>();
    const ids = new Set<string | undefined>();
    await consumeDeliveries({ connection, topic: 'asked', group: 'askers', untilEnd: true }, (delivery) => {
      clusters.add(delivery.cluster);
      ids.add(delivery.topicIds.get('asked'));
      return Promise.resolve();
    });
    expect([...clusters]).toEqual([before.cluster]);
    expect([...ids]).toEqual([before.topicId]);
    const after = await topicOffsets(connection, 'asked', 'askers');
    expect(after.partitions.map(({ committed }) => committed)).toEqual([undefined, 2n]);
  });

  it('that was made anew has another id, and is read from its beginning', async () => {
    await broker.createTopic('anew', 1);
    await produceRecords({ connection }, 'anew', numbered(5));
    expect(await read('anew')).toHaveLength(5);
    const { topicId } = await topicOffsets(connection, 'anew');
    await broker.deleteTopic('anew');
    await broker.createTopic('anew', 1);
    await produceRecords({ connection }, 'anew', numbered(3));
    expect((await topicOffsets(connection, 'anew')).topicId).not.toBe(topicId);
    expect(await read('anew')).toHaveLength(3);
  });

  it('ends for each of two members, with partitions that are empty or were emptied', async () => {
    await broker.createTopic('shared', 6, { 'retention.ms': '1', 'segment.ms': '1' });
    await produceRecords(
      { connection },
      'shared',
      numbered(50).map((record) => ({ ...record, partition: 4, timestamp: 1n })),
    );
    await until(async () => {
      // A segment ends with the first record after its time.
      await produceRecords({ connection }, 'shared', [{ value: 'x', partition: 4, timestamp: 1n }]);
      return (await topicOffsets(connection, 'shared')).partitions[4]!.earliest > 0n;
    });
    await produceRecords(
      { connection },
      'shared',
      numbered(20).map((record) => ({ ...record, partition: 1 })),
    );
    await expect(Promise.all([read('shared'), read('shared')])).resolves.toHaveLength(2);
  });
});
