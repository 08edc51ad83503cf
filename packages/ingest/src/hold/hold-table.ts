/** Keeps a table from being worked on, and lets it go on. What is delivered for it is registered all the same. */
import { liftHold, placeHold, readHold, type Hold } from '@farelake/db';
import { releaseGeneration } from '../generation/decide.ts';
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

/** What is to be let go of a table. */
export interface Asked {
  readonly workspace: Workspace;
  readonly dataset: string;
  /** `user@host` */
  readonly by: string;
  /** Nothing but this snapshot. */
  readonly generation: string | undefined;
  /** What was released already. */
  readonly released: readonly string[];
}

/** Something of a table that is held and can be let go. */
export interface Releasable {
  /** @returns what was released, in words for people; undefined: nothing of this kind was held */
  release(asked: Asked): Promise<string | undefined>;
}

/** In the order in which they are released: the table first, so that what is released after it is worked on. */
const RELEASABLE: readonly Releasable[] = [
  {
    release: async ({ workspace: { pool }, dataset, by, generation }) => {
      const hold = generation === undefined ? await liftHold(pool, dataset, by) : undefined;
      return hold === undefined ? undefined : `the table, ${describeHold(hold)}`;
    },
  },
  {
    release: async ({ workspace, dataset, by, generation, released }) => {
      const contract = workspace.contracts.get(dataset);
      if (contract === undefined) return undefined;
      // Who lets the table go on has not asked for what a rollback took back.
      const rejectedToo = released.length === 0;
      const done = await releaseGeneration({ workspace, contract, by }, { name: generation, rejectedToo });
      if (done === undefined) return undefined;
      return `snapshot ${done.generation}, which was ${done.was}; the next ingest shows it`;
    },
  },
];

/**
 * @param generation nothing but this snapshot
 * @returns what was released, in words; empty: nothing of the table was held
 * @throws UserError `no-such-generation`, `several-generations`
 */
export async function releaseTable(workspace: Workspace, dataset: string, generation?: string): Promise<string[]> {
  const released: string[] = [];
  for (const one of RELEASABLE) {
    const words = await one.release({ workspace, dataset, by: thisPerson(), generation, released });
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
