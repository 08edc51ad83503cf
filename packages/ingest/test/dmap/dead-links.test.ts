/** Proves that a few links which are dead for good keep no other dataset back, are told by `status`, and end with themselves. */
import { csvGz, nameOf, status } from '@farelake/dmap/testing';
import { CITATION, DAILY, dataset, datasets, withSyncWorlds, type SyncWorld } from './support/sync-world.ts';

const openSyncWorld = withSyncWorlds();

const REFUSED = status(403);
const AWAY = status(503);
const states = async ({ world }: SyncWorld) =>
  (await world.status())
    .filter(({ table }) => table === 'dmap_agg_daily_fareprod')
    .map(({ state, reason }) => ({ state, reason }));

it.each([
  ['refused', REFUSED],
  ['of a host that is away', AWAY],
])(
  'the newest links are %s: the others are fetched by the same sync, lane by lane',
  async (_, answer) => {
    const its = await openSyncWorld();
    await its.standIn.issue(DAILY, datasets(0, 25));
    await its.sync();
    await its.standIn.issue(DAILY, datasets(0, 25, { lastUpdated: '2021-01-01T00:00:00' }));
    await its.standIn.issue(DAILY, datasets(25, 35));
    const dead = [20, 21, 22, 23, 24, 31, 32, 33, 34];
    for (const n of dead) its.standIn.fault({ on: 'link', datasetId: nameOf(n), times: Infinity, answer });
    const [first] = (await its.sync()).sets;
    expect(first).toMatchObject({ fetched: 35 - dead.length, waiting: { new: 4, slow: 5 } });
    expect((await its.results()).filter((one) => one.startsWith('fetched'))).toHaveLength(25 + 35 - dead.length);
    // Now they come after what was never tried, and the next time still do.
    await its.standIn.issue(DAILY, datasets(40, 42));
    its.downloads();
    const [second] = (await its.sync()).sets;
    expect(second!.fetched).toBe(2);
    // Four at once, whose requests may pass each other; a dead one is soon asked for again.
    expect([...new Set(its.downloads())].slice(0, 4)).toEqual(expect.arrayContaining([nameOf(40), nameOf(41)]));
    its.standIn.clearFaults();
    expect((await its.sync()).sets[0]).toMatchObject({
      fetched: dead.length,
      trouble: null,
      waiting: { new: 0, slow: 0 },
    });
  },
  120_000,
);

it('what keeps links from being used is in the ledger until a run goes well, whatever the listings say', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 6));
  its.standIn.fault({ on: 'link', datasetId: nameOf(5), times: Infinity, answer: AWAY });
  const [synced] = (await its.sync()).sets;
  expect(synced).toMatchObject({
    fetched: 5,
    failed: [],
    trouble: expect.stringMatching(/cannot be reached/) as string,
  });
  const told = [
    { state: 'failing', reason: expect.stringMatching(/^its vendor: http.*cannot be reached.*status 503/) as string },
  ];
  expect(await states(its)).toEqual(told);
  const { rows } = await its.world.pool.query(
    `SELECT tries, state, reason FROM ledger.dmap_results WHERE state = 'listed'`,
  );
  expect(rows).toEqual([{ tries: 1, state: 'listed', reason: expect.stringMatching(/cannot be reached/) as string }]);
  await its.sync();
  expect(await states(its)).toEqual(told);
  its.standIn.clearFaults();
  await its.sync();
  expect(await states(its)).toEqual([{ state: 'live', reason: null }]);
}, 60_000);

it('a file without a column that is needed is fetched again, and the mended one takes its place', async () => {
  const its = await openSyncWorld();
  const contract = its.world.contracts.get('dmap_agg_daily_fareprod')!;
  its.world.contracts.set(contract.dataset, {
    ...contract,
    columns: contract.columns.map((column) => ({ ...column, nullable: column.name !== 'count' })),
  });
  await its.standIn.issue(DAILY, [dataset(0), dataset(1, { bytes: csvGz(['service'], [['Bus']]) })]);
  await its.sync();
  expect(await states(its)).toMatchObject([{ state: 'held' }]);
  const objects = async () => (await its.world.pool.query('SELECT 1 FROM ledger.objects')).rowCount;
  its.downloads();
  await its.sync();
  expect(its.downloads()).toEqual([nameOf(1)]);
  expect(await objects()).toBe(2);
  await its.standIn.replaceBlob(DAILY, nameOf(1), csvGz(['service', 'count'], [['Bus', 7]]));
  await its.sync();
  expect(await objects()).toBe(3);
  expect(await states(its)).toEqual([{ state: 'live', reason: null }]);
  its.downloads();
  await its.sync();
  expect(its.downloads()).toEqual([]);
}, 60_000);

it("a fault of the program at one set is told as one, and leaves the others' work whole", async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 3));
  await its.standIn.issue(CITATION, datasets(0, 3));
  // A rule of the ledger that nobody foresaw, broken by one entry.
  await its.world.pool.query(
    `ALTER TABLE ledger.dmap_results ADD CONSTRAINT test CHECK (dataset <> 'dmap_citation' OR dataset_id <> $$${nameOf(1)}$$)`,
  );
  const foreseen = await its.sync({ dryRun: true });
  expect(foreseen.troubled).toMatchObject([{ dataset: 'dmap_citation', error: { code: '23514' } }]);
  expect(foreseen.sets).toMatchObject([{ set: DAILY.set, fresh: 3 }]);
  const synced = await its.sync();
  expect(synced.troubled).toMatchObject([{ dataset: 'dmap_citation', error: { code: '23514' } }]);
  expect(synced.sets).toMatchObject([
    { set: DAILY.set, fetched: 3, trouble: null },
    { set: CITATION.set, fetched: 0, trouble: expect.stringMatching(/^The last sync broke off: .*"test"/) as string },
  ]);
  expect(synced.tables).toMatchObject([{ dataset: 'dmap_agg_daily_fareprod', loaded: 3 }]);
  expect((await its.world.status()).find(({ table }) => table === 'dmap_citation')).toMatchObject({ state: 'failing' });
  await its.world.pool.query('ALTER TABLE ledger.dmap_results DROP CONSTRAINT test');
  expect(await its.sync()).toMatchObject({ troubled: [], sets: [{ fetched: 0 }, { fetched: 3, trouble: null }] });
}, 60_000);

it('an empty listing of everything is not believed; one that leaves results out is asked for them again', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 28));
  its.standIn.fault({ on: 'link', times: Infinity, answer: status(404) });
  expect((await its.sync()).sets[0]!.failed).toHaveLength(28);
  its.standIn.clearFaults();
  const body = '{"success":true,"results":[]}';
  its.standIn.fault({ on: 'api', times: Infinity, answer: status(200, {}, body) });
  const empty = { fetched: 0, withdrawn: 0, trouble: expect.stringMatching(/is empty, where 28 results/) as string };
  expect((await its.sync({ full: true, dryRun: true })).sets[0]).toMatchObject(empty);
  // Not even by who asks for links alone, and misses those that wait.
  expect((await its.sync()).sets[0]).toMatchObject(empty);
  expect((await its.sync({ full: true })).sets[0]).toMatchObject(empty);
  expect(await states(its)).toMatchObject([{ state: 'failing' }]);
  its.standIn.clearFaults();
  for (let n = 0; n < 20; n += 1) its.standIn.remove(DAILY, nameOf(n));
  expect((await its.sync({ full: true })).sets[0]).toMatchObject({ fetched: 8, withdrawn: 20, trouble: null });
  await its.standIn.issue(DAILY, datasets(0, 20));
  expect((await its.sync()).sets[0]).toMatchObject({ fetched: 20, trouble: null });
}, 60_000);

it("a set whose API is away is listed once a run, whatever rounds the others' slow lanes take", async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 51));
  await its.sync();
  await its.standIn.issue(DAILY, datasets(0, 51, { lastUpdated: '2021-01-01T00:00:00' }));
  its.standIn.fault({ on: 'api', set: CITATION.set, times: Infinity, answer: AWAY });
  its.standIn.requests.splice(0);
  expect((await its.sync()).sets).toMatchObject([
    { fetched: 51, trouble: null },
    { trouble: expect.stringMatching(/cannot be reached/) as string },
  ]);
  // One try, and one more.
  expect(its.standIn.requests.filter(({ set, on }) => on === 'api' && set === CITATION.set)).toHaveLength(2);
}, 60_000);
