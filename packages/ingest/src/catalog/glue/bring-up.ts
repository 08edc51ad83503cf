/** Brings the pointer of one table in Glue to what the catalog in Postgres points at: look, ask for the truth, decide, update. */
import { setTimeout as sleep } from 'node:timers/promises';
import { glueTruth, writeGluePublication } from '@farelake/db';
import type { GlueCatalog } from '@farelake/lake';
import { pauseAfter, type Patience } from '../../retry/pause.ts';
import type { Workspace } from '../../workspace.ts';
import { decide } from './decide.ts';
import { contended, missingTable, notATable, ofAnotherLedger, withoutBucket } from './trouble.ts';

export interface BroughtUp {
  /** `right`: it was. `newer`: another publisher, who knew a newer version, was faster. */
  readonly outcome: 'right' | 'moved' | 'healed' | 'newer';
  /** That the table shows. */
  readonly version: number;
  /** What somebody else had set and was taken back; null: nothing, or nothing was taken back. */
  readonly was: string | null;
}

/** Each conflict is another's update that got through, mostly one with which there is nothing left to do here. */
const CONTENTION: Patience = { retries: 9, ofStores: 0, first: 50, longest: 2000 };

/**
 * May be done by any number of processes at once, and be cut off anywhere: what counts is what stands in Glue, and the record is
 * made again by the next look.
 * @param tableName one that there is a pointer of
 * @throws UserError what keeps the table from being brought up
 */
export async function bringUp(
  { pool, signal }: Pick<Workspace, 'pool' | 'signal'>,
  catalog: GlueCatalog,
  tableName: string,
): Promise<BroughtUp> {
  const { database } = catalog;
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    const found = await catalog.table(tableName);
    if (found === undefined) throw missingTable(database, tableName);
    if (found.otherKind !== undefined) throw notATable(database, tableName, found.otherKind);
    // After Glue was asked, never before: `decide` relies on it.
    const truth = await glueTruth(pool, database, tableName, found.metadata);
    if (truth === undefined) throw new Error(`${tableName} has no pointer any more`);
    const { pointer } = truth;
    if (catalog.endpoint === undefined && pointer.metadata.startsWith('file:')) throw withoutBucket(tableName);
    const decision = decide(found, truth);
    if (decision.action === 'refuse') throw ofAnotherLedger(decision.why, database, found, pointer);
    if (decision.action === 'leave') return { outcome: 'newer', version: truth.known ?? pointer.version, was: null };
    const isHealed = decision.action === 'heal';
    if (decision.action === 'nothing' || (await catalog.point(found, pointer))) {
      await writeGluePublication(pool, database, { tableName, ...pointer }, isHealed);
      const outcome = isHealed ? 'healed' : decision.action === 'move' ? 'moved' : 'right';
      return { outcome, version: pointer.version, was: isHealed ? (found.metadata ?? null) : null };
    }
    const pause = pauseAfter(CONTENTION.retries, tries, CONTENTION, Math.random());
    if (pause === undefined) throw contended(database, tableName, tries);
    await sleep(pause, undefined, { signal });
  }
}
