/**
 * The benchmark of the consumer against a real broker on this machine, over TLS: a topic read to its end into the table, beside
 * the same read with nothing done to a record. Two sizes of backlog show that memory does not grow with it.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { stopLocalPostgres } from '@farelake/db';
import { kafkaInstallation, startBroker, type Broker } from '@farelake/engines';
import { syntheticTaps } from '@farelake/kafka';
import { kafkaConnection, produceRecords, type ProducedRecord } from '@farelake/kafka/client';
import type { TapsConsumerRun } from './taps-consumer-run.ts';

const execute = promisify(execFile);

export interface TapsConsumerLine extends TapsConsumerRun {
  readonly by: string;
  /** Of the topic. */
  readonly records: number;
  readonly recordsPerSecond: number;
  /** Wall time by that of reading alone. */
  readonly ratio: number;
}

export interface TapsConsumerOptions {
  /** Records of a topic, a topic each. */
  readonly sizes: readonly number[];
  readonly times: number;
  readonly onLine?: (line: TapsConsumerLine) => void;
}

const PARTITIONS = 6;
const READ = 'read, nothing done';
const CONSUME = 'farelake taps consume';

/** @returns why it cannot be: there is no broker on this machine */
export async function benchTapsConsumer(
  options: TapsConsumerOptions,
): Promise<TapsConsumerLine[] | { readonly reason: string }> {
  const installation = await kafkaInstallation();
  if ('reason' in installation) return installation;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'farelake-bench-kafka-'));
  const broker = await startBroker({ folder });
  try {
    const lines: TapsConsumerLine[] = [];
    for (const records of options.sizes) lines.push(...(await benchTopic(broker, records, options)));
    return lines;
  } finally {
    await broker.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function benchTopic(
  broker: Broker,
  records: number,
  { times, onLine }: TapsConsumerOptions,
): Promise<TapsConsumerLine[]> {
  const topic = `taps-${records}`;
  await broker.createTopic(topic, PARTITIONS, { 'retention.ms': '-1' });
  await produceRecords({ connection: kafkaConnection(broker) }, topic, produced(topic, records));
  const runs = new Map<string, TapsConsumerRun[]>([READ, CONSUME].map((by) => [by, []]));
  for (let time = 0; time < times; time += 1)
    for (const by of [READ, CONSUME]) runs.get(by)?.push(await inHome((home) => run(by, topic, home, broker)));
  const base = median(runs.get(READ) ?? []).wallSeconds;
  return [...runs].map(([by, measured]) => {
    const typical = median(measured);
    const line: TapsConsumerLine = {
      ...typical,
      ...{ by, records, peakBytes: Math.max(...measured.map((one) => one.peakBytes)) },
      recordsPerSecond: records / typical.wallSeconds,
      ratio: typical.wallSeconds / base,
    };
    onLine?.(line);
    return line;
  });
}

function* produced(topic: string, count: number): Generator<ProducedRecord> {
  const taps = syntheticTaps({
    ...{ topic, partitions: PARTITIONS, count, seed: 7 },
    start: Date.UTC(2026, 2, 1, 12),
    rate: 1000,
  });
  for (const { record } of taps) yield record;
}

async function inHome<T>(work: (home: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'farelake-bench-home-'));
  try {
    return await work(path.join(folder, 'home'));
  } finally {
    await stopLocalPostgres(path.join(folder, 'home')).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(by: string, topic: string, home: string, broker: Broker): Promise<TapsConsumerRun> {
  const script = path.join(import.meta.dirname, 'taps-consumer-run.ts');
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...{ DATABASE_URL: '', FARELAKE_HOME: home, FARELAKE_REGISTRY: '' },
    ...{ KAFKA_BROKERS: broker.brokers, KAFKA_CA_FILE: broker.caFile },
    ...{ KAFKA_USERNAME: broker.username, KAFKA_PASSWORD: broker.password },
  };
  const { stdout } = await execute(process.execPath, [script, by === READ ? 'read' : 'consume', topic], { env });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as TapsConsumerRun;
}

function median(runs: readonly TapsConsumerRun[]): TapsConsumerRun {
  const typical = runs.toSorted((a, b) => a.wallSeconds - b.wallSeconds)[runs.length >> 1];
  if (typical === undefined) throw new Error('nothing was run');
  return typical;
}
