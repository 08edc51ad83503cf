import { changeLoad, type Load, type LoadChange, type LoadFacts, type Queryable } from '@farelake/db';
import { nextState, type LoadEvent } from './load-state.ts';

/** Moves a load on by an event of the transition table: the one way in which its state changes. */
export const moveLoad = (
  db: Queryable,
  load: Pick<Load, 'id' | 'state'>,
  event: LoadEvent,
  note: Omit<LoadChange, 'state'> = {},
  facts: LoadFacts = {},
): Promise<void> => changeLoad(db, load.id, load.state, { ...note, state: nextState(load.state, event) }, facts);
