import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { eventRecord, type EventRecord } from '@farelake/kafka';
import type { Contract, ContractColumn } from '@farelake/schema-registry';
import type { Home } from '../home.ts';
import type { Random } from '../random.ts';
import type { Act, Scenario } from '../scenario.ts';

const column = (id: number, sourceName: string, treatment: 'keep' | 'hmac' = 'keep'): ContractColumn => ({
  ...{ id, name: sourceName.toLowerCase(), sourceName, type: 'string', nullable: false, treatment, description: '' },
  classification: treatment === 'hmac' ? 'pseudonymous' : 'internal',
});

const TAPS: Contract = {
  feed: 'kafka',
  dataset: 'taps',
  source: { schema: 'kafka', table: 'taps' },
  version: 1,
  columns: [column(101, 'tapId'), column(102, 'tokenId', 'hmac')],
  lastColumnId: 102,
  key: [],
  cdc: { updateImage: 'full', beforeImage: 'none' },
  layout: {},
  stream: { timeZone: 'America/New_York', dayStartsAt: '03:00' },
  publish: { postgres: false },
  owner: 'chaos',
};

const PARTITIONS = [0, 1, 2];
/** Offsets of a partition. */
const OFFSETS = 60;

/** Of three days of the past: taps, some poison and tombstones. */
function recordsOf(random: Random, partition: number): EventRecord[] {
  return Array.from({ length: OFFSETS }, (_, offset) => {
    const text = random.chance(0.1) ? `{"tapId": ${String(offset)}}` : tapText(random, partition, offset);
    return eventRecord({
      ...{ topic: 'taps', partition, offset: BigInt(offset), timestampType: 'CreateTime', key: null, headers: [] },
      timestamp: BigInt(Date.UTC(2020, 0, 1 + random.below(3), 12, offset)),
      value: random.chance(0.05) ? null : Buffer.from(text),
    });
  });
}

const tapText = (random: Random, partition: number, offset: number): string =>
  JSON.stringify({ tapId: `${String(partition)}-${String(offset)}`, tokenId: `token-${String(random.below(9))}` });

/** Events of several partitions each, whose slices overlap and come in any order, from offset `first` to below `end`. */
function eventsOf(random: Random, all: readonly EventRecord[][], first: number, end: number, width: number): string {
  const slices = all.flatMap((own, partition) =>
    Array.from({ length: Math.ceil((end - first) / width) }, (_, slice) => {
      const from = Math.max(0, first + slice * width - random.below(5));
      return { partition, records: own.slice(from, Math.min(end, first + (slice + 1) * width)) };
    }),
  );
  const shuffled = slices.map((slice) => ({ slice, at: random.below(1000) })).toSorted((a, b) => a.at - b.at);
  const events: string[] = [];
  for (let at = 0; at < shuffled.length; at += 2) {
    const records: Record<string, readonly EventRecord[]> = {};
    for (const { slice } of shuffled.slice(at, at + 2))
      records[`taps-${String(slice.partition)}-${String(at)}`] = slice.records;
    events.push(JSON.stringify({ eventSource: 'aws:kafka', eventSourceArn: 'arn:chaos', records }));
  }
  return `${events.join('\n')}\n`;
}

/** Without any grace: it gives up what others have begun beside it, and these begin anew. */
const MAINTAIN = ['maintain', '--grace', 'PT0S', '--retention', 'PT0S'];

/** The middle of the topic first, so that runs grow at both ends; then all of it, late taps for merged dates among them. */
function acts(random: Random): Act[] {
  const all = PARTITIONS.map((partition) => recordsOf(random, partition));
  const replay = (name: string, events: string): Act => ({
    before: ({ folder }: Home) => writeFile(path.join(folder, name), events),
    command: ['taps', 'replay', `~/${name}`],
    beside: [MAINTAIN],
    exit: 0,
  });
  return [
    replay('middle.jsonl', eventsOf(random, all, 10, 45, 6)),
    { command: MAINTAIN, exit: 0 },
    replay('whole.jsonl', eventsOf(random, all, 0, OFFSETS, 15)),
    { command: MAINTAIN, exit: 0 },
  ];
}

export const taps: Scenario = {
  name: 'taps',
  about: 'recorded events of a Kafka topic, overlapping and in any order, and maintenance that merges what they became',
  zones: 'folder',
  tables: {},
  topics: [TAPS],
  swept: true,
  acts,
};
