/** How the records were handed over: events as Amazon MSK's, which come twice, overlap, and overtake each other. */
import { eventRecord } from '@farelake/kafka';
import { recordOf, TOPIC, type Told } from './told.ts';

/** Of the cluster that never was. */
export const CLUSTER =
  'arn:aws:kafka:us-east-1:123456789012:cluster/sample-taps/00000000-1111-2222-3333-444444444444-5';

const SERVERS = [1, 2].map((n) => `b-${n}.sample-taps.example.kafka.us-east-1.amazonaws.com:9096`).join(',');

/** Records of an event. */
const SIZE = 40;

/** In the order in which they were handed over, records of each by the order in which they came to the broker. */
export function handOver(told: readonly Told[]): readonly (readonly Told[])[] {
  const order = told.toSorted((a, b) => a.arrived - b.arrived || a.partition - b.partition || a.offset - b.offset);
  const parts = Array.from({ length: Math.ceil(order.length / SIZE) }, (_, n) => order.slice(n * SIZE, (n + 1) * SIZE));
  const part = (n: number): readonly Told[] => parts[n] ?? [];
  const rest = parts.slice(11);
  const reread = order.filter(({ partition }) => partition === 2).slice(-30);
  return [
    ...[part(0), part(1), part(2), part(3), part(4)],
    // Once more, whole.
    part(3),
    // The fifth is overtaken: until it comes, offsets are missing.
    ...[part(6), part(7), part(8), part(5)],
    // Divided in another way: the end of one and the beginning of the next.
    [...part(6).slice(-12), ...part(7).slice(0, 12)],
    ...[part(9), part(10), part(9), ...rest],
    // A partition was read once more from an earlier place.
    reread,
  ];
}

/** A line of the file. */
export function eventLine(records: readonly Told[]): string {
  const partitions = Map.groupBy(records, ({ partition }) => `${TOPIC}-${partition}`);
  return JSON.stringify({
    ...{ eventSource: 'aws:kafka', eventSourceArn: CLUSTER, bootstrapServers: SERVERS },
    records: Object.fromEntries(
      [...partitions].map(([name, own]) => [name, own.map((one) => eventRecord(recordOf(one)))]),
    ),
  });
}
