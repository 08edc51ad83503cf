/** Proves what a sync does with listings, lanes and links, against a vendor over real HTTP and a real blob service. */
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { dmapOverview, type DmapSetOverview } from '@farelake/db';
import { nameOf, status } from '@farelake/dmap/testing';
import { setTableName } from '@farelake/schema-registry';
import type { SyncedSet } from '../../src/index.ts';
import { CITATION, DAILY, dataset, datasets, withSyncWorlds, type SyncWorld } from './support/sync-world.ts';

const openSyncWorld = withSyncWorlds();

function setOf({ sets }: { readonly sets: readonly SyncedSet[] }, { set } = DAILY): SyncedSet {
  const found = sets.find((one) => one.set === set);
  if (found === undefined) throw new Error(`nothing is told of ${set}`);
  return found;
}

async function overviewOf({ world }: SyncWorld, { set } = DAILY): Promise<DmapSetOverview> {
  const found = (await dmapOverview(world.pool)).get(setTableName(set));
  if (found === undefined) throw new Error(`the ledger knows nothing of ${set}`);
  return found;
}

it('datasets of several pages arrive whole; a second sync fetches nothing; one issued anew is fetched alone', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 230));
  expect(setOf(await its.sync())).toMatchObject({
    listed: 230,
    fresh: 230,
    fetched: 230,
    failed: [],
    trouble: null,
  });
  expect(its.downloads()).toHaveLength(230);
  expect(await its.files()).toHaveLength(230);
  expect(await overviewOf(its)).toMatchObject({ results: { fetched: 230 }, waiting: {}, trouble: null });
  const { rows } = await its.world.pool.query(
    `SELECT count(*) AS n, count(DISTINCT o.id) AS objects FROM ledger.dmap_results r JOIN ledger.objects o ON o.id = r.object_id
     JOIN ledger.loads l ON l.object_id = o.id AND l.file_time = r.last_updated
     WHERE o.object_key LIKE 'cubic/dmap/agg_daily_fareprod/' || r.dataset_id || '/%'`,
  );
  expect(rows).toEqual([{ n: 230, objects: 230 }]);
  const count =
    'SELECT count(*)::INTEGER AS n, count(DISTINCT dataset_id)::INTEGER AS ids FROM dmap_agg_daily_fareprod';
  expect(await its.world.rows(count)).toEqual([{ n: 230, ids: 230 }]);

  expect(setOf(await its.sync())).toMatchObject({ fresh: 0, fetched: 0, superseded: 0, withdrawn: 0 });
  expect(its.downloads()).toEqual([]);

  await its.standIn.issue(DAILY, [dataset(220, { lastUpdated: '2024-01-01T00:00:00' })]);
  expect(setOf(await its.sync())).toMatchObject({ fresh: 1, fetched: 1 });
  expect(its.downloads()).toEqual([nameOf(220)]);
  const later = "SELECT dataset_id FROM dmap_agg_daily_fareprod WHERE _last_updated >= TIMESTAMP '2024-01-01'";
  expect(await its.world.rows(later)).toEqual([{ dataset_id: nameOf(220) }]);
  expect(await its.world.rows(count)).toEqual([{ n: 230, ids: 230 }]);
}, 120_000);

it('the newest period comes first, and a second listing asks from the day before the watermark', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 20));
  await its.sync();
  // Four connections: neighbours may change places.
  const order = its.downloads().map((name) => Number(name.slice(2)));
  for (const [place, n] of order.entries()) expect(Math.abs(19 - n - place)).toBeLessThan(8);
  await its.sync();
  expect(its.standIn.requests.filter(({ set }) => set === DAILY.set).map(({ query }) => query['last_updated'])).toEqual(
    expect.arrayContaining(['2020-01-19']) as string[],
  );
}, 60_000);

it('a regeneration goes to the slow lane, which lets fresh datasets pass and has a limit', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 80));
  await its.sync();
  its.downloads();
  await its.standIn.issue(DAILY, datasets(0, 70, { lastUpdated: '2024-01-01T00:00:00' }));
  // What comes while the slow lane is under way.
  const act = () => its.standIn.issue(DAILY, [dataset(500, { lastUpdated: '2024-01-02T00:00:00' })]);
  its.standIn.fault({ on: 'link', after: 5, answer: { kind: 'meanwhile', act } });
  const limited = setOf(await its.sync({ slowLimit: 60 }));
  expect(limited).toMatchObject({ fresh: 71, fetched: 61, superseded: 0, failed: [], waiting: { new: 0, slow: 10 } });
  const order = its.downloads();
  expect(order.indexOf(nameOf(500))).toBe(25);
  // Four at once, whose requests may pass each other.
  expect(order.slice(0, 4)).toEqual(expect.arrayContaining([69, 68, 67].map(nameOf)));
  expect(await overviewOf(its)).toMatchObject({ waiting: { slow: 10 }, results: { listed: 10 } });
  expect(setOf(await its.sync())).toMatchObject({ fetched: 10, waiting: { new: 0, slow: 0 } });

  // Twenty are ordinary corrections.
  await its.standIn.issue(DAILY, datasets(0, 20, { lastUpdated: '2024-02-01T00:00:00' }));
  expect(setOf(await its.sync({ slowLimit: 0 }))).toMatchObject({ fetched: 20, waiting: { new: 0, slow: 0 } });
}, 120_000);

it('a result that is replaced before it was fetched is never fetched', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, [dataset(1)]);
  its.standIn.fault({ on: 'link', times: 2, answer: status(404) });
  const failed = setOf(await its.sync());
  expect(failed).toMatchObject({ fetched: 0, trouble: null, failed: [{ datasetId: nameOf(1) }] });
  its.standIn.clearFaults();
  await its.standIn.issue(DAILY, [dataset(1, { lastUpdated: '2024-01-01T00:00:00' })]);
  expect(setOf(await its.sync())).toMatchObject({ fetched: 1, superseded: 1, failed: [] });
  expect(await its.results()).toEqual([`superseded new ${nameOf(1)}`, `fetched new ${nameOf(1)}`]);
}, 60_000);

it('what was removed before it could be fetched is withdrawn, and comes back when it is listed again', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 3));
  its.standIn.fault({ on: 'link', datasetId: nameOf(1), times: 2, answer: { kind: 'html' } });
  const failed = setOf(await its.sync());
  expect(failed.failed).toEqual([expect.objectContaining({ datasetId: nameOf(1) })]);
  its.standIn.clearFaults();
  its.standIn.remove(DAILY, nameOf(0));
  its.standIn.remove(DAILY, nameOf(1));
  expect(setOf(await its.sync())).toMatchObject({ withdrawn: 1, failed: [], trouble: null, waiting: { new: 0 } });
  expect(await its.results()).toEqual([
    `fetched new ${nameOf(0)}`,
    `withdrawn new ${nameOf(1)}`,
    `fetched new ${nameOf(2)}`,
  ]);
  await its.standIn.issue(DAILY, [dataset(1)]);
  expect(setOf(await its.sync({ full: true }))).toMatchObject({ fresh: 0, fetched: 1, withdrawn: 0 });
}, 60_000);

it('a link that is refused is asked for anew, five times at most; the others go on', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 6));
  const expired = status(403);
  its.standIn.fault({ on: 'link', datasetId: nameOf(2), times: 2, answer: expired });
  its.standIn.fault({ on: 'link', datasetId: nameOf(4), times: Infinity, answer: expired });
  const synced = setOf(await its.sync());
  expect(synced).toMatchObject({ fetched: 5, trouble: null, failed: [{ datasetId: nameOf(4) }] });
  const asked = its.downloads();
  expect(asked.filter((name) => name === nameOf(4))).toHaveLength(6);
  expect(asked.filter((name) => name === nameOf(2))).toHaveLength(3);
  expect((await overviewOf(its)).failed).toMatchObject([{ datasetId: nameOf(4), tries: 1 }]);
  its.standIn.clearFaults();
  expect(setOf(await its.sync())).toMatchObject({ fetched: 1, failed: [] });
}, 60_000);

it('links that really end while others are fetched are replaced by those of a further listing', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 12));
  its.standIn.manners.linkSeconds = 1;
  // The first four take so long that the links of that listing are over; those of the next one live as ever.
  const act = async () => {
    its.standIn.manners.linkSeconds = undefined;
    await sleep(1500);
  };
  its.standIn.fault({ on: 'link', times: 4, answer: { kind: 'meanwhile', act } });
  expect(setOf(await its.sync())).toMatchObject({ fetched: 12, failed: [], trouble: null });
  expect(its.downloads().length).toBeGreaterThan(12);
}, 60_000);

it('links that are all refused end the set, not each dataset for itself', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 40));
  its.standIn.fault({ on: 'link', times: Infinity, answer: status(403) });
  const synced = setOf(await its.sync());
  expect(synced.trouble).toMatch(/refuses the links/);
  // Three in a row, the three that were under way beside them, and three from the other end.
  expect(synced.failed.length).toBeLessThan(10);
  its.standIn.clearFaults();
  expect(setOf(await its.sync())).toMatchObject({ fetched: 40, failed: [], trouble: null });
}, 60_000);

it("one set's API that is away leaves the others alone, and its watermark where it was", async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 130));
  await its.standIn.issue(CITATION, datasets(0, 3));
  // The first page comes, the second does not.
  its.standIn.fault({ on: 'api', set: DAILY.set, after: 1, times: Infinity, answer: status(500) });
  const synced = await its.sync();
  expect(setOf(synced, CITATION)).toMatchObject({ fetched: 3, trouble: null });
  // What is known can be fetched all the same.
  expect(setOf(synced)).toMatchObject({
    fetched: 100,
    failed: [],
    trouble: expect.stringMatching(/cannot be reached/) as string,
  });
  expect(await overviewOf(its)).toMatchObject({ watermark: null, fullAt: null, trouble: expect.any(String) as string });
  its.standIn.clearFaults();
  expect(setOf(await its.sync())).toMatchObject({ listed: 130, fresh: 30, fetched: 30, trouble: null });
  expect(await overviewOf(its)).toMatchObject({ watermark: '2020-05-09T03:00:00.123456000', trouble: null });
}, 60_000);

it('links that nobody answers for good are no fault of their datasets', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 10));
  its.standIn.fault({ on: 'link', times: Infinity, answer: status(503) });
  const synced = setOf(await its.sync());
  expect(synced).toMatchObject({ fetched: 0, failed: [], trouble: expect.stringMatching(/reached/) as string });
  expect(await overviewOf(its)).toMatchObject({ results: { listed: 10 }, failed: [] });
  its.standIn.clearFaults();
  expect(setOf(await its.sync())).toMatchObject({ fetched: 10, trouble: null });
}, 60_000);

it('trouble with a link stays told, however well later listings go', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 6));
  // One is broken at the vendor for good, another one's link has to be asked for anew.
  const broken = status(500);
  its.standIn.fault({ on: 'link', datasetId: nameOf(5), times: Infinity, answer: broken });
  its.standIn.fault({ on: 'link', datasetId: nameOf(0), answer: status(403) });
  const synced = setOf(await its.sync());
  expect(synced).toMatchObject({ fetched: 5, failed: [], waiting: { new: 1 } });
  expect(synced.trouble).toMatch(/status 500/);
}, 60_000);

it('an entry that cannot be read keeps the watermark and withdraws nothing; the others are fetched', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 3));
  Object.assign(its.standIn.manners, { extraEntries: [{ id: DAILY.set, dataset_id: 'x', url: 'no link' }] });
  const synced = setOf(await its.sync());
  expect(synced).toMatchObject({ fetched: 3, trouble: expect.stringMatching(/cannot be read/) as string });
  expect(await overviewOf(its)).toMatchObject({ watermark: null, fullAt: null, results: { fetched: 3 } });
  Object.assign(its.standIn.manners, { extraEntries: [] });
  expect(setOf(await its.sync())).toMatchObject({ fetched: 0, trouble: null });
  expect(await overviewOf(its)).toMatchObject({ watermark: expect.any(String) as string, trouble: null });
}, 60_000);

it('a set that another process takes over is taken up again when that one is done', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 12));
  await its.standIn.issue(CITATION, datasets(0, 3));
  const act = async () => {
    const { rowCount } = await its.world.pool.query(
      `UPDATE ledger.leases SET token = token + 1, holder = NULL WHERE dataset = 'dmap_agg_daily_fareprod#sync'`,
    );
    expect(rowCount).toBe(1);
  };
  its.standIn.fault({ on: 'link', set: DAILY.set, after: 5, answer: { kind: 'meanwhile', act } });
  const synced = await its.sync();
  expect(setOf(synced)).toMatchObject({ fetched: 12, failed: [], trouble: null });
  expect(setOf(synced, CITATION)).toMatchObject({ fetched: 3, failed: [], trouble: null });
}, 60_000);

it('a dry run tells what would be fetched and in which lane, and changes nothing', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 40));
  const planned = setOf(await its.sync({ dryRun: true }));
  expect(planned).toMatchObject({ listed: 40, fresh: 40, fetched: 0, waiting: { new: 40, slow: 0 } });
  expect(planned.planned?.slice(0, 2)).toMatchObject([
    { datasetId: nameOf(39), lane: 'new' },
    { datasetId: nameOf(38) },
  ]);
  expect(its.downloads()).toEqual([]);
  expect(await its.results()).toEqual([]);
  await its.sync();
  const before = await overviewOf(its);
  await its.standIn.issue(DAILY, datasets(0, 30, { lastUpdated: '2024-01-01T00:00:00' }));
  expect(setOf(await its.sync({ dryRun: true }))).toMatchObject({ fresh: 30, waiting: { new: 0, slow: 30 } });
  expect(await overviewOf(its)).toEqual(before);
}, 60_000);

it('a day asked for beyond the watermark does not move it, nor when everything was last asked for', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 30));
  expect(setOf(await its.sync({ since: '2020-01-20' }))).toMatchObject({ listed: 11, fetched: 11 });
  expect(await overviewOf(its)).toMatchObject({ watermark: null, fullAt: null });
  await its.sync();
  const { fullAt } = await overviewOf(its);
  await its.standIn.issue(DAILY, datasets(30, 60));
  expect(setOf(await its.sync({ since: '2020-02-20' }))).toMatchObject({ fetched: 10 });
  expect(await overviewOf(its)).toMatchObject({ watermark: '2020-01-30T03:00:00.123456000', fullAt });
  expect(setOf(await its.sync())).toMatchObject({ fetched: 20 });
}, 60_000);

it('sets without a key are passed over, unless they are named', async () => {
  const its = await openSyncWorld({ keys: ['aggregations'] });
  await its.standIn.issue(DAILY, datasets(0, 2));
  const synced = await its.sync();
  expect(setOf(synced)).toMatchObject({ fetched: 2, skipped: null });
  expect(setOf(synced, CITATION)).toMatchObject({ skipped: expect.stringMatching(/no key/) as string, trouble: null });
  const named = await its.sync({ sets: ['citation'] });
  expect(named.sets).toMatchObject([
    { set: 'citation', skipped: null, trouble: expect.stringMatching(/no key/) as string },
  ]);
  await expect(its.sync({ sets: ['citations'] })).rejects.toMatchObject({ code: 'dmap-no-contract' });
}, 60_000);

it('two syncs at once fetch each dataset once', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 60));
  await its.standIn.issue(CITATION, datasets(0, 5));
  const [one, other] = await Promise.all([its.sync(), its.sync()]);
  expect(setOf(one).fetched + setOf(other).fetched).toBe(60);
  expect(setOf(one, CITATION).fetched + setOf(other, CITATION).fetched).toBe(5);
  expect(its.downloads()).toHaveLength(65);
}, 60_000);

it('stopped by a person it leaves nothing half-written, and goes on the next time', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 12));
  const stop = new AbortController();
  const act = () => {
    stop.abort(new Error('stopped'));
  };
  its.standIn.fault({ on: 'link', after: 5, answer: { kind: 'meanwhile', act } });
  await expect(its.sync({ signal: stop.signal })).rejects.toThrow('stopped');
  expect(await readdir(its.world.scratch).catch(() => [])).toEqual([]);
  const files = await its.files();
  expect(files.filter((name) => !name.endsWith('.csv.gz'))).toEqual([]);
  expect(files.length).toBeLessThan(12);
  its.standIn.clearFaults();
  await its.sync();
  expect(await its.files()).toHaveLength(12);
}, 60_000);

it('no key and no signature is in the ledger, in what a sync tells, or in an error', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 5));
  const lines: string[] = [];
  const onProgress = (progress: unknown) => lines.push(JSON.stringify(progress));
  its.standIn.fault({ on: 'link', datasetId: nameOf(1), times: Infinity, answer: status(403) });
  its.standIn.fault({ on: 'link', datasetId: nameOf(2), times: Infinity, answer: { kind: 'html' } });
  its.standIn.fault({ on: 'link', datasetId: nameOf(3), times: Infinity, answer: { kind: 'hang-up' } });
  lines.push(JSON.stringify(await its.sync({ onProgress })));
  for (const table of ['dmap_sets', 'dmap_results', 'objects', 'loads', 'tables', 'leases']) {
    const { rows } = await its.world.pool.query<{ text: string }>(
      `SELECT to_json(t)::text AS text FROM ledger.${table} t`,
    );
    lines.push(...rows.map(({ text }) => text));
  }
  const all = lines.join('\n');
  expect(all).toMatch(/d_0003/);
  expect(all).not.toMatch(/sig=/);
  for (const secret of its.standIn.secrets()) expect(all).not.toContain(secret);
}, 60_000);
