/**
 * Memory of a process and all that it has started, as it goes by: an engine may be a process of its own, and a Java machine beside it.
 * By Linux's `/proc` (man proc_pid_smaps, `Pss`): a page that several share counts once.
 */
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Sample {
  /** Milliseconds since 1970, as the ledger's times are compared with. */
  readonly at: number;
  /** Bytes. */
  readonly bytes: number;
}

/** Milliseconds: reading the maps of a large process takes some itself. */
const EVERY = 250;

/**
 * Samples until `ended` settles.
 * @returns none on a system without `/proc`
 */
export async function sampleTree(pid: number, ended: Promise<unknown>): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const over = new AbortController();
  const stop = () => {
    over.abort();
  };
  ended.then(stop, stop);
  while (!over.signal.aborted) {
    const bytes = await treeBytes(pid);
    if (bytes > 0) samples.push({ at: Date.now(), bytes });
    await sleep(EVERY);
  }
  return samples;
}

async function treeBytes(root: number): Promise<number> {
  const parents = new Map<number, number>();
  const names = await readdir('/proc').catch(() => []);
  for (const name of names.filter((one) => /^\d+$/.test(one))) {
    const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    // The name of the program stands in brackets and may hold anything; the parent comes behind its state.
    const parent = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
    if (Number.isSafeInteger(parent)) parents.set(Number(name), parent);
  }
  const own = [...parents.keys()].filter((pid) => descends(pid, root, parents));
  const sizes = await Promise.all(own.map(shareOf));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function descends(pid: number, root: number, parents: ReadonlyMap<number, number>): boolean {
  for (let one: number | undefined = pid; one !== undefined && one > 1; one = parents.get(one))
    if (one === root) return true;
  return false;
}

async function shareOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return 1024 * Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0);
}
