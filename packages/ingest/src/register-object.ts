/** Makes one delivered object known to the ledger, as an event names it. Idempotent, in any order of events. */
import { nextSeen, registerObjects } from '@farelake/db';
import type { ObjectStore, StoredObject } from '@farelake/lake';
import { UserError } from '@farelake/schema-registry';
import { deliveredName } from './object/delivered-name.ts';
import { describe } from './register.ts';
import type { Workspace } from './workspace.ts';

/**
 * What became of it. `foreign`: no object of a feed. `gone`, `replaced`: the store no longer has this content under this
 * name; what replaced it has an event of its own.
 */
export type Registration = 'fresh' | 'known' | 'foreign' | 'gone' | 'replaced';

/**
 * Registers an object of a store that keeps tags.
 * @param announced as the event says; what counts is what the store has now
 * @throws what store and database throw: try again later
 */
export async function registerObject(
  { pool }: Pick<Workspace, 'pool'>,
  store: ObjectStore,
  announced: StoredObject,
): Promise<Registration> {
  const object = deliveredName(store, announced.path);
  if (object === undefined) return 'foreign';
  // Before the look at the store, so that sightings are in the order in which contents replaced each other: whoever
  // still sees the older one took its number before the newer one came, and thus before the newer one's event.
  const seen = await nextSeen(pool);
  const found = await store.stat(announced.path);
  if (found === undefined) return 'gone';
  if (found.tag !== announced.tag) return 'replaced';
  try {
    return (await registerObjects(pool, [await describe(store, found, object)], seen)) === 1 ? 'fresh' : 'known';
  } catch (error) {
    if (error instanceof UserError && error.code === 'object-gone') return 'gone';
    if (error instanceof UserError && error.code === 'content-changed') return 'replaced';
    throw error;
  }
}
