/** `farelake taps produce` on a real broker: what it says it wrote is there, and is what the generator makes of the seed. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { recordReader, syntheticTaps, type KafkaRecord } from '@farelake/kafka';
import { consumeDeliveries, kafkaConnection } from '@farelake/kafka/client';
import { tapsContract } from '../../../../packages/schema-registry/test/taps-contract.ts';
import { runFarelake, type Ran } from './support/farelake.ts';
import { closeBroker, describeKafka, openBroker, type TestBroker } from './support/test-broker.ts';

describeKafka('taps produce', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await openBroker();
  });
  afterAll(() => closeBroker(broker));

  const produce = (topic: string, ...flags: string[]): Promise<Ran> =>
    runFarelake(
      {
        ...{ KAFKA_BROKERS: broker.brokers, KAFKA_USERNAME: broker.username, KAFKA_PASSWORD: broker.password },
        KAFKA_CA_FILE: broker.caFile,
      },
      ['taps', 'produce', '--topic', topic, ...flags],
    );

  async function read(topic: string): Promise<KafkaRecord[]> {
    const records: KafkaRecord[] = [];
    await consumeDeliveries(
      { connection: kafkaConnection(broker), topic, group: 'all', untilEnd: true },
      (delivery) => {
        records.push(...delivery.records);
        return Promise.resolve();
      },
    );
    return records;
  }

  it('writes what the seed makes, poison and tombstones and what comes again among it', async () => {
    await broker.createTopic('made', 4);
    const flags = [
      '--count',
      '5_000',
      '--poison',
      '0.1',
      '--tombstones',
      '0.05',
      '--duplicates',
      '0.1',
      '--seed',
      '11',
    ];
    const before = Date.now();
    const { code, out, err } = await produce('made', ...flags, '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const told = JSON.parse(out) as Record<string, number>;
    expect(told).toMatchObject({ topic: 'made', records: 5000, seed: 11 });
    const made = [
      ...syntheticTaps({
        ...{ topic: 'made', partitions: 4, count: 5000, start: before, rate: 1e6, skew: 1, seed: 11 },
        ...{ poison: 0.1, tombstones: 0.05, duplicates: 0.1 },
      }),
    ];
    const sumOf = (kind: string) => made.filter((one) => one.kind === kind).length;
    expect(told).toMatchObject({ taps: sumOf('tap'), poison: sumOf('poison'), tombstones: sumOf('tombstone') });
    expect(told['again']).toBe(made.filter(({ again }) => again).length);
    const text = ({ partition, key, value }: KafkaRecord) =>
      JSON.stringify([partition, ...[key, value].map((bytes) => bytes && Buffer.from(bytes).toString('latin1'))]);
    const found = await read('made');
    const inPartition = (records: readonly KafkaRecord[]) =>
      records.toSorted((a, b) => a.partition - b.partition).map(text);
    expect(inPartition(found)).toEqual(inPartition(made.map(({ record }) => record)));
    const readRecord = recordReader(tapsContract(), () => 'a hash');
    const kinds = Map.groupBy(found.map(readRecord), ({ kind }) => kind);
    expect([kinds.get('row')?.length, kinds.get('refused')?.length, kinds.get('tombstone')?.length]).toEqual([
      ...[told['taps'], told['poison'], told['tombstones']],
    ]);
  }, 60_000);

  it('keeps to a rate, and their timestamps too', async () => {
    await broker.createTopic('paced', 2);
    const { code, out } = await produce('paced', '--count', '40', '--rate', '20');
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^paced: 40 records written in .*: 40 taps\n$/),
    });
    const times = (await read('paced')).map(({ timestamp }) => Number(timestamp)).toSorted((a, b) => a - b);
    expect(times).toHaveLength(40);
    // 40 at 20 a second: the last a bit less than two seconds after the first.
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(1_800);
    expect(times.at(-1)! - times[0]!).toBeLessThan(2_000);
  }, 60_000);

  it('says what is wrong: no such topic, a wrong password', async () => {
    const none = await produce('nowhere');
    expect(none).toMatchObject({ code: 1, out: '', err: expect.stringContaining('nowhere') });
    const { brokers, username, caFile } = broker;
    const variables = { KAFKA_BROKERS: brokers, KAFKA_USERNAME: username, KAFKA_CA_FILE: caFile };
    const wrong = await runFarelake({ ...variables, KAFKA_PASSWORD: 'not-this-one-0123' }, [
      ...['taps', 'produce', '--topic', 'made'],
    ]);
    expect(wrong).toMatchObject({ code: 1, out: '' });
    expect(wrong.err).not.toContain('not-this-one');
  }, 60_000);
});
