/** Which sets a run is about. */
import type { DmapSet } from '@farelake/dmap';
import { DMAP_APIS, setTableName, UserError, type Contract } from '@farelake/schema-registry';

export interface ChosenSet extends DmapSet {
  /** Of its table. */
  readonly dataset: string;
}

/**
 * @param named sets or their tables; undefined: all that have a contract
 * @returns by table
 * @throws UserError `dmap-no-contract`
 */
export function chooseSets(
  contracts: ReadonlyMap<string, Contract>,
  named: readonly string[] | undefined,
): readonly ChosenSet[] {
  const sets = [...contracts.values()].flatMap(chosen).toSorted((a, b) => (a.dataset < b.dataset ? -1 : 1));
  if (named === undefined) return sets;
  const unknown = named.filter((name) => !sets.some((set) => isCalled(set, name)));
  if (unknown.length > 0)
    throw new UserError({
      code: 'dmap-no-contract',
      problem: `No contract that can be used is of the DMAP set ${unknown.map((name) => JSON.stringify(name)).join(', ')}.`,
      remedy: `There are contracts of ${sets.map(({ set }) => set).join(', ') || 'none'}; draft one with farelake dmap schema.`,
      data: { sets: unknown },
    });
  return sets.filter((set) => named.some((name) => isCalled(set, name)));
}

function chosen({ feed, dataset, source }: Contract): ChosenSet[] {
  const api = DMAP_APIS.find((one) => one === source.schema);
  return feed !== 'dmap' || api === undefined ? [] : [{ dataset, api, set: source.table }];
}

const isCalled = ({ set, dataset }: ChosenSet, name: string): boolean =>
  name === set || (name !== '' && (name === dataset || setTableName(name) === dataset));
