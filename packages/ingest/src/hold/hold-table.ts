/** Keeps a table from being worked on, and lets it go on. What is delivered for it is registered all the same. */
import { liftHold, placeHold, readGenerations, readHold, type Hold } from '@farelake/db';
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

export interface ReleasedTable {
  /** In words for people; undefined: nothing of the table was held. */
  readonly released: string | undefined;
  /** Names of snapshots that are held still. */
  readonly stillHeld: readonly string[];
}

/**
 * Lets go of one thing: the table, where it is held as a whole, else the snapshot that is held, or was taken back by a
 * rollback. Who lets the table go on has not said that a snapshot with fewer rows is right.
 * @param generation nothing but this snapshot
 * @throws UserError `no-such-generation`, `several-generations`
 */
export async function releaseTable(workspace: Workspace, dataset: string, generation?: string): Promise<ReleasedTable> {
  const hold = generation === undefined ? await liftHold(workspace.pool, dataset, thisPerson()) : undefined;
  const released =
    hold === undefined ? await releaseSnapshot(workspace, dataset, generation) : `the table, ${describeHold(hold)}`;
  const records = await readGenerations(workspace.pool, dataset);
  return { released, stillHeld: records.flatMap(({ name, state }) => (state === 'held' ? [name] : [])) };
}

async function releaseSnapshot(
  workspace: Workspace,
  dataset: string,
  name: string | undefined,
): Promise<string | undefined> {
  const contract = workspace.contracts.get(dataset);
  if (contract === undefined) return undefined;
  const done = await releaseGeneration({ workspace, contract, by: thisPerson() }, { name });
  return done === undefined
    ? undefined
    : `snapshot ${done.generation}, which was ${done.was}; the next ingest shows it`;
}

/** `held by anna@host since 2026-01-01 12:00 UTC: vendor is asked` */
export function describeHold({ kind, why, by, since }: Hold): string {
  const time = `${since.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const reason = why === null ? '' : `: ${why}`;
  if (kind === 'hand') return `held by ${by} since ${time}${reason}`;
  return `held since ${time}, because ${MOST_FAILURES} runs in a row failed, the last one with${reason}`;
}
