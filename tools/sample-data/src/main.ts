import { HELP, readRequest, type Request } from './command/arguments.ts';
import { reporter } from './command/progress.ts';
import { TABLES } from './feed.ts';
import { writeTaps } from './taps/write.ts';
import { folderOf } from './table.ts';
import { UsageError } from './usage-error.ts';
import { generateFeed, type TableSummary } from './volume/generate.ts';
import { writeFeed } from './write.ts';

const small = ({ out, seed }: Extract<Request, { kind: 'small' }>): void => {
  writeFeed(TABLES, seed, out, (table, { files, bytes, records }, { rows, orphans }) => {
    const name = folderOf(table).padEnd(22);
    console.log(
      `${name} ${files} files, ${bytes} bytes, ${records} records; ${rows} rows, ${orphans} orphans expected`,
    );
  });
  const { events, bytes, records } = writeTaps(seed, out);
  console.log(`${'taps'.padEnd(22)} ${events} events, ${bytes} bytes, ${records} records`);
};

const tableLine = ({ table, snapshot, changes, rows }: TableSummary): string => {
  const files = snapshot.files + changes.files;
  const bytes = snapshot.bytes + changes.bytes;
  const records = `${snapshot.records} + ${changes.records} records`;
  return `${table.padEnd(22)} ${files} files, ${bytes} bytes, ${records}; ${rows} rows, ${changes.operations.orphans} orphans expected`;
};

const volume = async ({ options, json }: Extract<Request, { kind: 'volume' }>, signal: AbortSignal): Promise<void> => {
  const started = performance.now();
  const { report, clear } = reporter(process.stderr);
  try {
    const summary = await generateFeed(options, {
      signal,
      onProgress: report,
      onTable: (table) => {
        clear();
        if (!json) console.log(tableLine(table));
      },
    });
    const seconds = Math.round(performance.now() - started) / 1000;
    const peakBytes = process.resourceUsage().maxRSS * 1024;
    if (json) console.log(JSON.stringify({ ...summary, seconds, peakBytes }));
    else console.log(`${summary.out} is whole: ${seconds} s, at most ${Math.round(peakBytes / 1e6)} MB of memory`);
  } finally {
    clear();
  }
};

/** Ctrl-C and the like end the work at the next piece; the file that is being written goes. */
const stoppable = async (work: (signal: AbortSignal) => Promise<void>): Promise<void> => {
  const stop = new AbortController();
  const onSignal = (): void => {
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    await work(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    console.error('stopped; the feed is not whole. Run it again with --force');
    process.exitCode = 130;
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
};

const run = async (args: readonly string[]): Promise<void> => {
  const request = readRequest(args);
  if (request.kind === 'help') console.log(HELP);
  else if (request.kind === 'small') small(request);
  else await stoppable((signal) => volume(request, signal));
};

const fail = (error: unknown): void => {
  if (error instanceof UsageError) {
    console.error(`${error.problem}\n${error.remedy} (--help shows all options)`);
    process.exitCode = 2;
    return;
  }
  // A full disk or a folder that nobody may write to is no bug: one line says it.
  const system = Error.isError(error) && 'syscall' in error && 'code' in error;
  if (!system) throw error;
  console.error(`the feed could not be written: ${error.message}`);
  process.exitCode = 1;
};

void run(process.argv.slice(2)).catch(fail);
