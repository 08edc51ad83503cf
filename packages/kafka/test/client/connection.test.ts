/** Connections: what is taken from the environment, and what is refused before anything is sent. */
import { expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { connectionFrom, kafkaConnection, type KafkaConnectionOptions } from '../../client/index.ts';

const OPTIONS: KafkaConnectionOptions = { brokers: 'b-1.example.com:9096', username: 'u', password: 'pa=ss, wörd ' };

it('is made from the environment, flags first, what is empty not set', async () => {
  const environment = {
    ...{ KAFKA_BROKERS: 'a:1', KAFKA_AUTH: '', KAFKA_USERNAME: 'u', KAFKA_PASSWORD: 'p ' },
    ...{ KAFKA_CA_FILE: '/ca.pem', KAFKA_TLS: '', AWS_REGION: 'us-east-1' },
  };
  const connection = connectionFrom(environment, { brokers: ' b:2 , [::1]:3,' });
  expect(connection).toMatchObject({ auth: 'scram', tls: true, username: 'u', caFile: '/ca.pem' });
  expect(connection.brokers).toEqual([
    { host: 'b', port: 2 },
    { host: '::1', port: 3 },
  ]);
  expect((await connection.password?.())?.reveal()).toBe('p ');
  expect(connectionFrom({ ...environment, KAFKA_AUTH: 'iam' })).toEqual({
    ...{ brokers: [{ host: 'a', port: 1 }], auth: 'iam', tls: true },
    ...{ caFile: '/ca.pem', region: 'us-east-1' },
  });
});

it('asks a function for its password when it is needed, and each time', async () => {
  let asked = 0;
  const password = () => Promise.resolve(`p${(asked += 1)}`);
  const connection = kafkaConnection({ ...OPTIONS, password });
  expect(asked).toBe(0);
  expect((await connection.password?.())?.reveal()).toBe('p1');
  expect((await connection.password?.())?.reveal()).toBe('p2');
});

it.each<[string, Partial<KafkaConnectionOptions>, string]>([
  ['no broker', { brokers: ' , ' }, 'kafka-no-brokers'],
  ['a broker without port', { brokers: 'b' }, 'kafka-bad-option'],
  ['a port that is none', { brokers: 'b:99999' }, 'kafka-bad-option'],
  ['an address with a password in it', { brokers: 'kafka://u:pa=ss@b:1' }, 'kafka-bad-option'],
  ['another way to sign in', { auth: 'plain' }, 'kafka-bad-option'],
  ['no user', { username: undefined }, 'kafka-no-password'],
  ['no password', { password: undefined }, 'kafka-no-password'],
  ['an empty password', { password: '' }, 'kafka-bad-password'],
  ['a password with a line break', { password: 'pa=ss\n' }, 'kafka-bad-password'],
  ['IAM without a region', { auth: 'iam' }, 'kafka-bad-option'],
  ['plain text to another machine', { tls: false }, 'kafka-plain-text'],
  ['plain text to another machine without sign-in', { tls: false, auth: 'none' }, 'kafka-plain-text'],
  ['plain text to one that only begins so', { tls: false, brokers: 'localhost.example.com:1' }, 'kafka-plain-text'],
  ['plain text where one of several is elsewhere', { tls: false, brokers: 'localhost:1,b:2' }, 'kafka-plain-text'],
])('refuses %s, and repeats no password', (_, change, code) => {
  const made = (): unknown => kafkaConnection({ ...OPTIONS, ...change });
  const error = thrownBy(made);
  expect(error).toMatchObject({ code });
  expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain('pa=ss');
});

it.each(['localhost:1', '127.0.0.1:1', '127.1.2.3:1', '[::1]:1'])('takes plain text to %s', (brokers) => {
  expect(kafkaConnection({ ...OPTIONS, brokers, tls: false })).toMatchObject({ tls: false });
});

it('refuses a KAFKA_TLS that is neither on nor off: who wrote it meant something', () => {
  expect(() => connectionFrom({ KAFKA_BROKERS: 'a:1', KAFKA_TLS: 'false' })).toThrow(/neither on nor off/);
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}
