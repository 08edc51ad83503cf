/**
 * A load that cannot be loaded: failed, which each ingest tries again; and quarantined, when it failed so often by the same
 * content, `.dfm` and contract that trying again is for nothing. Tries side by side or in quick succession count as one.
 */
import { createHash } from 'node:crypto';
import { noteFault, noteTry, triesOf, type Load, type Queryable } from '@farelake/db';
import { parseObjectKey } from '@farelake/qlik';
import type { Contract } from '@farelake/schema-registry';
import { moveLoad } from '../move-load.ts';
import { isDatasetKey } from '../object/delivered-name.ts';
import { secondsApart } from '../retry/pause.ts';

/** Errors that say something of the content; others speak of the place where it should lie. */
export const CONTENT_FAULTS: readonly string[] = [
  'broken-gzip',
  'broken-header',
  'empty-dataset',
  'unpacks-too-large',
  'bad-csv',
  'bad-value',
  'too-many-bad-rows',
];

/** Tries after which a file is set apart: over an hour or so, enough for whatever may pass by itself, such as a faulty disk. */
const MOST_TRIES = 5;

export interface Failure {
  /** In state `loading`. */
  readonly load: Pick<Load, 'id' | 'state' | 'dfmObjectId' | 'objectKey' | 'everLoaded'>;
  readonly reason: string;
  /** Of the error. */
  readonly code: string;
}

export async function failLoad(db: Queryable, contract: Contract, { load, reason, code }: Failure): Promise<void> {
  await moveLoad(db, load, 'fail', { reason });
  await noteFault(db, load.id, code);
  if (!CONTENT_FAULTS.includes(code)) return;
  const tries = await countTry(db, load.id, triedWith(contract, load));
  if (tries < MOST_TRIES) return;
  const farewell = `${reason} Tried ${tries} times and set apart: after a fix, farelake replay --load ${load.id}${orGiveUp(load)}`;
  await moveLoad(db, { id: load.id, state: 'failed' }, 'quarantine', { reason: farewell });
}

/** @returns tries by just this that count */
async function countTry(db: Queryable, loadId: number, triedWith: string): Promise<number> {
  const before = await triesOf(db, loadId);
  const same = before.triedWith === triedWith;
  if (same && before.tooSoon) return before.count;
  const count = same ? before.count + 1 : 1;
  await noteTry(db, loadId, { count, triedWith }, secondsApart(count, Math.random()));
  return count;
}

/** A snapshot is never shown without one of its files. */
const orGiveUp = ({ id, objectKey, everLoaded }: Failure['load']): string =>
  everLoaded || isDatasetKey(objectKey) || parseObjectKey(objectKey)?.kind === 'changes'
    ? `; if it is lost for good, farelake give-up --load ${id} --why TEXT`
    : '';

/** What a try depends on beside the content. */
const triedWith = (contract: Contract, { dfmObjectId }: Pick<Load, 'dfmObjectId'>): string =>
  `${createHash('sha256').update(JSON.stringify(contract)).digest('hex').slice(0, 20)} ${dfmObjectId ?? ''}`;
