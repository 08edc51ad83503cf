/**
 * The outbox of pointers: every table of a Glue database comes to point at what the catalog in Postgres points at. A step after
 * commits, and a tick by itself that also finds what somebody else has set back. It works without leases: each update names the
 * state that it was decided on (`bringUp`), so that publishers may come at any time, in any number.
 */
import { allPointers, gluePublications, writeGlueTrouble } from '@farelake/db';
import { isGlueTrouble, openGlueCatalog } from '@farelake/lake';
import { UserError } from '@farelake/schema-registry';
import type { OnProgress } from '../../progress.ts';
import { isPassing } from '../../retry/passing.ts';
import { patiently } from '../../retry/patiently.ts';
import { inLanes } from '../../table/lanes.ts';
import type { Workspace } from '../../workspace.ts';
import { bringUp, type BroughtUp } from './bring-up.ts';

export interface PublishPointersOptions {
  /** Only these, by their names in the manifest (`edw_x`, `edw_x_history`); absent: all that have a pointer. */
  readonly tables?: readonly string[];
  /** Asks Glue about tables that stand at the newest version by our own record, too: somebody may have set them back. */
  readonly check?: boolean;
  readonly onProgress?: OnProgress | undefined;
}

export interface PointerPublished {
  readonly table: string;
  readonly outcome: BroughtUp['outcome'] | 'trouble';
  /** That the table in Glue shows; of trouble: that it was to show. */
  readonly version: number;
  /** The metadata file that somebody else had set, and which was taken back. */
  readonly was: string | null;
  /** Why it does not show the newest version. */
  readonly trouble: string | null;
}

type PublishingWorkspace = Pick<Workspace, 'pool' | 'signal' | 'patience' | 'glueDatabase'>;

/** Requests to Glue at once: a tick over hundreds of tables takes seconds, and stays far below an account's quota. */
const AT_ONCE = 4;

/**
 * One table's trouble is recorded, and stops no other.
 * @returns by name, those that were looked at; empty without `glueDatabase`
 * @throws trouble of Postgres, and when the command is stopped
 */
export async function publishPointers(
  workspace: PublishingWorkspace,
  { tables, check = false, onProgress }: PublishPointersOptions = {},
): Promise<PointerPublished[]> {
  const { pool, signal, glueDatabase: database } = workspace;
  if (database === undefined) return [];
  const pointers = await allPointers(pool, tables);
  const records = await gluePublications(pool, database, tables);
  const due = pointers.filter(({ tableName, metadata }) => {
    const record = records.get(tableName);
    return check || record === undefined || record.trouble !== null || record.metadata !== metadata;
  });
  const done: PointerPublished[] = [];
  // What no table can get past: the others need not find it out one by one, each with its own patience.
  let away: UserError | undefined;
  const publish = async (table: string): Promise<BroughtUp> => {
    if (away !== undefined) throw away;
    onProgress?.({ step: 'publishing to Glue', table });
    const work = async () => bringUp(workspace, await openGlueCatalog(database, signal), table);
    return patiently(workspace, `${table} in Glue`, work, onProgress);
  };
  const turn = async ({ tableName: table, version }: (typeof due)[number]): Promise<undefined> => {
    try {
      done.push({ table, ...(await publish(table)), trouble: null });
    } catch (error) {
      signal.throwIfAborted();
      if (isOfPostgres(error)) throw error;
      if (error instanceof UserError && isGlueTrouble(error)) away ??= error;
      const trouble = Error.isError(error) ? error.message : String(error);
      await writeGlueTrouble(pool, database, { tableName: table, version }, trouble);
      done.push({ table, outcome: 'trouble', version, was: null, trouble });
    }
  };
  await inLanes(due, AT_ONCE, turn, signal);
  return done.toSorted((a, b) => (a.table < b.table ? -1 : 1));
}

/** Says nothing about Glue: whoever called tries again, and this with the rest. */
const isOfPostgres = (error: unknown): boolean => isPassing(error) && !(error instanceof UserError);
