/** Listings over HTTP, against the stand-in: whole, at every fault, and with errors that say what happened. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ApiKey, openVendor, type DmapSet, type ListedResult, type Pause, type Vendor } from '../src/index.ts';
import type { VendorOptions } from '../src/open-vendor.ts';
import { csvGz, status, type Answer } from '../testing/index.ts';
import { timeoutsFor, withStandIn } from './support/stand-in.ts';

const BYTES = csvGz(['date', 'count'], [['2022-05-17', 4]]);
const PATIENCE = { retries: 3, first: 1, longest: 2 };

const standIn = withStandIn({ basePath: '/some/path', listingsOnly: true });
let vendor: Vendor;
let pauses: Pause[];
let set: DmapSet;
let sets = 0;

const open = (options: Partial<VendorOptions> = {}): Vendor =>
  openVendor({
    baseUrl: standIn.baseUrl,
    keys: {
      aggregations: new ApiKey(standIn.keys.aggregations),
      transactional: () => Promise.resolve(new ApiKey(standIn.keys.transactional)),
    },
    pace: 1000,
    patience: PATIENCE,
    onPause: (pause) => pauses.push(pause),
    ...options,
  });

beforeEach(() => {
  standIn.forget();
  pauses = [];
  set = { api: 'aggregations', set: `agg_${String(++sets)}` };
  vendor = open();
});
afterEach(() => vendor.close());

async function reopen(options: Partial<VendorOptions>): Promise<void> {
  await vendor.close();
  vendor = open(options);
}

const days = (count: number, from = 0) =>
  Array.from({ length: count }, (_, place) => ({
    datasetId: `d_${String(from + place)}`,
    startDate: '2022-05-17',
    lastUpdated: `2022-05-${String(10 + Math.floor((from + place) / 100))}T00:00:00.${String(from + place).padStart(6, '0')}`,
    bytes: BYTES,
  }));

async function list(asked = set, since?: string, signal = new AbortController().signal) {
  const results = new Map<string, ListedResult>();
  const unreadable: string[] = [];
  let error: unknown;
  try {
    for await (const page of vendor.list(asked, { since, signal })) {
      for (const result of page.results) results.set(`${result.datasetId} ${result.lastUpdated}`, result);
      unreadable.push(...page.unreadable);
    }
  } catch (thrown) {
    error = thrown;
  }
  return { results: [...results.values()], unreadable, error };
}

test('1,300 results arrive whole, in pages of 100', async () => {
  await standIn.issue(set, days(1300));
  const { results, error } = await list();
  expect(error).toBeUndefined();
  expect(new Set(results.map(({ datasetId }) => datasetId)).size).toBe(1300);
  expect(results[0]).toMatchObject({
    ...{ datasetId: 'd_0', startDate: '2022-05-17', endDate: '2022-05-17' },
    lastUpdated: '2022-05-10T00:00:00.000000000',
  });
  expect(standIn.requests.map(({ query }) => query.limit)).toEqual(Array(15).fill('100'));
  expect((await list(set, '2022-05-22')).results).toHaveLength(100);
  expect(standIn.requests.at(-1)?.query.last_updated).toBe('2022-05-22');
});

test('the two APIs have each its own path and key; a set without datasets is an empty listing', async () => {
  const controlled: DmapSet = { api: 'transactional', set: 'citation' };
  standIn.declare(controlled);
  expect(await list(controlled)).toEqual({ results: [], unreadable: [], error: undefined });
  await reopen({ baseUrl: `${standIn.baseUrl}/` });
  expect((await list(controlled)).error).toBeUndefined();
});

test.each([
  ['limit ignored', { ignoreLimit: true, pageSize: 1000 }],
  ['pages shorter than asked for', { pageSize: 7 }],
  ['the same results on two pages', { repeatOverPages: 3 }],
])('%s: all arrive', async (_, manners) => {
  await standIn.issue(set, days(120));
  Object.assign(standIn.manners, manners);
  const { results, error } = await list();
  expect(error).toBeUndefined();
  expect(results).toHaveLength(120);
});

test('a server that ignores the offset is told', async () => {
  await standIn.issue(set, days(120));
  standIn.manners.ignoreOffset = true;
  const { results, error } = await list();
  expect(results).toHaveLength(100);
  expect(error).toMatchObject({
    code: 'dmap-bad-answer',
    problem: expect.stringContaining('do not move on') as unknown,
  });
});

test('results that come, go and are issued again while pages are read: what was there all the time arrives', async () => {
  await standIn.issue(set, days(350));
  const again = { ...days(1)[0]!, lastUpdated: '2022-06-01T00:00:00.000000' };
  const act = async () => {
    standIn.remove(set, 'd_5');
    await standIn.issue(set, [again, ...days(2, 350)]);
  };
  standIn.fault({ on: 'api', after: 1, answer: { kind: 'meanwhile', act } });
  const { results, error } = await list();
  expect(error).toBeUndefined();
  const ids = new Set(results.map(({ datasetId }) => datasetId));
  for (const { datasetId } of days(352)) expect(ids).toContain(datasetId);
  // Read from its beginning again, for what was taken away had moved the rest up.
  expect(standIn.requests.map(({ query }) => query.offset).slice(0, 3)).toEqual(['0', '99', '0']);
});

test('a listing that never holds still is given to its end, and is an error then', async () => {
  await standIn.issue(set, days(250));
  let gone = 0;
  const act = () => {
    standIn.remove(set, `d_${String(gone++)}`);
  };
  standIn.fault({ on: 'api', after: 1, times: 8, answer: { kind: 'meanwhile', act } });
  const { results, error } = await list();
  expect(error).toMatchObject({ code: 'dmap-unsteady' });
  expect(results.map(({ datasetId }) => datasetId)).toContain('d_249');
});

const PASSING: [string, Answer, RegExp][] = [
  ['500', status(500), /status 500/],
  ['503', status(503), /status 503/],
  ['429', status(429, { 'retry-after': '0' }), /status 429/],
  ['408', status(408), /status 408/],
  ['a connection that is closed', { kind: 'hang-up' }, /connection broke/],
  ['no answer', { kind: 'silent' }, /no answer came in time/],
  ['a body that stands still', { kind: 'stall', afterBytes: 10 }, /stood still/],
  ['a body that is cut', { kind: 'cut', afterBytes: 10 }, /connection broke/],
  ['a body shorter than announced', { kind: 'short', missing: 5 }, /connection broke/],
];

test.each(PASSING)('%s passes: it is tried again', async (_, answer, reason) => {
  await reopen({ timeouts: timeoutsFor(answer) });
  await standIn.issue(set, days(3));
  standIn.fault({ on: 'api', times: 2, answer });
  const { results, error } = await list();
  expect(error).toBeUndefined();
  expect(results).toHaveLength(3);
  expect(pauses.map((pause) => pause.reason)).toEqual([expect.stringMatching(reason), expect.stringMatching(reason)]);
});

test.each(PASSING)('%s for good is told, after as many tries as there is patience for', async (_, answer, reason) => {
  await reopen({ timeouts: timeoutsFor(answer) });
  standIn.declare(set);
  standIn.fault({ on: 'api', times: Infinity, answer });
  const { error } = await list();
  expect(error).toMatchObject({ code: 'dmap-unreachable', message: expect.stringMatching(reason) as unknown });
  expect(standIn.requests).toHaveLength(1 + PATIENCE.retries);
});

test('an answer without an end is not read to it', async () => {
  standIn.declare(set);
  standIn.fault({ on: 'api', answer: status(200, {}, ' '.repeat(65 * 1024 ** 2)) });
  expect((await list()).error).toMatchObject({
    code: 'dmap-bad-answer',
    message: expect.stringMatching(/64 MB/) as unknown,
  });
});

test('nobody listens at the address', async () => {
  await reopen({ baseUrl: 'http://127.0.0.1:9' });
  expect((await list()).error).toMatchObject({
    code: 'dmap-unreachable',
    problem: expect.stringContaining('nobody listens there (tried 4 times)') as unknown,
    cause: { code: 'ECONNREFUSED' },
  });
});

test.each([
  [
    'a key that is not accepted',
    status(401, {}, '{"fault":{"faultstring":"Invalid ApiKey"}}'),
    'dmap-refused',
    /401 \(Invalid ApiKey\)/,
  ],
  ['a set that is not open to the key', status(403, {}, '<html>no</html>'), 'dmap-refused', /status 403\./],
  ['another mistake', status(400, {}, 'bad offset ?a=1&sig=SECRET'), 'dmap-refused', /status 400 \(bad offset \?…\)/],
  ['a set that is not there', status(404), 'dmap-no-such-set', /"agg_\d+"/],
  [
    'a redirect',
    status(302, { location: 'http://127.0.0.1:9/?sig=SECRET' }),
    'dmap-bad-answer',
    /status 302.*not followed/,
  ],
  ['a page of HTML with status 200', { kind: 'html' }, 'dmap-bad-answer', /page of HTML/],
  [
    'a failure with status 200',
    status(200, {}, '{"success":false,"message":"down"}'),
    'dmap-bad-answer',
    /failed: down/,
  ],
  ['no content', status(204), 'dmap-bad-answer', /status 204/],
] as [string, Answer, string, RegExp][])('%s is not tried again', async (_, answer, code, problem) => {
  standIn.declare(set);
  standIn.fault({ on: 'api', times: Infinity, answer });
  const { error } = await list();
  expect(error).toMatchObject({ code, problem: expect.stringMatching(problem) as unknown });
  expect(standIn.requests).toHaveLength(1);
});

test('Retry-After is kept to; a longer one than five minutes is an error that says until when', async () => {
  standIn.declare(set);
  standIn.fault({ on: 'api', answer: status(429, { 'retry-after': '1' }) });
  expect((await list()).error).toBeUndefined();
  expect(pauses.map(({ milliseconds }) => milliseconds)).toEqual([1000]);
  const [first, second] = standIn.requests;
  expect(second!.at - first!.at).toBeGreaterThanOrEqual(990);
  standIn.fault({ on: 'api', answer: status(503, { 'retry-after': '3600' }) });
  const { error } = await list();
  expect(error).toMatchObject({
    code: 'dmap-asked-to-wait',
    data: { until: expect.stringMatching(/^\d{4}-/) as unknown },
  });
});

test('a wait that is too long to be kept to, or that the other API asks for, leaves other sets alone', async () => {
  const other: DmapSet = { ...set, set: `${set.set}_b` };
  const controlled: DmapSet = { api: 'transactional', set: 'citation' };
  for (const one of [set, other, controlled]) standIn.declare(one);
  standIn.fault({ on: 'api', answer: status(429, { 'retry-after': '86400' }) });
  expect((await list(set)).error).toMatchObject({ code: 'dmap-asked-to-wait' });
  expect((await list(other)).error).toBeUndefined();
  standIn.fault({ on: 'api', answer: status(429, { 'retry-after': '200' }) });
  const off = new AbortController();
  const held = list(set, undefined, off.signal);
  while (pauses.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect((await list(controlled)).error).toBeUndefined();
  off.abort(new Error('enough'));
  await held;
});

test.each([0, 1])('closed after %d listings, it asks nothing more: that would be a bug', async (listings) => {
  await standIn.issue(set, days(1));
  for (let done = 0; done < listings; done += 1) await list();
  await vendor.close();
  const { length } = standIn.requests;
  expect((await list()).error).toMatchObject({ message: 'asked for something after it was closed' });
  expect(standIn.requests).toHaveLength(length);
});

test('all listings of an API share its pace', async () => {
  const other = { ...set, set: `${set.set}_b` };
  await standIn.issue(set, days(2));
  await standIn.issue(other, days(2));
  await reopen({ pace: 4 });
  await Promise.all([list(set), list(other)]);
  const times = standIn.requests.map(({ at }) => at).sort((a, b) => a - b);
  expect(times).toHaveLength(4);
  // Three distances of 250 ms, where each by itself would keep one; requests take unlike times to arrive.
  expect(times[3]! - times[0]!).toBeGreaterThanOrEqual(500);
});

test('bad entries are told and left out; where none is good, this is not the API', async () => {
  await standIn.issue(set, days(2));
  standIn.manners.extraEntries = [{ dataset_id: 'odd', url: 'https://x/y?sig=SECRET' }];
  const { results, unreadable, error } = await list();
  expect(error).toBeUndefined();
  expect(results).toHaveLength(2);
  expect(unreadable).toEqual([expect.stringContaining('$.results[0].start_date: is required')]);
  standIn.manners.extraEntries = [{ name: 'a' }, { name: 'b' }];
  const empty = { ...set, set: `${set.set}_b` };
  standIn.declare(empty);
  expect((await list(empty)).error).toMatchObject({
    code: 'dmap-bad-answer',
    problem: expect.stringContaining('none of its 2 entries') as unknown,
  });
});

test('a key that is missing is asked for by the name of its variable, when its API is first used', async () => {
  await vendor.close();
  let tries = 0;
  const away = () => {
    if (++tries === 1) throw new Error('the secret store is away');
    return new ApiKey(standIn.keys.aggregations);
  };
  vendor = open({ keys: { aggregations: away } });
  standIn.declare(set);
  expect((await list()).error).toMatchObject({ message: 'the secret store is away' });
  expect((await list()).error).toBeUndefined();
  expect((await list()).error).toBeUndefined();
  expect(tries).toBe(2);
  expect((await list({ api: 'transactional', set: 'citation' })).error).toMatchObject({
    code: 'dmap-no-key',
    remedy: expect.stringContaining('DMAP_CONTROLLED_KEY') as unknown,
  });
});

test('addresses that would send a key over the open network, or that hold one, are refused and not shown', () => {
  for (const baseUrl of [
    'http://dmap.example',
    'https://u:SECRET@dmap.example',
    'https://x/?key=SECRET',
    'ftp://x',
    'x',
    '',
  ]) {
    let message = '';
    try {
      open({ baseUrl });
    } catch (error) {
      expect(error).toMatchObject({ code: 'dmap-bad-base-url' });
      message = String(error);
    }
    expect(message).toMatch(/^UserError/);
    expect(message).not.toContain('SECRET');
  }
});

test('no name of a set leads elsewhere', async () => {
  for (const name of ['../transactional/citation', '..', 'a/b', 'a?b', ''])
    expect((await list({ api: 'aggregations', set: name })).error).toMatchObject({ code: 'dmap-no-such-set' });
  expect(standIn.requests).toEqual([]);
});

test('a listing that is called off ends with the reason it was given', async () => {
  standIn.declare(set);
  standIn.fault({ on: 'api', answer: { kind: 'silent' } });
  const controller = new AbortController();
  const reason = new Error('enough');
  const listing = list(set, undefined, controller.signal);
  while (standIn.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort(reason);
  expect((await listing).error).toBe(reason);
  standIn.fault({ on: 'api', times: Infinity, answer: status(503, { 'retry-after': '200' }) });
  const other = new AbortController();
  const waiting = list(set, undefined, other.signal);
  while (pauses.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  other.abort(reason);
  expect((await waiting).error).toBe(reason);
});
