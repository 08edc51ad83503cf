import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { handleEvent } from '@farelake/functions/taps';
import type { Landed, TapsWorkspace } from '@farelake/ingest';
import { UserError } from '@farelake/schema-registry';
import { landedLines, sumLanded } from '../output/landed.ts';
import { UsageError } from '../output/problem.ts';
import { count, counted } from '../output/table.ts';
import { withWorkspace, type Context } from '../session.ts';

export interface ReplayFlags {
  readonly cluster?: string;
  readonly json?: boolean;
}

/** @returns 0 every event was handed over; an error ends it at its line */
export async function tapsReplayCommand(context: Context, file: string, flags: ReplayFlags): Promise<number> {
  const { terminal, environment } = context;
  const cluster = flags.cluster ?? environment.kafkaCluster;
  return withWorkspace(context, async (workspace) => {
    const { events, tables } = await replayEvents(workspace, file, {
      cluster,
      onProgress: (text) => {
        terminal.progress(text);
      },
    });
    terminal.progress(undefined);
    if (flags.json === true) terminal.print(JSON.stringify({ events, tables }));
    else for (const text of landedLines(tables, counted(events, 'event'))) terminal.print(text);
    return 0;
  });
}

export interface Replayed {
  readonly events: number;
  /** By table and topic. */
  readonly tables: readonly Landed[];
}

/**
 * Hands the events of a file to the function's own code, one after the other.
 * @param cluster name of the cluster that they are of; undefined: what each event says
 * @throws UserError of the first event that cannot be taken; those before it are in
 */
export async function replayEvents(
  workspace: TapsWorkspace,
  file: string,
  { cluster, onProgress }: { readonly cluster?: string | undefined; readonly onProgress: (text: string) => void },
): Promise<Replayed> {
  const landed: Landed[] = [];
  let [events, records] = [0, 0];
  for await (const { line, text } of linesOf(file)) {
    workspace.signal.throwIfAborted();
    const own = await atLine(file, line, async () =>
      handleEvent({ workspace, cluster, log: () => undefined }, JSON.parse(text)),
    );
    events += 1;
    records += own.reduce((sum, one) => sum + one.records, 0);
    landed.push(...own);
    onProgress(`${count(events)} events, ${count(records)} records`);
  }
  return { events, tables: sumLanded(landed) };
}

/** Lines with something in them, by number from 1. */
async function* linesOf(file: string): AsyncGenerator<{ readonly line: number; readonly text: string }> {
  const source = file === '-' ? process.stdin : createReadStream(file);
  // The error of a source reaches its reader only through a pipeline.
  const input = file.endsWith('.gz') ? pipeline(source, createGunzip(), () => undefined) : source;
  const failed = new Promise<never>((_, reject) => source.once('error', reject).once('error', () => input.destroy()));
  failed.catch(() => undefined);
  let line = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      line += 1;
      // An editor may have put a mark of byte order before the first line.
      const own = line === 1 ? text.replace(/^\uFEFF/, '') : text;
      if (own.trim() !== '') yield { line, text: own };
    }
  } catch (error) {
    throw unreadable(file, line, error);
  }
  if (source !== process.stdin && source.errored !== null) throw unreadable(file, line, source.errored);
}

function unreadable(file: string, line: number, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'EISDIR' || code === 'EACCES')
    return new UsageError({
      code: 'no-such-events',
      problem: `${file} cannot be read (${code}).`,
      remedy: 'Name a file with one recorded event a line.',
      cause: error,
    });
  if (code?.startsWith('Z_') !== true) return error;
  return new UserError({
    code: 'broken-events',
    problem: `${file} is no whole gzip file: it breaks off after line ${line} (${code}).`,
    remedy: 'Copy it anew and run the command again; the lines before that are in, and are left out then.',
    cause: error,
  });
}

/** What is wrong with an event is told with its line. */
async function atLine<T>(file: string, line: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // The words of a parser quote what it read.
    const problem =
      error instanceof SyntaxError
        ? 'it is no JSON.'
        : error instanceof UserError && error.code === 'not-a-kafka-event'
          ? error.problem
          : undefined;
    if (problem === undefined) throw error;
    throw new UserError({
      code: 'not-a-kafka-event',
      problem: `${file} line ${line}: ${problem}`,
      remedy:
        'Each line has to be one event as Lambda gets it from a Kafka topic. The lines before it are in; run the command again when it is mended.',
      data: { file, line },
    });
  }
}
