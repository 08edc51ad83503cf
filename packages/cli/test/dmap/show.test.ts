/** Proves that dmap show tells of every set by the same members, and that what is given up is said once and counted for good. */
import type { KnownResult } from '@farelake/db';
import { csvGz } from '@farelake/dmap/testing';
import { DAILY, dataset, datasets, openVendorHome, withVendor, type VendorHome } from './support/vendor-home.ts';

const standIn = withVendor();

const shown = async (it: VendorHome, set: string) =>
  JSON.parse((await it.run('dmap', 'show', set, '--json')).out) as Record<string, unknown>;

test('a set that was never listed has the members of one that was, without a value', async () => {
  const it = await openVendorHome();
  await standIn.issue(DAILY, datasets(0, 1));
  expect(await it.run('dmap', 'sync', '--set', 'agg_daily')).toMatchObject({ code: 0 });
  const [listed, never] = [await shown(it, 'agg_daily'), await shown(it, 'citation')];
  expect(never).toEqual({
    ...{
      set: 'citation',
      api: 'transactional',
      table: 'dmap_citation',
      state: 'empty',
      reason: 'nothing delivered yet',
    },
    ...{
      rows: 0,
      version: 0,
      givenUp: { files: 0, rows: 0 },
      watermark: null,
      listedAt: null,
      fullAt: null,
      trouble: null,
    },
    ...{ results: null, waiting: null, failed: null, datasets: [] },
  });
  expect(Object.keys(never)).toEqual(Object.keys(listed));
  expect(listed).toMatchObject({ results: { fetched: 1 }, waiting: {}, failed: [], rows: 2 });
});

test('what was given up is said by the next sync, counted by status and show, and a newer issue is taken in', async () => {
  const it = await openVendorHome();
  const broken = dataset(1, { bytes: csvGz(['service', 'n'], [['Bus', 'many']]) });
  await standIn.issue(DAILY, [dataset(0), broken]);
  expect(await it.run('dmap', 'sync')).toMatchObject({ code: 1 });
  const { datasets } = await shown(it, 'agg_daily');
  const load = (datasets as KnownResult[]).find(({ loadState }) => loadState === 'failed')?.loadId;
  expect(await it.run('give-up', '--load', String(load), '--why', 'the vendor lost it')).toMatchObject({ code: 0 });

  const first = await it.run('dmap', 'sync');
  expect(first).toMatchObject({ code: 0, err: 'given up: dmap_agg_daily: 1 file\n' });
  for (let later = 0; later < 2; later += 1) expect(await it.run('dmap', 'sync')).toMatchObject({ code: 0, err: '' });
  expect(standIn.requests.filter(({ on }) => on === 'link').length).toBe(2);
  expect((await it.status()).daily).toMatchObject({ state: 'live', givenUp: { files: 1, rows: 0 } });
  expect((await it.run('status')).out).toMatch(/given up: dmap_agg_daily: 1 file$/m);
  expect((await it.run('dmap', 'show', 'agg_daily')).out).toMatch(
    /given up +1 dataset\n[^]*given up by .*the vendor lost it/,
  );
  expect(await shown(it, 'agg_daily')).toMatchObject({ givenUp: { files: 1, rows: 0 } });

  await standIn.issue(DAILY, [dataset(1, { lastUpdated: '2024-01-01T00:00:00' })]);
  expect(await it.sync()).toMatchObject({ code: 0, daily: { loaded: 1 } });
  expect(Object.keys(await it.shown())).toHaveLength(2);
});
