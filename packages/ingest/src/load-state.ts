/**
 * The states of a load and every way from one to another: one total table. What is not in it does not happen.
 *
 *   registered → waiting → ready → loading → loaded → applied → archived
 *   superseded: its rows no longer count, or newer content took its place.   failed: tried again by the next ingest.
 */
import type { LoadState } from '@farelake/db';

export type LoadEvent =
  /** Planning found something missing: its .dfm, a snapshot, a contract, a fitting schema. */
  | 'wait'
  /** Planning found nothing missing. */
  | 'prepare'
  /** An attempt at its batch begins; also the next attempt after one that died. */
  | 'start'
  /** Its batch was closed because of another load. */
  | 'release'
  /** Its rows are in history. */
  | 'finish'
  /** It cannot be loaded. */
  | 'fail'
  /** It is in the current table. */
  | 'apply'
  /** Newer content took its place, or it counts only for a generation that the table does not show. */
  | 'supersede'
  /** It turned out to belong to another generation: in history, no longer in the table. */
  | 'withdraw'
  /** Its generation turned out to begin earlier, or is shown (again): it counts after all. */
  | 'reinstate'
  | 'archive'
  | 'quarantine'
  | 'replay'
  /** Somebody knows that it is lost. */
  | 'giveUp';

const NONE = {
  wait: null,
  prepare: null,
  start: null,
  release: null,
  finish: null,
  fail: null,
  apply: null,
  supersede: null,
  withdraw: null,
  reinstate: null,
  archive: null,
  quarantine: null,
  replay: null,
  giveUp: null,
} as const satisfies Record<LoadEvent, null>;

export const TRANSITIONS = {
  registered: { ...NONE, wait: 'waiting', prepare: 'ready', supersede: 'superseded' },
  waiting: {
    ...NONE,
    wait: 'waiting',
    prepare: 'ready',
    supersede: 'superseded',
    replay: 'registered',
    giveUp: 'superseded',
  },
  ready: { ...NONE, wait: 'waiting', prepare: 'ready', start: 'loading', release: 'ready', supersede: 'superseded' },
  loading: { ...NONE, start: 'loading', release: 'ready', wait: 'waiting', fail: 'failed', finish: 'loaded' },
  loaded: { ...NONE, apply: 'applied', supersede: 'superseded', replay: 'registered' },
  applied: { ...NONE, archive: 'archived', withdraw: 'loaded', supersede: 'superseded', replay: 'registered' },
  archived: { ...NONE, withdraw: 'loaded', supersede: 'superseded', replay: 'registered' },
  superseded: { ...NONE, reinstate: 'loaded', replay: 'registered' },
  failed: {
    ...NONE,
    wait: 'waiting',
    prepare: 'ready',
    quarantine: 'quarantined',
    supersede: 'superseded',
    replay: 'registered',
    giveUp: 'superseded',
  },
  quarantined: { ...NONE, supersede: 'superseded', replay: 'registered', giveUp: 'superseded' },
} as const satisfies Record<LoadState, Record<LoadEvent, LoadState | null>>;

/** @throws when the table does not know the step: a bug of the caller */
export function nextState(state: LoadState, event: LoadEvent): LoadState {
  const next = TRANSITIONS[state][event];
  if (next === null) throw new Error(`a load that is '${state}' cannot '${event}'`);
  return next;
}
