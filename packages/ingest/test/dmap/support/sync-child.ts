/**
 * One sync in a process of its own, for tests that need one to kill: what it works with comes as JSON in its only argument,
 * keys and address of the vendor in the variables of every command.
 */
import path from 'node:path';
import { openPool } from '@farelake/db';
import { ApiKey, openVendor } from '@farelake/dmap';
import { folderStore } from '@farelake/lake';
import type { Contract } from '@farelake/schema-registry';
import { isSetTroubled, syncSets } from '../../../src/index.ts';

interface Asked {
  readonly url: string;
  readonly folder: string;
  readonly contracts: readonly Contract[];
}

const { url, folder, contracts } = JSON.parse(process.argv[2] ?? '') as Asked;
const { DMAP_BASE_URL = '', DMAP_PUBLIC_KEY = '', DMAP_CONTROLLED_KEY = '' } = process.env;
const zone = (name: string) => folderStore(path.join(folder, name));
const pool = openPool(url);
const vendor = openVendor({
  baseUrl: DMAP_BASE_URL,
  keys: { aggregations: new ApiKey(DMAP_PUBLIC_KEY), transactional: new ApiKey(DMAP_CONTROLLED_KEY) },
  pace: 1000,
});
const { sets, troubled } = await syncSets(
  {
    ...{ pool, incoming: zone('incoming'), stage: zone('stage'), archive: zone('archive'), error: zone('error') },
    contracts: new Map(contracts.map((contract) => [contract.dataset, contract])),
    scratch: path.join(folder, 'scratch'),
    signal: new AbortController().signal,
  },
  vendor,
);
await vendor.close();
await pool.end();
process.exitCode = troubled.length > 0 || sets.some(isSetTroubled) ? 1 : 0;
