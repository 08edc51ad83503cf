/** Proves that what was fetched and cannot be loaded, or not all of it, is asked for again, and that an Incoming bucket does as a folder does. */
import { randomBytes } from 'node:crypto';
import { csvGz } from '@farelake/dmap/testing';
import { audit } from '../../src/index.ts';
import { openFaultyBucket, type FaultyBucket } from '../support/faulty-bucket.ts';
import { contractOf, DAILY, dataset, datasets, withSyncWorlds, type SyncWorld } from './support/sync-world.ts';

const openSyncWorld = withSyncWorlds();
let bucket: FaultyBucket;
beforeAll(async () => {
  bucket = await openFaultyBucket('fares');
});
afterAll(() => bucket.close(), 60_000);

const ROWS = 'SELECT dataset_id, "count"::INTEGER AS n FROM dmap_agg_daily_fareprod ORDER BY 1';

it('a file that the vendor mends under the same link takes the place of the one that could not be loaded', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, [dataset(0), dataset(1, { bytes: csvGz(['service', 'count'], [['Bus', 'many']]) })]);
  const first = await its.sync();
  expect(first.sets[0]).toMatchObject({ fetched: 2, failed: [], trouble: null, waiting: { new: 0 } });
  expect(await its.world.rows(ROWS)).toEqual([{ dataset_id: 'd_0000', n: 0 }]);

  // The same bytes are the same object, which is tried again as any that failed.
  its.downloads();
  await its.sync();
  expect(its.downloads()).toEqual(['d_0001']);
  const objects = async () => (await its.world.pool.query('SELECT 1 FROM ledger.objects')).rowCount;
  expect(await objects()).toBe(2);

  await its.standIn.replaceBlob(DAILY, 'd_0001', csvGz(['service', 'count'], [['Bus', 7]]));
  await its.sync();
  expect(await objects()).toBe(3);
  expect(await its.world.rows(ROWS)).toEqual([
    { dataset_id: 'd_0000', n: 0 },
    { dataset_id: 'd_0001', n: 7 },
  ]);
  its.downloads();
  expect((await its.sync()).sets[0]).toMatchObject({ fetched: 0, failed: [] });
  expect(its.downloads()).toEqual([]);

  // Listed no more, it is nobody's failure that it cannot be had again.
  await its.standIn.issue(DAILY, [dataset(2, { bytes: csvGz(['service', 'count'], [['Bus', 'few']]) })]);
  await its.sync();
  its.standIn.remove(DAILY, 'd_0002');
  expect((await its.sync()).sets[0]).toMatchObject({ fetched: 0, failed: [], trouble: null });
}, 120_000);

const REFUSED = csvGz(
  ['service', 'count'],
  [
    ['Bus', 1],
    ['Bus', 'two'],
    ['Bus', 3],
  ],
);
const NUMBERS = 'SELECT "count"::INTEGER AS n FROM dmap_agg_daily_fareprod WHERE dataset_id = \'d_0000\' ORDER BY 1';

const findings = async ({ world, workspace }: SyncWorld) => {
  if (workspace.incoming === undefined) throw new Error('a sync has an Incoming zone');
  return (await audit(world, workspace.incoming, { content: true })).findings;
};

/** One whose contract lets rows be refused, with a dataset of which one is. */
async function withRefusedRow() {
  const its = await openSyncWorld();
  const quarantine = { dataset: { rows: 2, share: 0.9 } };
  its.world.contracts.set('dmap_agg_daily_fareprod', { ...contractOf(DAILY), quarantine });
  await its.standIn.issue(DAILY, [dataset(0, { bytes: REFUSED }), dataset(1)]);
  await its.sync();
  its.downloads();
  const numbers = async () => (await its.world.rows(NUMBERS)).map(({ n }) => n);
  const refused = async () => (await its.world.status())[0]?.quarantined;
  expect(await numbers()).toEqual([1, 3]);
  expect(await refused()).toBe(1);
  return { ...its, numbers, refused };
}

it('a dataset with refused rows is asked for again, not sent again, until the vendor mends it under the same issue', async () => {
  const its = await withRefusedRow();
  const planned = [{ datasetId: 'd_0000', lane: 'new', again: true }];
  expect((await its.sync({ dryRun: true })).sets[0]).toMatchObject({ planned, waiting: { new: 0 } });
  expect((await its.sync()).sets[0]).toMatchObject({ fetched: 0, failed: [], trouble: null, waiting: { new: 0 } });
  expect(its.downloads()).toEqual(['d_0000']);

  await its.standIn.replaceBlob(
    DAILY,
    'd_0000',
    csvGz(
      ['service', 'count'],
      [
        ['Bus', 1],
        ['Bus', 2],
        ['Bus', 3],
      ],
    ),
  );
  expect((await its.sync()).sets[0]).toMatchObject({ fetched: 1, failed: [] });
  expect(await its.numbers()).toEqual([1, 2, 3]);
  expect(await its.refused()).toBe(0);
  expect(await findings(its)).toEqual([]);
  its.downloads();
  await its.sync();
  expect(its.downloads()).toEqual([]);
}, 120_000);

it('what the vendor has in its place meanwhile, and then no more, is shown as it is now', async () => {
  const its = await withRefusedRow();
  const other = csvGz(
    ['service', 'count'],
    [
      ['Bus', 'one'],
      ['Bus', 22],
    ],
  );
  for (const [bytes, numbers] of [
    [other, [22]],
    [REFUSED, [1, 3]],
    [other, [22]],
  ] as const) {
    await its.standIn.replaceBlob(DAILY, 'd_0000', bytes);
    await its.sync();
    expect(await its.numbers()).toEqual(numbers);
    expect(await its.refused()).toBe(1);
  }
  // Set apart by a plan that was made while the result was pointed at it, it counts all the same.
  await its.world.pool.query(
    `UPDATE ledger.dmap_results r SET object_id = l.object_id FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id
     WHERE r.dataset_id = 'd_0000' AND o.object_key LIKE '%d_0000%' AND l.state = 'superseded'`,
  );
  await its.sync();
  expect(await its.numbers()).toEqual([1, 3]);
  // Damaged, it leaves what is there, and is fetched until it is whole.
  await its.standIn.replaceBlob(DAILY, 'd_0000', REFUSED.subarray(0, -9));
  await its.sync();
  expect(await its.numbers()).toEqual([1, 3]);
  await its.standIn.replaceBlob(DAILY, 'd_0000', other);
  await its.sync();
  expect(await its.numbers()).toEqual([22]);
  expect(await findings(its)).toEqual([]);
}, 120_000);

it('refused rows of long ago are asked for by a listing that holds them', async () => {
  const its = await withRefusedRow();
  await its.standIn.issue(DAILY, datasets(40, 41));
  await its.sync();
  its.downloads();
  expect((await its.sync({ dryRun: true })).sets[0]?.planned).toEqual([]);
  await its.sync();
  expect(its.downloads()).toEqual([]);
  await its.sync({ full: true });
  expect(its.downloads()).toEqual(['d_0000']);
}, 120_000);

it('what the archive has no copy of yet is not replaced: it is asked for when it has', async () => {
  const its = await withRefusedRow();
  const lost = `UPDATE ledger.objects SET archived_uri = NULL, archived_tag = NULL, archived_sha256 = NULL, archived_at = NULL
    WHERE object_key LIKE '%d_0000%'`;
  await its.world.pool.query(lost);
  await its.standIn.replaceBlob(DAILY, 'd_0000', REFUSED.subarray(0, -9));
  expect((await its.sync()).sets[0]).toMatchObject({ fetched: 0, failed: [], trouble: null });
  expect(its.downloads()).toEqual([]);
  expect(await findings(its)).toEqual([]);
  expect((await its.sync()).sets[0]).toMatchObject({ fetched: 1 });
  expect(await its.numbers()).toEqual([1, 3]);
}, 120_000);

it.each([404, 403, 412, 500])(
  'status %i to who asks for a dataset that is in the table is nobody’s failure, and keeps nothing back',
  async (status) => {
    const its = await withRefusedRow();
    await its.standIn.issue(
      DAILY,
      [2, 3, 4].map((n) => dataset(n, { bytes: REFUSED })),
    );
    await its.sync();
    await its.standIn.issue(DAILY, datasets(10, 40));
    await its.sync();
    for (const n of [0, 2, 3, 4])
      its.standIn.fault({
        on: 'link',
        datasetId: `d_000${String(n)}`,
        times: Infinity,
        answer: { kind: 'status', status },
      });
    await its.standIn.issue(DAILY, datasets(10, 40, { lastUpdated: '2024-01-01T00:00:00' }));
    its.downloads();
    const synced = (await its.sync({ full: true })).sets[0];
    expect(synced).toMatchObject({ fetched: 30, failed: [], trouble: null, waiting: { new: 0, slow: 0 } });
    expect(its.downloads()).toEqual(expect.arrayContaining(['d_0000', 'd_0002', 'd_0039']));
    expect(await its.numbers()).toEqual([1, 3]);
  },
  120_000,
);

it('a dataset that there is no room for fails alone, before it is fetched where its size is announced', async () => {
  const its = await openSyncWorld({ settings: { scratchLimit: 5000 } });
  const large = csvGz(['service', 'count'], [[randomBytes(9000).toString('hex'), 1]]);
  await its.standIn.issue(DAILY, [dataset(0, { bytes: large }), dataset(1)]);
  const failed = [
    { datasetId: 'd_0000', reason: expect.stringMatching(/have to be fetched.*room for 5\.0 kB/) as string },
  ];
  expect((await its.sync()).sets[0]).toMatchObject({ fetched: 1, failed, trouble: null });
  expect(await its.world.rows(ROWS)).toEqual([{ dataset_id: 'd_0001', n: 1 }]);
}, 120_000);

it('Incoming may be a bucket: known by its ETag and its SHA-256, whatever the network does', async () => {
  const { front } = bucket;
  const patience = { retries: 8, ofStores: 0, first: 10, longest: 20 };
  const its = await openSyncWorld({ zones: 's3://fares/sync', settings: { patience } });
  await its.standIn.issue(DAILY, datasets(0, 6));
  let puts = 0;
  front.fault = ({ method, url }) => {
    if (method !== 'PUT' || !url.includes('/incoming/')) return undefined;
    puts += 1;
    return puts % 3 === 0 ? 'reset' : puts % 4 === 0 ? 'busy' : undefined;
  };
  expect((await its.sync()).sets[0]).toMatchObject({ fetched: 6, failed: [], trouble: null });
  const { rows } = await its.world.pool.query<Record<string, string>>(
    'SELECT content_hash, sha256, store_uri FROM ledger.objects',
  );
  expect(rows).toHaveLength(6);
  for (const row of rows)
    expect(row).toEqual({
      content_hash: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      store_uri: 's3://fares/sync/incoming',
    });
  expect(await its.world.rows(ROWS)).toHaveLength(6);

  // Away for good: told as what it is, and nothing is lost.
  await its.standIn.issue(DAILY, datasets(6, 9));
  front.fault = ({ url }) => (url.includes('/incoming/') ? 'busy' : undefined);
  await expect(its.sync()).rejects.toMatchObject({ code: 'store-unreachable' });
  front.fault = () => undefined;
  expect((await its.sync()).sets[0]).toMatchObject({ fetched: 3, failed: [], trouble: null });
  expect(await its.world.rows(ROWS)).toHaveLength(9);
}, 240_000);
