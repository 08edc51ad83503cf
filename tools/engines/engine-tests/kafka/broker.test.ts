/** The broker of the other tests: what it is told stays through a restart, in good order or not. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { kafkaConnection, topicExists, type KafkaConnection } from '@farelake/kafka/client';
import { closeBroker, describeKafka, openBroker, type TestBroker } from './support/test-broker.ts';

describeKafka('a broker', () => {
  let broker: TestBroker;
  let connection: KafkaConnection;
  beforeAll(async () => {
    broker = await openBroker();
    connection = kafkaConnection(broker);
  });
  afterAll(() => closeBroker(broker));

  it('keeps topics, users and ports when it is stopped, and when it is killed', async () => {
    await broker.createTopic('taps', 2);
    await broker.restart();
    expect(await topicExists(connection, 'taps')).toBe(true);
    await broker.kill();
    await broker.restart();
    expect(await topicExists(connection, 'taps')).toBe(true);
    await broker.deleteTopic('taps');
    expect(await topicExists(connection, 'taps')).toBe(false);
  });
});
