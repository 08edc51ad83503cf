/** The view that compares a topic's records with other tables: what it shows, what it leaves out, and when it is not there. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KafkaRecord } from '@farelake/kafka';
import type { Contract, FileFault } from '@farelake/schema-registry';
import { tapsContract } from '../../../schema-registry/test/taps-contract.ts';
import { createViews, withEngine } from '../../src/index.ts';
import { setContract, useSet } from '../support/datasets.ts';
import { Delivery } from '../support/delivery.ts';
import { openFaultyBucket } from '../support/faulty-bucket.ts';
import { closeWorlds } from '../support/world.ts';
import { NOON, openTapsWorld, tap, type TapsWorld } from './support/taps-world.ts';

afterAll(closeWorlds, 60_000);

const reconciliation = {
  view: 'tap_reconciliation',
  id: 'tap_id',
  device: 'device_id',
  with: [
    { table: 'edw_fare', id: 'id', device: 'device', at: 'at' },
    { table: 'dmap_agg_uses', id: 'id', device: 'device', at: 'at' },
  ],
};
const contract = tapsContract({ stream: { ...tapsContract().stream!, reconciliation } });

/** 2^55 + n: as doubles, neighbours are one. */
const id = (n: number): string => String(2n ** 55n + BigInt(n));

const tapOf = (offset: number, tapId: string, deviceId: string, more: Partial<KafkaRecord> = {}): KafkaRecord =>
  tap(offset, {
    value: Buffer.from(JSON.stringify({ tapId, tokenId: 'tok', stopId: '70061', deviceId })),
    ...more,
  });

const uses = setContract('agg_uses', [{ name: 'id' }, { name: 'device' }, { name: 'at', type: 'timestamp' }]);

async function openAll(
  zones?: string,
): Promise<{ world: TapsWorld; deliver: ReturnType<typeof useSet>; fares: Contract }> {
  const world = await openTapsWorld(contract, zones);
  const delivery = new Delivery(world.delivered, 'EDW.FARE', [
    { name: 'ID', type: 'NUMERIC', precision: 38, scale: 0, key: 1 },
    { name: 'DEVICE', type: 'INT8' },
    { name: 'AT', type: 'DATETIME' },
  ]);
  await delivery.snapshot('LOAD00000001', [
    [id(1), '7', '2026-03-01 12:00:00'],
    [id(2), '7', '2026-03-01 12:00:00'],
    // Of the service day before, and of a moment that the clock of the wall had on this one.
    [id(3), '7', '2026-03-01 07:59:59.999'],
    [id(4), '7', '2026-03-01 08:00:00'],
    [id(5), '8', null],
    [id(6), null, '2026-03-01 12:00:00'],
  ]);
  const fares = await world.addTable('EDW.FARE');
  const deliver = useSet(world, uses);
  return { world, deliver, fares };
}

const SHOWN = `SELECT CAST(service_date AS VARCHAR) AS day, * EXCLUDE (service_date) FROM tap_reconciliation ORDER BY ALL`;
const lines = async (world: TapsWorld, sql = SHOWN): Promise<string[]> =>
  (await world.rows(sql)).map((row) => Object.values(row).join(' '));

test('by day and device and table: both sides, what is in one alone, what came twice', async () => {
  const { world, deliver } = await openAll();
  await deliver({
    datasetId: 'a',
    text: `id,device,at\n${id(1)},7,2026-03-01 12:00:00\n${id(1)},7,2026-03-01 12:00:01\n`,
  });
  await world.ingest();
  await world.land([
    tapOf(0, id(1), '7'),
    tapOf(1, id(3), '7', { timestamp: NOON - 5n * 3_600_000n }),
    // As a double it is the same as the others.
    tapOf(2, id(9), '7'),
    tapOf(3, id(9), '7'),
    tapOf(4, id(2), '9'),
  ]);
  expect(await world.rows('DESCRIBE tap_reconciliation')).toMatchObject(
    [
      ['service_date', 'DATE'],
      ['device_id', 'VARCHAR'],
      ['source', 'VARCHAR'],
      ...['taps', 'transactions', 'seen', 'missing_taps', 'missing_transactions', 'taps_twice'].map((n) => [
        n,
        'BIGINT',
      ]),
      ['transactions_twice', 'BIGINT'],
    ].map(([name, type]) => ({ column_name: name, column_type: type })),
  );
  expect(await lines(world)).toEqual([
    '2026-02-28 7 dmap_agg_uses 1 0 0 0 1 0 0',
    '2026-02-28 7 edw_fare 1 1 1 0 0 0 0',
    '2026-03-01 7 dmap_agg_uses 2 1 1 0 1 1 1',
    // 2 and 4 have no tap here, 9 no transaction.
    '2026-03-01 7 edw_fare 2 3 1 2 1 1 0',
    '2026-03-01 9 dmap_agg_uses 1 0 0 0 1 0 0',
    '2026-03-01 9 edw_fare 1 0 0 0 1 0 0',
    // Without a device, without a time.
    '2026-03-01  edw_fare 0 1 0 1 0 0 0',
    ' 8 edw_fare 0 1 0 1 0 0 0',
  ]);
}, 60_000);

test('without any data it is there, and empty', async () => {
  const { world } = await openAll();
  expect(await lines(world)).toEqual([]);
});

const columns = (own: Contract, change: (column: Contract['columns'][number]) => object): Contract => ({
  ...own,
  columns: own.columns.map((column) => ({ ...column, ...change(column) })),
});

test.each<[string, (fares: Contract) => Contract | undefined]>([
  ['has no contract', () => undefined],
  ['lacks the column', (fares) => columns(fares, ({ name }) => (name === 'device' ? { name: 'gate' } : {}))],
  ['has hashes of the ids', (fares) => columns(fares, ({ name }) => (name === 'id' ? { treatment: 'hmac' } : {}))],
  [
    'has dropped the devices',
    (fares) => columns(fares, ({ name }) => (name === 'device' ? { treatment: 'drop' } : {})),
  ],
  ['tells no time', (fares) => columns(fares, ({ name }) => (name === 'at' ? { type: 'date' } : {}))],
])(
  'a table that %s is left out, the others are shown',
  async (_, changed) => {
    const { world, fares } = await openAll();
    const other = changed(fares);
    if (other === undefined) world.contracts.delete('edw_fare');
    else world.contracts.set('edw_fare', other);
    await world.land([tapOf(0, id(1), '7')]);
    expect(await lines(world)).toEqual(['2026-03-01 7 dmap_agg_uses 1 0 0 0 1 0 0']);
    world.contracts.delete('dmap_agg_uses');
    expect(await lines(world)).toEqual([]);
  },
  60_000,
);

test('where a table that it is made of cannot be read, it says so of that one', async () => {
  const { world, fares } = await openAll();
  await world.ingest();
  await world.land([tapOf(0, id(1), '7')]);
  const unreadable = (faulty?: ReadonlyMap<string, readonly FileFault[]>) =>
    withEngine(world, async (engine) => {
      const answer = await createViews(engine, world.pool, world.contracts.values(), { statement: SHOWN, faulty });
      return answer.unreadable.map(({ table, reason }) => `${table}: ${reason}`);
    });
  expect(await unreadable()).toEqual([]);
  // One that cannot be used is no contract that is not there.
  world.contracts.delete('edw_fare');
  const fault = { file: 'qlik/edw_fare.json', path: '$.key', problem: 'is required' };
  expect(await unreadable(new Map([['edw_fare', [fault]]]))).toEqual([
    expect.stringMatching(
      /^tap_reconciliation: it is made of edw_fare: its contract qlik\/edw_fare.json cannot be used/,
    ),
  ]);
  world.contracts.set('edw_fare', fares);
  const [file] = await world.rows("SELECT uri FROM ledger.files WHERE table_name = 'edw_fare'");
  await rm(fileURLToPath(String(file?.['uri'])));
  expect(await unreadable()).toEqual([
    expect.stringMatching(/^edw_fare: .*is not there/),
    expect.stringMatching(/^tap_reconciliation: it is made of edw_fare: .*is not there/),
  ]);
  expect(await world.rows('SELECT tap_id FROM taps')).toEqual([{ tap_id: id(1) }]);
  const files = path.join(world.folder, 'stage', 'taps');
  await rm(files, { recursive: true });
  expect((await unreadable()).at(-1)).toMatch(/^tap_reconciliation: it is made of taps: /);
}, 60_000);

test('from a bucket: who names the view alone gets the tables that it is made of, and no others', async () => {
  const bucket = await openFaultyBucket('taps');
  try {
    const { world } = await openAll('s3://taps/zones');
    const other = new Delivery(world.delivered, 'EDW.OTHER', [{ name: 'ID', type: 'INT8', key: 1 }]);
    await other.snapshot('LOAD00000001', [['1']]);
    await world.addTable('EDW.OTHER');
    await world.ingest();
    await world.land([tapOf(0, id(1), '7')]);
    bucket.front.seen.length = 0;
    expect(
      await lines(world, "SELECT source, seen FROM tap_reconciliation WHERE device_id = '7' AND seen > 0"),
    ).toEqual(['edw_fare 1']);
    const fetched = new Set(bucket.front.seen.map(({ url }) => /stage\/(\w+)\//.exec(url)?.[1]));
    expect([...fetched].toSorted()).toEqual(['edw_fare', 'taps']);
    await expect(world.rows("SELECT * FROM query_table('tap_' || 'reconciliation')")).rejects.toThrow();
  } finally {
    await bucket.close();
  }
}, 60_000);
