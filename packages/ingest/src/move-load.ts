import { changeLoad, changeLoads, type Load, type LoadChange, type LoadFacts, type Queryable } from '@farelake/db';
import { nextState, type LoadEvent } from './load-state.ts';

/** Moves a load on by an event of the transition table: the one way in which its state changes. */
export const moveLoad = (
  db: Queryable,
  load: Pick<Load, 'id' | 'state'>,
  event: LoadEvent,
  note: Omit<LoadChange, 'state'> = {},
  facts: LoadFacts = {},
): Promise<void> => changeLoad(db, load.id, load.state, { ...note, state: nextState(load.state, event) }, facts);

/** Moves many loads on by one event each, as `moveLoad` does with one. */
export async function moveLoads(
  db: Queryable,
  loads: readonly Pick<Load, 'id' | 'state'>[],
  event: LoadEvent,
  note: Omit<LoadChange, 'state'> = {},
): Promise<void> {
  for (const [from, those] of Map.groupBy(loads, ({ state }) => state))
    await changeLoads(
      db,
      those.map(({ id }) => id),
      from,
      { ...note, state: nextState(from, event) },
    );
}
