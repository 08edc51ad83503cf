/**
 * One way of taking events of a topic, in a process of its own, so that its memory is its own:
 * `node taps-core-run.ts json|handler <events> <records>`, with the environment of a command. The last line it prints is JSON, a
 * `TapsCoreRun`.
 */
import { handleEvent } from '@farelake/functions/taps';
import { main as farelake, openTerminal, readEnvironment, withWorkspace, type Workspace } from '@farelake/cli';
import { eventRecord, syntheticTaps, type EventRecord } from '@farelake/kafka';

export interface TapsCoreRun {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  /** Rows that came into the table; 0 where none was meant to. */
  readonly rows: number;
}

const PARTITIONS = 6;

/** Events as their texts, one after the other: a function has one at a time. */
function* events(count: number, size: number): Generator<string> {
  const records = syntheticTaps({
    ...{ topic: 'taps', partitions: PARTITIONS, count: count * size, seed: 7 },
    ...{ start: Date.UTC(2026, 2, 1, 12), rate: 1000 },
  });
  for (let event = 0; event < count; event += 1) {
    const partitions: Record<string, EventRecord[]> = {};
    for (let index = 0; index < size; index += 1) {
      const { record } = records.next().value ?? {};
      if (record !== undefined) (partitions[`taps-${record.partition}`] ??= []).push(eventRecord(record));
    }
    yield JSON.stringify({ eventSource: 'aws:kafka', eventSourceArn: 'arn:bench', records: partitions });
  }
}

/** What has to be done anyway: the event parsed, each value decoded and parsed. */
function parseOnly(text: string): number {
  const { records } = JSON.parse(text) as { records: Record<string, EventRecord[]> };
  for (const list of Object.values(records))
    for (const { value = '' } of list) JSON.parse(Buffer.from(value, 'base64').toString('utf8'));
  return 0;
}

async function handle(workspace: Workspace, text: string): Promise<number> {
  const context = { workspace, cluster: undefined, log: () => undefined };
  const landed = await handleEvent(context, JSON.parse(text) as unknown);
  return landed.reduce((rows, { written }) => rows + written, 0);
}

async function timed(
  count: number,
  size: number,
  take: (text: string) => Promise<number> | number,
): Promise<TapsCoreRun> {
  const [texts, spent] = [events(count, size), { wall: 0, cpu: 0 }];
  let rows = 0;
  for (const text of texts) {
    const [began, before] = [performance.now(), process.cpuUsage()];
    rows += await take(text);
    const { user, system } = process.cpuUsage(before);
    spent.wall += performance.now() - began;
    spent.cpu += user + system;
  }
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  return { wallSeconds: spent.wall / 1000, cpuSeconds: spent.cpu / 1e6, peakBytes, rows };
}

const [by, count = '', size = ''] = process.argv.slice(2);
let told: TapsCoreRun | undefined;
if (by === 'json') told = await timed(Number(count), Number(size), parseOnly);
else {
  // Its start is no part of the figures.
  if ((await farelake(['migrate'])) !== 0) throw new Error('the home could not be made');
  const context = {
    environment: readEnvironment(process.env),
    terminal: openTerminal(),
    signal: new AbortController().signal,
  };
  told = await withWorkspace(context, (workspace) =>
    timed(Number(count), Number(size), (text) => handle(workspace, text)),
  );
}
process.stdout.write(`${JSON.stringify(told)}\n`);
