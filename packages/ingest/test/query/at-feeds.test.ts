/** Proves that tables of datasets and of topics, and the comparison of both, are shown as they stood, too. */
import { listVersions } from '@farelake/db';
import { tapsContract } from '../../../schema-registry/test/taps-contract.ts';
import { maintain } from '../../src/index.ts';
import { atTime, expectAsItStood, remember, rowsAt } from '../support/as-it-stood.ts';
import { setContract, useSet } from '../support/datasets.ts';
import { closeWorlds } from '../support/world.ts';
import { openTapsWorld, tap } from '../taps/support/taps-world.ts';

afterAll(closeWorlds, 60_000);

const reconciliation = {
  view: 'tap_reconciliation',
  id: 'tap_id',
  device: 'device_id',
  with: [{ table: 'dmap_agg_uses', id: 'id', device: 'device', at: 'at' }],
};
const contract = tapsContract({ stream: { ...tapsContract().stream!, reconciliation } });
const uses = setContract('agg_uses', [{ name: 'id' }, { name: 'device' }, { name: 'at', type: 'timestamp' }]);

/** A dataset that is issued anew, taps that come one by one and are merged. */
async function story() {
  const world = await openTapsWorld(contract);
  const deliver = useSet(world, uses);
  const all = [];
  const tables = ['taps', 'dmap_agg_uses'];
  const line = (offset: number) => `0-${offset},V-7,2026-03-01 12:00:00\n`;
  for (const n of [1, 2]) {
    const text = `id,device,at\n${[0, 1, 2].slice(0, n).map(line).join('')}`;
    await deliver({ datasetId: 'a', text, lastUpdated: `2026-01-0${n}T00:00:00.000000000` });
    await world.ingest();
    await world.land([tap(n)]);
    all.push(await remember(world, tables));
  }
  return { world, all, tables };
}

const COMPARED =
  'SELECT taps::INTEGER AS taps, transactions::INTEGER AS transactions, seen::INTEGER AS seen FROM tap_reconciliation';

it('datasets of before they were issued anew, and topics with what had come', async () => {
  const { world, all, tables } = await story();
  await maintain(world, { grace: 0, retention: 7 * 86_400, tapGrace: 0, dryRun: false });
  all.push(await remember(world, tables));
  expect(all.map((one) => tables.map((table) => one.tables.get(table)?.rows.length))).toEqual([
    [1, 1],
    [2, 2],
    [2, 2],
  ]);
  // Two files of the closed day became one, in a version of its own.
  expect(all[2]?.tables.get('taps')?.version).toBe(3);
  await expectAsItStood(world, all);
  const origins = async (table: string) => (await listVersions(world.pool, table, 9)).map(({ origin }) => origin);
  expect(await origins('taps')).toEqual(['compaction', 'records', 'records']);
  expect(await origins('dmap_agg_uses')).toEqual(['load', 'load']);
  expect(await rowsAt(world, COMPARED)).toEqual([{ taps: 2, transactions: 2, seen: 1 }]);
  expect(await rowsAt(world, COMPARED, atTime(all[0]!.time))).toEqual([{ taps: 1, transactions: 1, seen: 0 }]);
});

it('a comparison by columns that were not there then is not made, and is in nobody’s way', async () => {
  const { world, all } = await story();
  const columns = uses.columns.map((column) => (column.name === 'device' ? { ...column, name: 'gate' } : column));
  world.contracts.set('dmap_agg_uses', { ...uses, version: 2, columns });
  const by = { ...reconciliation, with: [{ ...reconciliation.with[0]!, device: 'gate' }] };
  world.contracts.set('taps', { ...contract, stream: { ...contract.stream!, reconciliation: by } });
  expect(await rowsAt(world, 'SELECT count(*)::INTEGER AS n FROM taps ', atTime(all[0]!.time))).toEqual([{ n: 1 }]);
  await expect(rowsAt(world, COMPARED, atTime(all[0]!.time))).rejects.toThrow(/tap_reconciliation/);
});
