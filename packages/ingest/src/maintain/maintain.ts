/**
 * Merges small files of topics' closed days, and removes what nothing needs any more: Parquet files of attempts that died,
 * files that no version within the retention lists, scratch folders of dead processes.
 *
 * The ledger is the judge, never the time of a file. Files are removed only under their table's lease, so that no attempt
 * of the table is alive; one without a lease, which only adds, is given up in the ledger first. And they are removed only after
 * the ledger says so: dies this process in between, the next run finds the file by listing and removes it. What the ledger does
 * not know is left alone and told.
 */
import {
  forgetValuesOfDeleted,
  giveUpFiles,
  judgeFiles,
  LeaseLost,
  type JudgedFile,
  type WrittenFile,
} from '@farelake/db';
import { ARCHIVE_FOLDER } from '@farelake/kafka';
import { openStore, type ObjectStore, type StoredObject } from '@farelake/lake';
import { grouped } from '../audit/sources.ts';
import { publishPointers } from '../catalog/glue/publish-pointers.ts';
import { requireNotBehind } from '../catalog/lost-ledger.ts';
import { inMetadata, splitPath } from '../catalog/metadata-name.ts';
import { trimSnapshots, type CatalogTrouble } from '../catalog/trim-snapshots.ts';
import { reach } from '../failpoint.ts';
import type { OnProgress } from '../progress.ts';
import { patiently } from '../retry/patiently.ts';
import { inTable, withTable } from '../table/in-table.ts';
import type { MergedDate } from '../taps/compact/compact-date.ts';
import { compactTopics, type LeftDate } from '../taps/compact/compact-topics.ts';
import { mergeAllRuns, type MergedRuns } from '../taps/compact/merge-runs.ts';
import type { Workspace } from '../workspace.ts';
import { emptyGenerations } from './empty-generations.ts';
import { sweepDeadScratch } from './scratch.ts';

export interface MaintainOptions {
  /** Seconds after its start for which an attempt's files are left alone. */
  readonly grace: number;
  /** Seconds for which files stay after the version that removed them. */
  readonly retention: number;
  /** Seconds after its end from which a service date of a topic counts as closed; six hours unless given. */
  readonly tapGrace?: number;
  /** Only tells what would be merged and removed. */
  readonly dryRun: boolean;
  readonly onProgress?: OnProgress;
}

/** Files and their bytes. */
export interface Tally {
  readonly files: number;
  readonly bytes: number;
}

export interface Maintained {
  /** Files of attempts that committed nothing. */
  readonly dead: Tally;
  /** Files that no version within the retention lists. */
  readonly expired: Tally;
  /** Files of Iceberg metadata that no snapshot within the retention needs. */
  readonly metadata: Tally;
  /** Tables of generations kept for a rollback that were emptied; their files go as those of any version. */
  readonly generations: readonly string[];
  /** Iceberg snapshots older than the retention that were let go. */
  readonly snapshots: number;
  /** Tables whose snapshots stay, because the catalog or the metadata is not as it was left, or somebody has it locked. */
  readonly untrimmed: readonly CatalogTrouble[];
  /** Tables that Glue does not show at their newest metadata, where it is to: what it shows by our own record stays. */
  readonly notInGlue: readonly CatalogTrouble[];
  /** Scratch folders of processes that are no more. */
  readonly scratch: Tally;
  /** Left for a later run: their attempt began within the grace period. */
  readonly young: Tally;
  /** Left for a later run: a version within the retention lists them. */
  readonly kept: Tally;
  /** Left alone: the ledger cannot tell whose they are. */
  readonly unknown: Tally & { readonly examples: readonly string[] };
  /** Small files of topics' closed service dates that became few. */
  readonly merged: readonly MergedDate[];
  /** What could have been merged and was not, and why. */
  readonly unmerged: readonly LeftDate[];
  /** Rows of the offset ledger of topics. */
  readonly runs: MergedRuns;
  /** Tables whose files were left, because another process works on them. */
  readonly busy: readonly string[];
}

/** @throws UserError `ledger-behind` nothing was changed: stage has what this ledger has not committed */
export async function maintain(workspace: Workspace, options: MaintainOptions): Promise<Maintained> {
  await patiently(workspace, workspace.stage.uri, () => requireNotBehind(workspace), options.onProgress);
  const { tables: generations, busy } = await patiently(workspace, 'former snapshots', async () => {
    if (!options.dryRun) await forgetValuesOfDeleted(workspace.pool);
    return emptyGenerations(workspace, options, options.dryRun);
  });
  const compacted = await compactTopics(workspace, { ...options, tapGrace: options.tapGrace ?? TAP_GRACE });
  // After it: what it merged is of snapshots of before.
  const trimmed = await patiently(workspace, 'snapshots', () =>
    trimSnapshots(workspace, options.retention, options.dryRun),
  );
  const notInGlue = options.dryRun ? [] : await publish(workspace, options.onProgress);
  const runs = await mergeAllRuns(workspace, options.dryRun);
  const sweep = new Sweep(workspace, options, [...busy, ...trimmed.busy, ...compacted.busy]);
  // To `restore` metadata is the commit: a dead one is none before anything that it needs goes.
  await sweep.store(workspace.stage, isCommit);
  await sweep.store(workspace.stage, (path) => !isCommit(path));
  await sweep.store(workspace.error, isRefusedRows);
  // Of the archive only this part: copies of objects are no attempt's.
  await sweep.store(openStore(`${workspace.archive.uri}/${ARCHIVE_FOLDER}`));
  const scratch = await sweepDeadScratch(workspace.scratch, options.dryRun);
  const { snapshots, trouble: untrimmed } = trimmed;
  const { merged, left: unmerged } = compacted;
  return { ...sweep.answer(), generations, snapshots, untrimmed, notInGlue, scratch, merged, unmerged, runs };
}

/** Before anything goes that Glue may still show: what was merged and trimmed has moved pointers, now or in a run that was cut off. */
async function publish(workspace: Workspace, onProgress: OnProgress | undefined): Promise<CatalogTrouble[]> {
  const done = await patiently(workspace, 'Glue', () => publishPointers(workspace, { onProgress }));
  return done.flatMap(({ table, trouble }) => (trouble === null ? [] : [{ table, why: trouble }]));
}

/** Taps of a day that are late by no more find it open: each is written once then. */
const TAP_GRACE = 6 * 3600;

/** Copies of refused files are no attempt's. */
const isRefusedRows = (path: string): boolean => path.startsWith('rows/');

/** Of a table: Iceberg's files, and the journals beside them. */
export const isMetadata = (path: string): boolean => inMetadata(path) !== undefined;

/** What names all other files of a commit. */
const isCommit = (path: string): boolean => isMetadata(path) && path.endsWith('.metadata.json');

/** In the names of the files of an attempt: its id, whatever stands around it. */
const ATTEMPT = /(?<![0-9a-z])[0-9a-f]{20}(?![0-9a-z])/g;

/** Null: the name carries no id. Of several the last is the attempt's: what stands before it may be a vendor's id of a dataset. */
export const attemptIn = (path: string): string | null => splitPath(path)[1].match(ATTEMPT)?.at(-1) ?? null;

/** A file that may be removed. */
type Candidate = WrittenFile & StoredObject;

type Counted = JudgedFile['fate'] | 'metadata';

/** Removed under one lease at once. */
const TOGETHER = 1000;
/** Requests to a store under way at once. */
const AT_ONCE = 8;
const EXAMPLES = 5;

class Sweep {
  readonly #workspace: Workspace;
  readonly #options: MaintainOptions;
  readonly #tallies = new Map<Counted, { files: number; bytes: number }>();
  readonly #examples: string[] = [];
  readonly #busy = new Set<string>();
  /** Datasets of which a file could not be removed, and nothing else is. */
  readonly #left = new Set<string>();

  constructor(workspace: Workspace, options: MaintainOptions, busy: readonly string[]) {
    this.#workspace = workspace;
    this.#options = options;
    for (const dataset of busy) this.#busy.add(dataset);
  }

  async store(store: ObjectStore, isOurs: (path: string) => boolean = () => true): Promise<void> {
    const { signal } = this.#workspace;
    const candidates = new Map<string, Candidate[]>();
    let found = 0;
    const take = grouped<StoredObject>(async (files) => {
      for (const [dataset, own] of await this.#judge(store, files)) {
        const all = [...(candidates.get(dataset) ?? []), ...own];
        candidates.set(dataset, all.length < TOGETHER ? all : []);
        if (all.length >= TOGETHER) await this.#remove(store, dataset, all);
      }
    });
    for await (const file of store.list()) {
      signal.throwIfAborted();
      if (!isOurs(file.path)) continue;
      found += 1;
      this.#options.onProgress?.({ step: 'looking through', zone: store.uri, found });
      await take.add(file);
    }
    await take.end();
    for (const [dataset, own] of candidates) await this.#remove(store, dataset, own);
  }

  answer(): Pick<Maintained, 'dead' | 'expired' | 'metadata' | 'young' | 'kept' | 'unknown' | 'busy'> {
    const of = (fate: Counted): Tally => this.#tallies.get(fate) ?? { files: 0, bytes: 0 };
    return {
      dead: of('dead'),
      expired: of('expired'),
      metadata: of('metadata'),
      young: of('young'),
      kept: of('kept'),
      unknown: { ...of('unknown'), examples: this.#examples },
      busy: [...this.#busy].sort(),
    };
  }

  #count(fate: JudgedFile['fate'], { size, isMetadata: ofMetadata }: StoredObject & { isMetadata?: boolean }): void {
    const gone = fate === 'dead' || fate === 'expired';
    const kind = ofMetadata !== true || fate === 'unknown' ? fate : gone ? 'metadata' : undefined;
    // Of metadata that stays there is nothing to tell: each commit has some.
    if (kind === undefined) return;
    const { files, bytes } = this.#tallies.get(kind) ?? { files: 0, bytes: 0 };
    this.#tallies.set(kind, { files: files + 1, bytes: bytes + size });
  }

  /** @returns by dataset, what seems to be of no use; what is left is counted */
  async #judge(store: ObjectStore, files: readonly StoredObject[]): Promise<Map<string, Candidate[]>> {
    const named = new Map(
      files.map((file) => [
        store.uriOf(file.path),
        {
          ...file,
          attempt: attemptIn(file.path),
          uri: store.uriOf(file.path),
          isMetadata: store === this.#workspace.stage && isMetadata(file.path),
        },
      ]),
    );
    const candidates = new Map<string, Candidate[]>();
    const judged = await patiently(this.#workspace, store.uri, () =>
      judgeFiles(this.#workspace.pool, [...named.values()], this.#options),
    );
    for (const { uri, fate, dataset } of judged) {
      const file = named.get(uri);
      if (file === undefined || fate === 'listed') continue;
      if ((fate === 'dead' || fate === 'expired') && dataset !== null) {
        if (this.#options.dryRun) this.#count(fate, file);
        else candidates.set(dataset, [...(candidates.get(dataset) ?? []), file]);
        continue;
      }
      // Rows that a later receipt no longer has are what was refused once, and stay.
      if (fate === 'unknown' && store === this.#workspace.error) continue;
      this.#count(fate, file);
      if (fate === 'unknown' && this.#examples.length < EXAMPLES) this.#examples.push(uri);
    }
    return candidates;
  }

  async #remove(store: ObjectStore, dataset: string, files: readonly Candidate[]): Promise<void> {
    if (files.length === 0 || this.#left.has(dataset)) return;
    const byUri = new Map(files.map((file) => [file.uri, file]));
    const done = await patiently(this.#workspace, dataset, () => this.#removeOnce(store, dataset, byUri)).catch(
      (error: unknown) => {
        // Taken over: what is left is the next run's.
        if (error instanceof LeaseLost) return undefined;
        throw error;
      },
    );
    this.#workspace.signal.throwIfAborted();
    if (done !== undefined) return;
    this.#busy.add(dataset);
    this.#left.add(dataset);
  }

  /** @param left those that are removed go out of it @returns undefined: another process works on the table */
  #removeOnce(store: ObjectStore, dataset: string, left: Map<string, Candidate>): Promise<boolean | undefined> {
    return withTable(this.#workspace, dataset, async (table) => {
      const queue = (
        await inTable(table, (db) => giveUpFiles(db, dataset, [...left.values()], this.#options))
      ).values();
      reach('maintain:given-up');
      const lane = async () => {
        for (const { uri, fate } of queue) {
          const file = left.get(uri);
          table.signal.throwIfAborted();
          if (file === undefined) continue;
          await store.remove(file.path);
          left.delete(uri);
          reach('maintain:removed');
          this.#count(fate, file);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, lane));
      return true;
    });
  }
}
