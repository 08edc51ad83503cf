/** `farelake taps produce` without a cluster: what was typed wrong is said before anything is asked for. */
import { runCommand } from '../support/command.ts';

const SIGNED = { KAFKA_USERNAME: 'u', KAFKA_PASSWORD: 'pw-not-to-be-shown' };
const produce = (variables: NodeJS.ProcessEnv, ...flags: string[]) =>
  runCommand({ ...SIGNED, ...variables }, ['taps', 'produce', ...flags]);

test.each<[string, NodeJS.ProcessEnv, string[], RegExp]>([
  ['no topic', {}, [], /--topic/],
  ['no brokers', {}, ['--topic', 'taps'], /No Kafka broker is named/],
  ['no password', { KAFKA_BROKERS: 'a:1', KAFKA_PASSWORD: '' }, ['--topic', 'taps'], /no password to sign in/],
  ['plain text', { KAFKA_TLS: 'off' }, ['--topic', 'taps', '--brokers', 'far.example:9'], /could be read on the way/],
  ['a share of 2', {}, ['--topic', 'taps', '--poison', '2'], /--poison "2" cannot be\. Give a share from 0 to 1\./],
  ['a count of words', {}, ['--topic', 'taps', '--count', 'many'], /--count "many" cannot be/],
  ['a rate of 0', {}, ['--topic', 'taps', '--rate', '0'], /--rate "0" cannot be\. Give records a second from 0.001/],
])('%s: exit 2', async (_, variables, flags, problem) => {
  const { code, out, err } = await produce(variables, ...flags);
  expect({ code, out, err }).toEqual({ code: 2, out: '', err: expect.stringMatching(problem) as string });
  expect(err).not.toContain('not-to-be-shown');
});

test('nobody there: exit 1, and which broker', async () => {
  const { code, out, err } = await produce({}, '--topic', 'taps', '--brokers', 'localhost:1');
  expect({ code, out, err }).toEqual({ code: 1, out: '', err: expect.stringContaining('localhost:1') as string });
  expect(err).not.toContain('not-to-be-shown');
}, 60_000);
