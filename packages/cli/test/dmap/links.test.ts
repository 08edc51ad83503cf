/**
 * Proves, fault by fault, what a sync makes of links that do not give what they should: what passes by itself is waited for, what
 * does not is told with the dataset alone, the others go on, and a table has the old rows of a dataset or its new ones.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { nameOf, status, type Answer } from '@farelake/dmap/testing';
import {
  CITATION,
  DAILY,
  dataset,
  datasets,
  openVendorHome,
  withVendor,
  type VendorHome,
} from './support/vendor-home.ts';

const standIn = withVendor();

const HTML = '<html><body>AuthenticationFailed. Signature did not match: sig=abcdefghijklmnop</body></html>';

/** By name; how often it befalls the link. */
const PASSING: Record<string, readonly [answer: Answer, times: number]> = {
  '403, and a fresh link is good': [status(403, { 'x-ms-error-code': 'AuthenticationFailed' }, HTML), 2],
  '429 with Retry-After': [status(429, { 'retry-after': '1' }), 1],
  'status 500': [status(500), 2],
  '503 with a page of HTML': [status(503, { 'content-type': 'text/html' }, HTML), 1],
  'the connection closed without an answer': [{ kind: 'hang-up' }, 1],
  'cut off': [{ kind: 'cut', afterBytes: 20 }, 1],
  'shorter than announced': [{ kind: 'short', missing: 5 }, 1],
  'an MD5 that does not fit': [{ kind: 'wrong-md5' }, 1],
  'other bytes than its MD5 says': [{ kind: 'other-bytes' }, 1],
};

/** By name; what is told of the dataset. */
const LASTING: Record<string, readonly [answer: Answer, told: RegExp]> = {
  '403 again and again': [status(403, {}, HTML), /^Its link was refused \(403\), and those of 5 listings after it\.$/],
  'status 404': [
    status(404, { 'x-ms-error-code': 'BlobNotFound' }),
    /^There is nothing at http\S+: status 404, BlobNotFound\./,
  ],
  'status 400': [status(400, { 'x-ms-error-code': 'sig=x' }, HTML), /gives no dataset.*an answer of status 400 came/],
  'a redirect': [status(302, { location: 'http://127.0.0.1:9/?sig=x' }), /status 302; redirects are not followed/],
  'a page of HTML with status 200': [{ kind: 'html' }, /a page of HTML, announced as text\/html came/],
  'JSON with status 200': [status(200, {}, '{"sig":"sig=x"}'), /expected, and JSON came/],
  'nothing with status 200': [status(200, { 'content-length': '0' }), /expected, and nothing came/],
};

const issued = '2024-01-01T00:00:00';
const anew = 1000;

/** A table of datasets, each of which is issued anew, with a fault for its new link. */
async function withFaults(answers: readonly (readonly [Answer, number])[]): Promise<VendorHome> {
  const it = await openVendorHome();
  const count = answers.length;
  await standIn.issue(DAILY, datasets(1, count + 2));
  await standIn.issue(CITATION, [dataset(0)]);
  expect(await it.sync()).toMatchObject({ code: 0, daily: { fetched: count + 1 } });
  for (let n = 1; n <= count + 1; n += 1)
    await standIn.issue(DAILY, [dataset(n, { sum: anew + n, lastUpdated: issued })]);
  await standIn.issue(DAILY, [dataset(100, { lastUpdated: issued })]);
  await standIn.issue(CITATION, [dataset(0, { lastUpdated: issued })]);
  for (const [index, [answer, times]] of answers.entries())
    standIn.fault({ on: 'link', set: DAILY.set, datasetId: nameOf(index + 1), answer, times });
  return it;
}

const rowsWith = (count: number, sumOf: (n: number) => number): Record<string, number> => ({
  ...Object.fromEntries(Array.from({ length: count }, (_, index) => [nameOf(index + 1), sumOf(index + 1)])),
  [nameOf(count + 1)]: anew + count + 1,
  [nameOf(100)]: 100,
});

test(`what passes by itself: ${Object.keys(PASSING).join('; ')}`, async () => {
  const it = await withFaults(Object.values(PASSING));
  standIn.requests.length = 0;
  const synced = await it.run('dmap', 'sync');
  expect(synced).toMatchObject({ code: 0, err: '' });
  for (const [index, [name, [{ kind }, times]]] of Object.entries(PASSING).entries()) {
    const met = standIn.requests.filter((one) => one.datasetId === nameOf(index + 1) && one.fault === kind);
    expect({ name, met: met.length }).toEqual({ name, met: times });
  }
  const count = Object.keys(PASSING).length;
  expect(await it.shown()).toEqual(rowsWith(count, (n) => anew + n));
  expect(await it.status()).toMatchObject({
    daily: { state: 'live', dmap: { trouble: null, failed: [] } },
    citation: { state: 'live' },
  });
});

test(`what does not pass: ${Object.keys(LASTING).join('; ')}`, async () => {
  const faults = Object.entries(LASTING);
  const it = await withFaults(faults.map(([, [answer]]) => [answer, Infinity]));
  const synced = await it.run('dmap', 'sync');
  expect(synced).toMatchObject({ code: 1, err: '' });
  expect(synced.out).toMatch(/agg_daily +failing/);
  expect(synced.out).toMatch(/citation +live/);
  expect(synced.out.match(/^not fetched: agg_daily: d_\d+ \(\S+\): /gm)).toHaveLength(faults.length);
  // Each keeps its old rows, whole; what is good is new.
  expect(await it.shown()).toEqual(rowsWith(faults.length, (n) => n));
  expect(await it.rows('SELECT _last_updated::VARCHAR AS t FROM dmap_citation GROUP BY 1')).toEqual([
    { t: '2024-01-01 00:00:00' },
  ]);
  const { daily, citation } = await it.status();
  expect(citation).toMatchObject({ state: 'live' });
  expect(daily).toMatchObject({ state: 'failing', dmap: { trouble: null, results: { failed: faults.length } } });
  expect(daily.reason).toMatch(new RegExp(`^d_\\d+ was not fetched: .* \\(and ${faults.length - 1} more\\)$`));
  for (const [index, [name, [, told]]] of faults.entries()) {
    const reason = daily.dmap?.failed.find(({ datasetId }) => datasetId === nameOf(index + 1))?.reason;
    expect({ name, reason }).toEqual({ name, reason: expect.stringMatching(told) as string });
  }
  standIn.clearFaults();
  expect(await it.sync()).toMatchObject({ code: 0, daily: { fetched: faults.length, failed: [] } });
  expect(await it.shown()).toEqual(rowsWith(faults.length, (n) => anew + n));
  expect((await it.status()).daily).toMatchObject({ state: 'live', dmap: { failed: [] } });
});

test('links that really end before they are used: others are asked for, and all arrives', async () => {
  const it = await openVendorHome();
  await standIn.issue(DAILY, datasets(0, 12));
  standIn.manners.linkSeconds = 1;
  // All four connections are kept busy for longer than the links of that listing live; those of the next one live as ever.
  const act = async () => {
    standIn.manners.linkSeconds = undefined;
    await sleep(1500);
  };
  standIn.fault({ on: 'link', times: 4, answer: { kind: 'meanwhile', act } });
  standIn.requests.length = 0;
  expect(await it.sync()).toMatchObject({ code: 0, err: '', daily: { fetched: 12, failed: [], trouble: null } });
  expect(standIn.requests.filter(({ on }) => on === 'link').length).toBeGreaterThan(12);
  expect(standIn.requests.filter(({ on, set }) => on === 'api' && set === DAILY.set).length).toBeGreaterThan(2);
  expect(Object.keys(await it.shown())).toHaveLength(12);
});

test('a file that arrives and cannot be read: told, the old rows stay; fetched again by the next sync', async () => {
  const it = await openVendorHome();
  await standIn.issue(DAILY, datasets(0, 3));
  expect(await it.sync()).toMatchObject({ code: 0 });
  const cut = dataset(1).bytes.subarray(0, -6);
  await standIn.issue(DAILY, [dataset(1, { lastUpdated: issued, bytes: cut }), dataset(3, { lastUpdated: issued })]);
  const synced = await it.run('dmap', 'sync');
  expect(synced.code).toBe(1);
  expect(synced.out).toMatch(/agg_daily +failing[^]*cut off before its end/);
  expect(await it.shown()).toEqual({ d_0000: 0, d_0001: 1, d_0002: 2, d_0003: 3 });
  expect((await it.status()).daily).toMatchObject({ state: 'failing', loads: { failed: 1 } });
  expect((await it.run('dmap', 'sync', '--dry-run')).out).toMatch(
    /agg_daily: 0 datasets would be fetched, 1 asked for again\n +d_0001 .* lane new, again\n/,
  );
  await standIn.replaceBlob(DAILY, nameOf(1), dataset(1, { sum: anew }).bytes);
  expect(await it.sync()).toMatchObject({ code: 0, daily: { loaded: 1 } });
  expect(await it.shown()).toEqual({ d_0000: 0, d_0001: anew, d_0002: 2, d_0003: 3 });
});
