/**
 * What is to become of each load of a DMAP table. Pure.
 *
 * Of the results of a dataset id the one with the highest `countsFrom`, then the highest registration, counts. Loads that
 * do not count are set apart, but for those whose rows are in the table: they are shown until a commit has others.
 */
import type { LoadFacts, LoadState, ResultPlace, WaitingFor } from '@farelake/db';
import type { DatasetKey } from '@farelake/dmap';
import type { Contract } from '@farelake/schema-registry';
import { compareTexts } from './newest-first.ts';

export interface JudgedLoad {
  readonly id: number;
  readonly state: LoadState;
  readonly key: DatasetKey;
  /** Of its result; undefined: other content is the file of that. */
  readonly place: ResultPlace | undefined;
  readonly inTable: boolean;
}

export type DatasetVerdict = (
  | { readonly event: 'wait'; readonly waitingFor: WaitingFor; readonly reason: string }
  | { readonly event: 'prepare' }
  | { readonly event: 'supersede'; readonly reason: string }
) & {
  /** Only a header tells more, once it is read. */
  readonly facts?: LoadFacts;
};

/** States in which a load is planned (again). One that is set apart is only looked at for whether it still counts. */
const PLANNABLE: readonly LoadState[] = ['registered', 'waiting', 'ready', 'failed', 'quarantined'];

/** @param loads all of the table's; those without a verdict stay as they are */
export function judgeDatasets(
  contract: Contract | undefined,
  loads: readonly JudgedLoad[],
): ReadonlyMap<number, DatasetVerdict> {
  const counting = new Map<string, JudgedLoad>();
  for (const load of loads) {
    const { place, key } = load;
    const other = counting.get(identityOf(key))?.place;
    if (place !== undefined && (other === undefined || comparePlaces(place, other) > 0))
      counting.set(identityOf(key), load);
  }
  const verdicts = new Map<number, DatasetVerdict>();
  for (const load of loads) {
    if (!PLANNABLE.includes(load.state)) continue;
    const verdict = verdictOf(contract, load, counting.get(identityOf(load.key)));
    if (verdict !== undefined) verdicts.set(load.id, verdict);
  }
  return verdicts;
}

/** Below zero: `a` gives way to `b`. */
export const comparePlaces = (a: ResultPlace, b: ResultPlace): number =>
  compareTexts(a.countsFrom, b.countsFrom) || a.id - b.id;

const identityOf = ({ set, datasetId }: DatasetKey): string => JSON.stringify([set, datasetId]);

function verdictOf(
  contract: Contract | undefined,
  load: JudgedLoad,
  counting: JudgedLoad | undefined,
): DatasetVerdict | undefined {
  const { key, place, inTable, state } = load;
  if (counting !== load && !inTable) {
    const reason =
      place === undefined
        ? 'other content of the same result counts'
        : `replaced before it was loaded: issued anew ${counting?.key.lastUpdated ?? ''}`;
    return { event: 'supersede', reason };
  }
  if (state === 'quarantined') return undefined;
  if (contract === undefined) return { event: 'wait', waitingFor: 'contract', reason: noContract(key) };
  if (!isOf(contract, key)) return { event: 'wait', waitingFor: 'contract', reason: collision(contract, key) };
  return { event: 'prepare' };
}

/** Which of the APIs has the set, a name does not say; the contract does. */
export const isOf = ({ feed, source }: Contract, { set }: DatasetKey): boolean =>
  feed === 'dmap' && source.table === set;

const noContract = ({ set }: DatasetKey): string =>
  `no contract; draft one: farelake dmap schema ${set} --from <this file>`;

const collision = ({ dataset, source }: Contract, { set }: DatasetKey): string =>
  `the set ${set} would be ${dataset}, which is the table of ${source.schema}.${source.table}; only one of them can be taken in`;
