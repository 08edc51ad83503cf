/** Proves, fault by fault, what a sync makes of an API that does not answer as it should. */
import { nameOf, status, type Answer, type Manners } from '@farelake/dmap/testing';
import { CITATION, DAILY, dataset, datasets, openVendorHome, syncOf, withVendor } from './support/vendor-home.ts';

const standIn = withVendor();

const fault = (words: string): string => JSON.stringify({ fault: { faultstring: words, detail: {} } });

/** By name; what is told of the set. */
const LASTING: Record<string, readonly [answer: Answer, told: RegExp]> = {
  'a page of HTML with status 200': [{ kind: 'html' }, /The answer of http\S+ cannot be used: /],
  'the key refused, 401': [status(401, {}, fault('Invalid ApiKey')), /refuses: status 401 \(Invalid ApiKey\)\./],
  'the key refused, 403': [status(403, {}, '<html>sig=abc</html>'), /refuses: status 403\./],
  'a set that is not known, 404': [status(404), /The DMAP API has no set "agg_daily"/],
  '429 with a Retry-After of an hour': [status(429, { 'retry-after': '3600' }), /asks not to be asked again before/],
  'a redirect': [status(302, { location: 'http://127.0.0.1:9/?sig=x' }), /redirects are not followed/],
  'JSON of something else': [status(200, {}, '{"success":false,"sig":"abc"}'), /cannot be used/],
};

test(`what does not pass: ${Object.keys(LASTING).join('; ')}`, async () => {
  const it = await openVendorHome();
  let n = 1;
  await standIn.issue(DAILY, datasets(0, n));
  await standIn.issue(CITATION, datasets(0, n));
  expect(await it.sync()).toMatchObject({ code: 0 });
  for (const [name, [answer, told]] of Object.entries(LASTING)) {
    await standIn.issue(DAILY, [dataset(n)]);
    await standIn.issue(CITATION, [dataset(n)]);
    standIn.fault({ on: 'api', set: DAILY.set, answer, times: Infinity });
    const synced = await it.run('dmap', 'sync');
    const trouble = /^trouble: agg_daily: (.*)$/m.exec(synced.out)?.[1];
    expect({ name, code: synced.code, err: synced.err, trouble }).toEqual({
      ...{ name, code: 1, err: '', trouble: expect.stringMatching(told) as string },
    });
    const { daily, citation } = await it.status();
    // The other set has its new rows, this one all of its old ones.
    expect({ name, daily, citation }).toMatchObject({
      name,
      daily: { state: 'failing', reason: `its vendor: ${trouble ?? ''}`, rows: 2 * n, dmap: { trouble, failed: [] } },
      citation: { state: 'live', rows: 2 * (n + 1), dmap: { trouble: null } },
    });
    standIn.clearFaults();
    expect({ name, ...(await it.sync()) }).toMatchObject({ name, code: 0, daily: { fetched: 1, trouble: null } });
    n += 1;
  }
  expect(Object.values(await it.shown())).toEqual(Array.from({ length: n }, (_, place) => place));
  expect((await it.status()).daily).toMatchObject({ state: 'live', rows: 2 * n, dmap: { trouble: null } });
}, 240_000);

test('what passes by itself: status 500, 429 with Retry-After, a connection closed or cut', async () => {
  const it = await openVendorHome();
  await standIn.issue(DAILY, datasets(0, 25));
  Object.assign(standIn.manners, { pageSize: 20 });
  const answers: Answer[] = [
    status(500),
    status(429, { 'retry-after': '1' }),
    { kind: 'hang-up' },
    { kind: 'cut', afterBytes: 1000 },
  ];
  for (const answer of answers) standIn.fault({ on: 'api', set: DAILY.set, after: 1, answer });
  expect(await it.sync()).toMatchObject({ code: 0, err: '', daily: { listed: 25, fetched: 25, trouble: null } });
  expect(standIn.requests.flatMap((one) => one.fault ?? [])).toEqual(['status', 'status', 'hang-up', 'cut']);
  expect((await it.status()).daily).toMatchObject({ state: 'live', rows: 50 });
});

test('a real key that is another one: told, without it; with the right one all arrives', async () => {
  const it = await openVendorHome();
  await standIn.issue(DAILY, datasets(0, 2));
  const wrong = 'a-key-that-nobody-may-see';
  const { ended } = it.start({ DMAP_PUBLIC_KEY: wrong }, 'dmap', 'sync', '--json');
  const refused = await ended;
  expect(refused.code).toBe(1);
  expect(syncOf(refused).daily.trouble).toMatch(/refuses: status 401 \(Invalid ApiKey\)/);
  const told = `${refused.out}${refused.err}${JSON.stringify(await it.status())}`;
  expect(told.includes(wrong)).toBe(false);
  expect(await it.sync()).toMatchObject({ code: 0, daily: { fetched: 2, trouble: null } });
});

const MANNERS: Record<string, Manners> = {
  'ids that come again on the next page': { repeatOverPages: 7, pageSize: 20 },
  'pages are shorter than the limit': { pageSize: 37 },
  'the day asked for is ignored': { ignoreSince: true },
  'the limit is ignored, pages are longer': { ignoreLimit: true, pageSize: 150 },
};

test(`whatever the pages are like, each dataset is listed once: ${Object.keys(MANNERS).join('; ')}`, async () => {
  const it = await openVendorHome();
  let count = 0;
  for (const [name, manners] of Object.entries(MANNERS)) {
    const before = count;
    count += 60;
    await standIn.issue(DAILY, datasets(before, count));
    Object.assign(standIn.manners, { ...NO_MANNERS, ...manners });
    const { code, daily } = await it.sync('--dry-run', '--full');
    expect({ name, code, ...daily, planned: daily.planned?.length }).toMatchObject({
      ...{ name, code: 0, listed: count, fresh: count, trouble: null, planned: count },
    });
    expect(new Set(daily.planned?.map(({ datasetId }) => datasetId)).size).toBe(count);
  }
  Object.assign(standIn.manners, { ...NO_MANNERS, ignoreOffset: true });
  const stuck = await it.run('dmap', 'sync', '--dry-run');
  expect(stuck.code).toBe(1);
  expect(stuck.out).toMatch(/trouble: agg_daily: .*its pages do not move on/);
}, 240_000);
const NO_MANNERS: Manners = { repeatOverPages: 0, ignoreLimit: false, pageSize: 100, ignoreSince: false };

test('results that change while they are paged: nothing that stays listed is missed', async () => {
  const it = await openVendorHome();
  await standIn.issue(DAILY, datasets(0, 45));
  Object.assign(standIn.manners, { pageSize: 20 });
  const gone = [3, 10, 30];
  const act = async () => {
    for (const n of gone) standIn.remove(DAILY, nameOf(n));
    await standIn.issue(DAILY, [dataset(12, { sum: 1000, lastUpdated: '2024-01-01T00:00:00' }), dataset(400)]);
  };
  standIn.fault({ on: 'api', set: DAILY.set, after: 1, answer: { kind: 'meanwhile', act } });
  expect(await it.sync()).toMatchObject({ code: 0, err: '', daily: { failed: [], trouble: null } });
  const shown = await it.shown();
  // Those that were listed before they went may be there or not; the others have to be.
  for (const n of gone) expect([n, undefined]).toContain(shown[nameOf(n)]);
  const stay = [...Array.from({ length: 45 }, (_, n) => n).filter((n) => !gone.includes(n)), 400];
  expect(shown).toMatchObject(Object.fromEntries(stay.map((n) => [nameOf(n), n === 12 ? 1000 : n])));
});
