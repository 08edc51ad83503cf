/** Proves that dmap show tells of every set by the same members. */
import { DAILY, datasets, openVendorHome, withVendor, type VendorHome } from './support/vendor-home.ts';

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
    ...{ rows: 0, version: 0, watermark: null, listedAt: null, fullAt: null, trouble: null },
    ...{ results: null, waiting: null, failed: null, datasets: [] },
  });
  expect(Object.keys(never)).toEqual(Object.keys(listed));
  expect(listed).toMatchObject({ results: { fetched: 1 }, waiting: {}, failed: [], rows: 2 });
});
