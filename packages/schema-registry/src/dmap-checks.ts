/** What a contract of a DMAP set must be beyond every contract: its rows come and go with their datasets. */
import { DMAP_APIS } from './contract.ts';
import type { Fault } from './faults.ts';
import type { LooseContract } from './loose-contract.ts';

export const isOfDmap = ({ feed }: Pick<LooseContract, 'feed'>): boolean => feed === 'dmap';

export function dmapFaults(contract: LooseContract): Fault[] {
  if (!isOfDmap(contract)) return [];
  return [...sourceFaults(contract), ...rowFaults(contract), ...memberFaults(contract)];
}

function sourceFaults({ source }: LooseContract): Fault[] {
  if (source === undefined || DMAP_APIS.some((api) => api === source.schema)) return [];
  return [{ path: '$.source.schema', problem: 'is no API of DMAP', found: source.schema, allowed: DMAP_APIS }];
}

function rowFaults({ key, cdc }: LooseContract): Fault[] {
  const faults: Fault[] = [];
  if (key.length > 0)
    faults.push({
      path: '$.key',
      problem: 'a DMAP set has no key: a dataset that is issued anew replaces all of its rows',
      found: key.map(({ name }) => name),
      allowed: '[]',
    });
  const { updateImage = 'full', beforeImage = 'none' } = cdc;
  if (updateImage !== 'full' || beforeImage !== 'none')
    faults.push({
      path: '$.cdc',
      problem: 'a dataset holds whole rows and no changes',
      found: cdc,
      allowed: '{"updateImage": "full", "beforeImage": "none"}',
    });
  return faults;
}

/** Members that speak of snapshots and segments. */
function memberFaults({ members }: LooseContract): Fault[] {
  return ['snapshot', 'generations']
    .filter((member) => members.includes(member))
    .map((member) => ({
      path: `$.${member}`,
      problem: 'has no meaning for a DMAP set, which has no snapshots',
      remedy: 'Remove it.',
    }));
}
