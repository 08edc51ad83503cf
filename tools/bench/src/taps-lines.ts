/** The parts of `npm run bench -- taps`, as lines for people. */
import { benchTapsCore, tapsFunction, type TapsCoreLine, type TapsFunction } from './taps-core.ts';
import { benchTapsConsumer, type TapsConsumerLine } from './taps-consumer.ts';
import { benchTapsWriters, type TapsWriterLine } from './taps-writers.ts';

type Note = (text: string) => void;

export interface TapsFigures {
  readonly writers: readonly TapsWriterLine[];
  readonly core: readonly TapsCoreLine[];
  readonly function: TapsFunction;
  readonly consumer: readonly TapsConsumerLine[];
}

export async function tapsLines(times: number, quick: boolean, note: Note): Promise<TapsFigures> {
  const writers = await writerLines(times, quick, note);
  const core = await coreLines(times, quick, note);
  const own = await tapsFunction(quick ? 3 : 15);
  note(
    `function taps: bundle ${(own.bundleBytes / 1e6).toFixed(2)} MB, loaded ${own.loadedMs.toFixed(0)} ms after the start of a process, one that loads nothing ${own.emptyMs.toFixed(0)} ms`,
  );
  return { writers, core, function: own, consumer: await consumerLines(times, quick, note) };
}

async function consumerLines(times: number, quick: boolean, note: Note): Promise<TapsConsumerLine[]> {
  const sizes = quick ? [20_000] : [100_000, 600_000];
  const lines = await benchTapsConsumer({
    ...{ sizes, times },
    onLine: (line) => {
      note(tapsConsumerText(line));
    },
  });
  if (!('reason' in lines)) return lines;
  note(`left out: the consumer, because ${lines.reason}`);
  return [];
}

const tapsConsumerText = ({
  by,
  records,
  recordsPerSecond,
  ratio,
  wallSeconds,
  cpuSeconds,
  peakBytes,
}: TapsConsumerLine) =>
  [
    ...[`${records} records`.padEnd(15), by.padEnd(24), `${(recordsPerSecond / 1000).toFixed(1)} k/s`.padStart(12)],
    ...[`× ${ratio.toFixed(1)}`.padStart(8), `${wallSeconds.toFixed(1)} s`.padStart(9)],
    ...[`${cpuSeconds.toFixed(1)} s CPU`.padStart(12), megabytes(peakBytes).padStart(8)],
  ].join(' ');

async function coreLines(times: number, quick: boolean, note: Note): Promise<TapsCoreLine[]> {
  const sizes = quick ? [100, 1_000] : [100, 1_000, 10_000];
  return benchTapsCore({
    ...{ sizes, records: quick ? 5_000 : 100_000, times },
    onLine: (line) => {
      note(tapsCoreText(line));
    },
  });
}

const tapsCoreText = ({
  by,
  records,
  recordsPerSecond,
  ratio,
  wallSeconds,
  cpuSeconds,
  events,
  peakBytes,
}: TapsCoreLine) =>
  [
    ...[`${records} records`.padEnd(14), by.padEnd(32), `${(recordsPerSecond / 1000).toFixed(1)} k/s`.padStart(12)],
    ...[`× ${ratio.toFixed(1)}`.padStart(8), `${((1000 * wallSeconds) / events).toFixed(1)} ms an event`.padStart(20)],
    ...[`${((1000 * cpuSeconds) / events).toFixed(1)} ms CPU`.padStart(14), megabytes(peakBytes).padStart(8)],
  ].join(' ');

const megabytes = (value: number): string => `${(value / 1e6).toFixed(0)} MB`;

function tapsWriterText(line: TapsWriterLine): string {
  const milliseconds = (value: number) => `${value.toFixed(0)} ms`;
  return [
    ...[`${line.records} records`.padEnd(14), line.by.padEnd(18)],
    `${(line.recordsPerSecond / 1000).toFixed(0)} k/s`.padStart(10),
    `× ${line.ratio.toFixed(2)}`.padStart(8),
    megabytes(line.peakBytes).padStart(8),
    ...[line.loadedMs, line.firstMs].map((value) => milliseconds(value).padStart(8)),
    ...[line.fileBytes, line.bundleBytes].map((bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(10)),
    line.besideBytes === 0 ? '' : `+ ${megabytes(line.besideBytes)}`,
  ].join(' ');
}

const TAPS_WRITER_HEAD = [
  ...[
    'micro-batch'.padEnd(14),
    'written by'.padEnd(18),
    'records'.padStart(10),
    'JSON'.padStart(8),
    'peak'.padStart(8),
  ],
  ...['loaded'.padStart(8), '1st file'.padStart(8), 'file'.padStart(10), 'bundle'.padStart(10)],
].join(' ');

async function writerLines(times: number, quick: boolean, note: Note): Promise<TapsWriterLine[]> {
  note(TAPS_WRITER_HEAD);
  const onLine = (line: TapsWriterLine) => {
    note(tapsWriterText(line));
  };
  const sizes = quick ? [100, 1_000] : [100, 1_000, 10_000];
  return benchTapsWriters({ sizes, times, seconds: quick ? 0.5 : 3, onLine });
}
