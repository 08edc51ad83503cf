/**
 * One way of reading a topic to its end, in a process of its own, so that its memory is its own:
 * `node taps-consumer-run.ts read|consume <topic>`, with the environment of a command. The last line it prints is JSON, a
 * `TapsConsumerRun`.
 */
import { main as farelake } from '@farelake/cli';
import { connectionFrom, consumeDeliveries } from '@farelake/kafka/client';

export interface TapsConsumerRun {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

/** What has to be done anyway: every record fetched, none looked at. */
async function read(topic: string): Promise<void> {
  const connection = connectionFrom(process.env);
  await consumeDeliveries({ connection, topic, group: `bench-${process.pid}`, untilEnd: true }, () =>
    Promise.resolve(),
  );
}

async function consume(topic: string): Promise<void> {
  const code = await farelake(['taps', 'consume', '--topic', topic, '--until-end']);
  if (code !== 0) throw new Error(`taps consume ended with ${code}`);
}

const [by, topic = ''] = process.argv.slice(2);
// Making the home is no part of the figures.
if (by !== 'read' && (await farelake(['migrate'])) !== 0) throw new Error('the home could not be made');
const [began, before] = [performance.now(), process.cpuUsage()];
await (by === 'read' ? read(topic) : consume(topic));
const wallSeconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(before);
const told: TapsConsumerRun = {
  ...{ wallSeconds, cpuSeconds: (user + system) / 1e6 },
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
process.stdout.write(`${JSON.stringify(told)}\n`);
