/** Scratch folders that processes left behind when they were killed. */
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { deadScratch } from '../workspace.ts';
import type { Tally } from './maintain.ts';

/** @param dryRun only counts */
export async function sweepDeadScratch(scratch: string, dryRun: boolean): Promise<Tally> {
  let [files, bytes] = [0, 0];
  for (const folder of await deadScratch(scratch)) {
    const inside = await sizesIn(folder);
    if (!dryRun) await rm(folder, { recursive: true, force: true });
    files += inside.length;
    bytes += inside.reduce((sum, size) => sum + size, 0);
  }
  return { files, bytes };
}

async function sizesIn(folder: string): Promise<number[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  // Another command may sweep at the same moment.
  return Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
}
