/** What `farelake taps consume` says where it cannot begin. With a broker: tools/engines/engine-tests/kafka. */
import path from 'node:path';
import { closeHomes, openHome, REPOSITORY } from '../support/command.ts';

afterAll(closeHomes, 60_000);

const REGISTRY = path.join(REPOSITORY, 'packages/schema-registry/registry');
const SECRET = 'the-password-of-nobody';
const SIGN_IN = { KAFKA_USERNAME: 'farelake', KAFKA_PASSWORD: SECRET };

const consume = async (variables: NodeJS.ProcessEnv, ...args: string[]) => {
  const home = await openHome({ FARELAKE_REGISTRY: REGISTRY, ...variables });
  return home.run('taps', 'consume', ...args);
};

describe('taps consume', () => {
  it.each([
    ['no topic', SIGN_IN, ['--brokers', 'localhost:9096'], /required option '--topic/],
    ['no brokers', SIGN_IN, ['--topic', 'taps'], /No Kafka broker is named/],
    ['no password', {}, ['--topic', 'taps', '--brokers', 'localhost:9096'], /There is no user to sign in/],
    [
      'a broker with a scheme',
      SIGN_IN,
      ['--topic', 'taps', '--brokers', `sasl://u:${SECRET}@b`],
      /not of the form host:port/,
    ],
    [
      'no TLS to another machine',
      { ...SIGN_IN, KAFKA_TLS: 'off' },
      ['--topic', 'taps', '--brokers', 'broker.example.org:9092'],
      /TLS is switched off/,
    ],
    ['a group without a name', SIGN_IN, ['--topic', 'taps', '--brokers', 'b:1', '--group', ''], /letters, digits/],
    [
      'batches of nothing',
      SIGN_IN,
      ['--topic', 'taps', '--brokers', 'b:1', '--batch-records', '0'],
      /whole number from 1/,
    ],
  ])('%s: exit 2, told what is missing', async (_, variables, args, problem) => {
    const { code, out, err } = await consume(variables, ...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(problem);
    expect(err).not.toMatch(SECRET);
  });

  it('a cluster that is not there: exit 1 at once, nothing of the password', async () => {
    const { code, err } = await consume(SIGN_IN, '--topic', 'taps', '--brokers', '127.0.0.1:1');
    expect(code).toBe(1);
    expect(err).toMatch(/cannot be reached/);
    expect(err).not.toMatch(SECRET);
  });

  it('a topic without a contract: exit 1 before the cluster is asked', async () => {
    const home = await openHome({ FARELAKE_REGISTRY: '/nonexistent', ...SIGN_IN });
    const { code, err } = await home.run('taps', 'consume', '--topic', 'rides', '--brokers', '127.0.0.1:1');
    expect(code).toBe(1);
    expect(err).toMatch(/No contract is of the topic rides/);
  });
});
