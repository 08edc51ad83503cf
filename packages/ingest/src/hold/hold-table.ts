/** Keeps a table from being worked on, and lets it go on. What is delivered for it is registered all the same. */
import { liftHold, placeHold, readHold, type Hold } from '@farelake/db';
import { thisPerson } from '../who.ts';
import type { Workspace } from '../workspace.ts';

/** Runs in a row that may fail; then a person has to look. */
export const MOST_FAILURES = 5;

/**
 * Work on the table that is under way ends with its present step.
 * @returns the hold there is now, and whether it is the one asked for
 */
export async function holdTable(
  { pool }: Pick<Workspace, 'pool'>,
  dataset: string,
  why: string | undefined,
): Promise<{ placed: boolean; hold: Hold | undefined }> {
  const placed = await placeHold(pool, { dataset, kind: 'hand', why: why ?? null, by: thisPerson() });
  return { placed, hold: await readHold(pool, dataset) };
}

/** Something of a table that is held and can be let go. */
export interface Releasable {
  /** @returns what was released, in words for people; undefined: nothing of this kind was held */
  release(workspace: Workspace, dataset: string, by: string): Promise<string | undefined>;
}

/** In the order in which they are released: the table first, so that what is released after it is worked on. */
const RELEASABLE: readonly Releasable[] = [
  {
    release: async ({ pool }, dataset, by) => {
      const hold = await liftHold(pool, dataset, by);
      return hold === undefined ? undefined : `the table, ${describeHold(hold)}`;
    },
  },
];

/** @returns what was released, in words; empty: nothing of the table was held */
export async function releaseTable(workspace: Workspace, dataset: string): Promise<string[]> {
  const released: string[] = [];
  for (const one of RELEASABLE) {
    const words = await one.release(workspace, dataset, thisPerson());
    if (words !== undefined) released.push(words);
  }
  return released;
}

/** `held by anna@host since 2026-01-01 12:00 UTC: vendor is asked` */
export function describeHold({ kind, why, by, since }: Hold): string {
  const time = `${since.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const reason = why === null ? '' : `: ${why}`;
  if (kind === 'hand') return `held by ${by} since ${time}${reason}`;
  return `held since ${time}, because ${MOST_FAILURES} runs in a row failed, the last one with${reason}`;
}
