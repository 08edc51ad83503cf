/**
 * One way of fetching, in a process of its own, so that its memory is its own: `node dmap-run.ts download|sync <folder>`,
 * with the environment of a command. The last line it prints is JSON, a `DmapRun`.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ApiKey, openVendor, type ListedResult } from '@farelake/dmap';
import { main as farelake } from '@farelake/cli';
import { BENCH_SET } from './dmap-data.ts';

export interface DmapRun {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  /** Files fetched. */
  readonly files: number;
}

/** As many as a sync has. */
const CONNECTIONS = 4;

/** What has to be done anyway: list, and fetch every link into a file, several at a time. Nothing is looked at. */
async function download(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const key = new ApiKey(process.env['DMAP_PUBLIC_KEY'] ?? '');
  const vendor = openVendor({ baseUrl: process.env['DMAP_BASE_URL'] ?? '', keys: { aggregations: key } });
  try {
    const { signal } = new AbortController();
    const listed = new Map<string, ListedResult>();
    for await (const { results } of vendor.list(BENCH_SET, { signal }))
      for (const result of results) listed.set(result.datasetId, result);
    const waiting = [...listed.values()];
    const lane = async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
        await fetchInto(next.link.reveal(), path.join(folder, next.datasetId));
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  } finally {
    await vendor.close();
  }
  return (await readdir(folder)).length;
}

async function fetchInto(url: URL, file: string): Promise<void> {
  const { ok, body } = await fetch(url);
  if (!ok || body === null) throw new Error('a download failed');
  await pipeline(body, createWriteStream(file));
}

async function sync(): Promise<number> {
  const code = await farelake(['dmap', 'sync', '--set', BENCH_SET.set]);
  if (code !== 0) throw new Error(`dmap sync ended with ${code}`);
  const incoming = await readdir(path.join(process.env['FARELAKE_HOME'] ?? '', 'incoming'), { recursive: true });
  return incoming.filter((name) => name.endsWith('.csv.gz')).length;
}

const [by, folder = ''] = process.argv.slice(2);
const [began, startUp] = [performance.now(), process.cpuUsage()];
const files = by === 'download' ? await download(folder) : await sync();
const wallSeconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(startUp);
const peakBytes = process.resourceUsage().maxRSS * 1024;
const told: DmapRun = { wallSeconds, cpuSeconds: (user + system) / 1e6, peakBytes, files };
process.stdout.write(`${JSON.stringify(told)}\n`);
