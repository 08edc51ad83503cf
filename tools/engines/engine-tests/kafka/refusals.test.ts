/**
 * What a cluster, or this side, refuses: each time an error that says what to do, nothing of the credentials in it however it is
 * printed, and none in what the client wrote to the broker's log.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { inspect } from 'node:util';
import {
  consumeDeliveries,
  kafkaConnection,
  KafkaPassword,
  produceRecords,
  topicOffsets,
  type KafkaConnection,
  type KafkaConnectionOptions,
} from '@farelake/kafka/client';
import { closeBroker, describeKafka, openBroker, type TestBroker } from './support/test-broker.ts';

const WRONG = 'wrong-but-secret-7f3a';

describeKafka('a connection is refused', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await openBroker();
    await broker.createTopic('taps', 1);
  });
  afterAll(() => closeBroker(broker));

  /** Every way in, which all have to fail alike. */
  async function refused(change: Partial<KafkaConnectionOptions>, topic = 'taps'): Promise<string[]> {
    const connection = kafkaConnection({ ...broker, ...change });
    const ways = [
      () => consumeDeliveries({ connection, topic, group: 'g', untilEnd: true }, () => Promise.resolve()),
      () => produceRecords({ connection }, topic, [{ value: 'x' }]),
      () => topicOffsets(connection, topic),
    ];
    const codes = await Promise.all(
      ways.map(async (way) => {
        const error = await way().then(
          () => undefined,
          (thrown: unknown) => thrown as Error & { code: string },
        );
        expectNoCredentials(error, connection);
        expect(error?.message.length).toBeGreaterThan(40);
        return error?.code ?? 'no error';
      }),
    );
    return [...new Set(codes)];
  }

  function expectNoCredentials(...things: unknown[]): void {
    for (const thing of things) {
      const text = `${inspect(thing, { depth: Infinity, showHidden: true })} ${String(thing)} ${json(thing)}`;
      for (const secret of [broker.password, broker.stranger.password, WRONG]) expect(text).not.toContain(secret);
    }
  }

  it.each([
    ['with the wrong CA', () => ({ caFile: broker.otherCaFile }), 'kafka-untrusted'],
    ["with the system's CAs alone", () => ({ caFile: undefined }), 'kafka-untrusted'],
    [
      'under a name that the certificate is not for',
      () => ({ brokers: broker.brokers.replace('localhost', '127.0.0.1') }),
      'kafka-other-host',
    ],
    ['with the wrong password', () => ({ password: WRONG }), 'kafka-refused'],
    ['for a user who is not there', () => ({ username: 'nobody' }), 'kafka-refused'],
    ['by TLS at a port without', () => ({ brokers: `localhost:${broker.plainPort}` }), 'kafka-no-tls'],
    ['without TLS at a port with', () => ({ tls: false }), 'kafka-wants-tls'],
    ['without TLS or sign-in at a port with both', () => ({ tls: false, auth: 'none' }), 'kafka-wants-tls'],
    ['without sign-in', () => ({ auth: 'none' }), 'kafka-unreachable'],
    [
      'with a sign-in where there is none',
      () => ({ tls: false, brokers: `localhost:${broker.plainPort}` }),
      'kafka-other-sign-in',
    ],
    ['for a user who may not read', () => broker.stranger, 'kafka-not-authorised'],
    ['where nothing listens', () => ({ brokers: 'localhost:1' }), 'kafka-unreachable'],
    ['where there is no such host', () => ({ brokers: 'nowhere.invalid:9096' }), 'kafka-unreachable'],
    [
      'with a file of CAs that is none',
      () => ({ caFile: path.join(broker.folder, 'server.properties') }),
      'kafka-bad-ca-file',
    ],
    [
      'with a file of CAs that is not there',
      () => ({ caFile: path.join(broker.folder, 'none.pem') }),
      'kafka-bad-ca-file',
    ],
    [
      'when the password cannot be fetched',
      () => ({ password: () => Promise.reject(new Error(WRONG)) }),
      'kafka-no-credentials',
    ],
    [
      'when the password that was fetched is none',
      () => ({ password: () => Promise.resolve(`${WRONG}\n`) }),
      'kafka-bad-password',
    ],
  ] as const)('%s', async (_, change, code) => {
    expect(await refused(change())).toEqual([code]);
  });

  it('for a topic that is not there', async () => {
    expect(await refused({}, 'tapz')).toEqual(['kafka-unknown-topic']);
  });

  it('with a certificate that ran out', async () => {
    const server = tls.createServer({ pfx: readFileSync(broker.expiredKeystore), passphrase: 'changeit' });
    server.on('tlsClientError', () => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const caFile = path.join(broker.folder, 'old-ca.pem');
    try {
      const brokers = `localhost:${(server.address() as AddressInfo).port}`;
      expect(await refused({ brokers, caFile })).toEqual(['kafka-certificate-expired']);
    } finally {
      server.close();
    }
  });

  it('without a word of the credentials in a connection, its errors, or the log of the broker', async () => {
    const connection: KafkaConnection = kafkaConnection({ ...broker });
    expectNoCredentials(connection, new KafkaPassword(broker.password), await connection.password?.());
    const log = readFileSync(path.join(broker.folder, 'broker.log'), 'utf8');
    for (const secret of [broker.password, broker.stranger.password, WRONG]) expect(log).not.toContain(secret);
  });
});

const json = (thing: unknown): string =>
  JSON.stringify(thing, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
