/** What a table's state is, from all that is in its way: the worst first. Pure. */
import type { LoadState } from '@farelake/db';
import type { ContractInTheWay } from './contract.ts';

/**
 * `empty` nothing was delivered · `live` everything delivered is in the table · `waiting` something is missing ·
 * `failing` something could not be loaded · `held` a person has to decide
 */
export type TableState = 'empty' | 'live' | 'waiting' | 'failing' | 'held';

/** A delivered object that is not where it should be, and why. */
export interface Trouble {
  readonly table: string;
  readonly object: string;
  readonly state: LoadState;
  readonly waitingFor: string | null;
  readonly reason: string;
}

/** Each null: nothing of that kind is in its way. */
export interface InTheWay {
  readonly contract: ContractInTheWay;
  /** By a person, or by too many runs that failed. */
  readonly held: string | null;
  /** By what was delivered for it. */
  readonly heldOtherwise: string | null;
  readonly waiting: string | null;
  /** The last work on it ended with an error. */
  readonly trouble: string | null;
  /** Of its objects. */
  readonly troubles: readonly Trouble[];
  readonly loads: Partial<Record<LoadState, number>>;
  /** Of Kafka topics that were taken. */
  readonly records: number;
}

export interface Judged {
  readonly state: TableState;
  readonly reason: string | null;
}

export function judge(inTheWay: InTheWay): Judged {
  const { contract, waiting, trouble, troubles, loads, records } = inTheWay;
  const first = (state: LoadState) => {
    const those = troubles.filter((one) => one.state === state);
    const more = those.length > 1 ? ` (and ${those.length - 1} more)` : '';
    return those[0] === undefined ? null : `${those[0].object}: ${those[0].reason}${more}`;
  };
  if (inTheWay.held !== null) return { state: 'held', reason: inTheWay.held };
  if (contract.state === 'faulty') return { state: 'held', reason: contract.reason };
  if (contract.state === 'gone') return { state: 'waiting', reason: contract.reason };
  if (inTheWay.heldOtherwise !== null) return { state: 'held', reason: inTheWay.heldOtherwise };
  if (trouble !== null) return { state: 'failing', reason: trouble };
  const failed = first('failed') ?? first('quarantined');
  if (failed !== null) return { state: 'failing', reason: failed };
  const missing = first('waiting') ?? first('loaded') ?? waiting;
  if (missing !== null) return { state: 'waiting', reason: missing };
  const pending = (['registered', 'ready', 'loading', 'loaded'] as const).some((state) => (loads[state] ?? 0) > 0);
  if (pending) return { state: 'waiting', reason: 'not worked on yet: ingest again' };
  if (Object.keys(loads).length === 0 && records === 0)
    return { state: 'empty', reason: contract.state === 'none' ? null : 'nothing delivered yet' };
  return { state: 'live', reason: null };
}

/** The table itself may be right, and what others see of it not: a copy in Postgres, the catalog, Glue. */
export const troubledElsewhere = (judged: Judged, trouble: string | null): Judged =>
  judged.state === 'live' && trouble !== null ? { state: 'failing', reason: trouble } : judged;
