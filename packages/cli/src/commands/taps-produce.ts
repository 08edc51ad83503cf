import { setTimeout as sleep } from 'node:timers/promises';
import { syntheticTaps, type SyntheticOptions, type SyntheticRecord } from '@farelake/kafka';
import type { ProducedRecord } from '@farelake/kafka/client';
import { kafkaClient, kafkaConnectionOf, type KafkaFlags } from '../kafka.ts';
import { UsageError } from '../output/problem.ts';
import { count, counted } from '../output/table.ts';
import type { Context } from '../session.ts';

export interface ProduceFlags extends KafkaFlags {
  readonly topic: string;
  readonly count: string;
  readonly rate?: string;
  readonly skew: string;
  readonly poison: string;
  readonly tombstones: string;
  readonly duplicates: string;
  readonly seed?: string;
  readonly json?: boolean;
}

/** What was written, so far. */
interface Tally {
  taps: number;
  poison: number;
  tombstones: number;
  /** Of these, records that were there before: under an offset of their own, as a producer that is not sure writes them. */
  again: number;
}

/** So many batches a second, at the least: none waits long for being full. */
const BATCHES_A_SECOND = 5;
const LARGEST_BATCH = 1_000;

/** Records for a second of timestamps where they are written as fast as they can be. */
const UNPACED = 1_000_000;

/** @returns 0 all of them are written */
export async function tapsProduceCommand({ terminal, signal }: Context, flags: ProduceFlags): Promise<number> {
  const { rate, ...shape } = shapeOf(flags);
  const connection = await kafkaConnectionOf(flags);
  const { produceRecords, topicOffsets } = await kafkaClient();
  terminal.progress(`asking the cluster for ${flags.topic}`);
  const { cluster, partitions } = await topicOffsets(connection, flags.topic);
  const tally: Tally = { taps: 0, poison: 0, tombstones: 0, again: 0 };
  const taps = syntheticTaps({
    ...{ ...shape, topic: flags.topic, partitions: partitions.length },
    ...{ start: Date.now(), rate: rate ?? UNPACED },
  });
  const began = performance.now();
  const records = await produceRecords(
    {
      ...{ connection, signal },
      batch: rate === undefined ? LARGEST_BATCH : Math.min(LARGEST_BATCH, Math.ceil(rate / BATCHES_A_SECOND)),
      onProgress: (written) => {
        terminal.progress(`${count(written)} records written`);
      },
      onWaiting: ({ problem }, milliseconds) => {
        terminal.progress(`${problem} Trying again in ${Math.ceil(milliseconds / 1000)} s`);
      },
    },
    flags.topic,
    produced(taps, { rate, signal, tally }),
  );
  const seconds = (performance.now() - began) / 1000;
  terminal.progress(undefined);
  signal.throwIfAborted();
  if (flags.json === true)
    terminal.print(JSON.stringify({ topic: flags.topic, cluster, records, ...tally, seed: shape.seed, seconds }));
  else terminal.print(tallyLine(flags.topic, tally, seconds));
  return 0;
}

interface Pacing {
  /** Records a second; undefined: as fast as they can be written. */
  readonly rate: number | undefined;
  readonly signal: AbortSignal;
  readonly tally: Tally;
}

/** One after the other, each when its time has come; ends with the signal. */
async function* produced(
  taps: Iterable<SyntheticRecord>,
  { rate, signal, tally }: Pacing,
): AsyncGenerator<ProducedRecord> {
  const began = performance.now();
  let made = 0;
  for (const { record, kind, again } of taps) {
    const early = rate === undefined ? 0 : (made * 1000) / rate - (performance.now() - began);
    // A timer knows whole milliseconds: what is earlier by less goes with the others.
    if (early >= 1) await sleep(early, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    made += 1;
    tally[kind === 'tap' ? 'taps' : kind === 'poison' ? 'poison' : 'tombstones'] += 1;
    if (again) tally.again += 1;
    const { key, value, partition, timestamp } = record;
    yield { key, value, partition, timestamp };
  }
}

function tallyLine(topic: string, { taps, poison, tombstones, again }: Tally, seconds: number): string {
  const all = taps + poison + tombstones;
  const parts = [
    counted(taps, 'tap'),
    ...(poison === 0 ? [] : [`${count(poison)} poison`]),
    ...(tombstones === 0 ? [] : [counted(tombstones, 'tombstone')]),
    ...(again === 0 ? [] : [`${count(again)} of them once more`]),
  ];
  return `${topic}: ${counted(all, 'record')} written in ${seconds.toFixed(1)} s: ${parts.join(', ')}`;
}

type Shape = Omit<SyntheticOptions, 'topic' | 'partitions' | 'start' | 'rate'> & { readonly rate: number | undefined };

/** @throws UsageError `bad-produce-option` */
function shapeOf({ count: records, rate, skew, poison, tombstones, duplicates, seed }: ProduceFlags): Shape {
  const whole = (name: string, text: string, most: number) =>
    numberOf(name, text, /^\d[\d_]*$/, [0, most], 'a whole number');
  const share = (name: string, text: string) => numberOf(name, text, /^\d*\.?\d+$/, [0, 1], 'a share');
  return {
    count: whole('count', records, 1e12),
    rate: rate === undefined ? undefined : numberOf('rate', rate, /^\d*\.?\d+$/, [0.001, 1e6], 'records a second'),
    skew: numberOf('skew', skew, /^\d*\.?\d+$/, [0, 10], 'a number'),
    poison: share('poison', poison),
    tombstones: share('tombstones', tombstones),
    duplicates: share('duplicates', duplicates),
    // Other ids in each run, unless somebody wants the same: with equal ones it would look as if devices told their taps twice.
    seed: seed === undefined ? Date.now() % 2 ** 32 : whole('seed', seed, 2 ** 32 - 1),
  };
}

function numberOf(
  name: string,
  text: string,
  pattern: RegExp,
  [least, most]: readonly [number, number],
  what: string,
): number {
  const number = Number(text.replaceAll('_', ''));
  if (pattern.test(text) && number >= least && number <= most) return number;
  throw new UsageError({
    code: 'bad-produce-option',
    problem: `--${name} ${JSON.stringify(text)} cannot be.`,
    remedy: `Give ${what} from ${least} to ${most.toLocaleString('en-US')}.`,
    data: { name },
  });
}
