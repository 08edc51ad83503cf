/** One writer in a process of its own, bundled as a function would be: when its first file is there, and how fast it goes on. */
import { writeFile } from 'node:fs/promises';
import { tapRecords, type TapRecord } from './records.ts';

/** JSON of a micro-batch to a whole file; none is written by what is only a baseline. */
export type TapsWriter = (records: readonly TapRecord[]) => Promise<Uint8Array | undefined>;

export interface TapsWriterRun {
  /** From the start of the process until its code runs, all imports done. */
  readonly loadedMs: number;
  /** From the start of the process to the first file; making the records does not count. */
  readonly firstMs: number;
  /** Median of those after the first. */
  readonly batchMs: number;
  readonly peakBytes: number;
  readonly fileBytes: number;
}

/** `node <bundle> <records> <seconds> <file>`: measures, leaves the last file there, prints a `TapsWriterRun` as JSON. */
export async function measure(write: TapsWriter): Promise<void> {
  const loadedMs = performance.now();
  const [count = '', seconds = '', file = ''] = process.argv.slice(2);
  const records = tapRecords(Number(count));
  const times: number[] = [];
  let bytes: Uint8Array | undefined;
  for (const end = performance.now() + 1000 * Number(seconds); times.length < 5 || performance.now() < end;) {
    const began = performance.now();
    bytes = await write(records);
    times.push(performance.now() - began);
  }
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  const [first = 0, ...others] = times;
  const batchMs = others.sort((a, b) => a - b)[others.length >> 1] ?? first;
  if (bytes !== undefined) await writeFile(file, bytes);
  const run: TapsWriterRun = { loadedMs, firstMs: loadedMs + first, batchMs, peakBytes, fileBytes: bytes?.length ?? 0 };
  process.stdout.write(`${JSON.stringify(run)}\n`);
}
