/** Proves that a long listing arrives whole, that nothing is fetched twice, and that an issue replaces its own rows alone. */
import { nameOf } from '@farelake/dmap/testing';
import { DAILY, dataset, datasets, openVendorHome, withVendor } from './support/vendor-home.ts';

const standIn = withVendor();

const MANY = 1300;
/** Links that were asked for since the last time. */
const downloads = (): string[] =>
  standIn.requests.splice(0).flatMap(({ on, datasetId }) => (on === 'link' ? [datasetId ?? '?'] : []));

const ROWS = `SELECT dataset_id, _load_id::INTEGER AS load, count(*)::INTEGER AS rows, sum(n)::INTEGER AS n,
  _last_updated::VARCHAR AS issued FROM dmap_agg_daily GROUP BY ALL ORDER BY dataset_id`;
interface Row {
  readonly dataset_id: string;
  readonly load: number;
}

test('1,300 datasets of one listing; a second sync; one of them issued anew', async () => {
  const it = await openVendorHome();
  await standIn.issue(DAILY, datasets(0, MANY));
  expect(await it.sync()).toMatchObject({
    ...{ code: 0, err: '' },
    daily: { listed: MANY, fresh: MANY, fetched: MANY, failed: [], trouble: null, loaded: MANY, rowsLoaded: 2 * MANY },
    citation: { listed: 0, fetched: 0 },
  });
  expect(new Set(downloads()).size).toBe(MANY);
  const first = (await it.rows(ROWS)) as Row[];
  const whole = Array.from({ length: MANY }, (_, n) => ({ dataset_id: nameOf(n), rows: 2, n }));
  expect(first).toMatchObject(whole);
  expect(new Set(first.map(({ load }) => load)).size).toBe(MANY);
  const listed = await it.run('dmap', 'list', '--set', 'agg_daily');
  expect(listed.out).toContain(`agg_daily: 1,300 listed`);
  expect(listed.out.match(/in the table/g)).toHaveLength(MANY);

  expect(await it.sync()).toMatchObject({ code: 0, daily: { fresh: 0, fetched: 0, loaded: 0 } });
  expect(await it.sync('--full')).toMatchObject({ code: 0, daily: { listed: MANY, fresh: 0, fetched: 0, loaded: 0 } });
  expect(downloads()).toEqual([]);
  expect(await it.rows(ROWS)).toEqual(first);

  await standIn.issue(DAILY, [dataset(700, { sum: 9999, lastUpdated: '2024-01-01T00:00:00' })]);
  expect(await it.sync()).toMatchObject({ code: 0, daily: { fresh: 1, fetched: 1, loaded: 1, rowsLoaded: 2 } });
  expect(downloads()).toEqual([nameOf(700)]);
  const [was, is] = [first, (await it.rows(ROWS)) as Row[]];
  expect(is[700]).toMatchObject({ dataset_id: nameOf(700), rows: 2, n: 9999, issued: '2024-01-01 00:00:00' });
  expect(is[700]!.load).toBeGreaterThan(Math.max(...was.map(({ load }) => load)));
  expect(is.toSpliced(700, 1)).toEqual(was.toSpliced(700, 1));
  expect((await it.status()).daily).toMatchObject({ state: 'live', rows: 2 * MANY });
  expect(await it.run('audit', '--content')).toMatchObject({ code: 0 });
}, 240_000);
