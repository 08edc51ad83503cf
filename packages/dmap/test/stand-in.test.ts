/** The stand-in is what it says: it speaks the API, its links really end, its faults are the ones asked for. */
import { beforeEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { csvGz, status } from '../testing/index.ts';
import type { DmapSet } from '../src/index.ts';
import { withStandIn } from './support/stand-in.ts';

const SET: DmapSet = { api: 'aggregations', set: 'agg_daily_fareprod' };
const BYTES = csvGz(['date', 'count'], [['2022-05-17', 4]]);

interface Listed {
  readonly success: boolean;
  readonly results: readonly { readonly id: string; readonly dataset_id: string; readonly url: string }[];
}

const standIn = withStandIn({ basePath: '/api' });
beforeEach(() => {
  standIn.forget();
});

const days = (count: number, from = 0) =>
  Array.from({ length: count }, (_, place) => ({
    datasetId: `d_${String(from + place)}`,
    startDate: '2022-05-17',
    lastUpdated: `2022-05-${String(10 + ((from + place) % 20))}T00:00:00.${String(from + place).padStart(6, '0')}`,
    bytes: BYTES,
  }));

const ask = (set: DmapSet, query = '', key = standIn.keys[set.api]) => {
  const family =
    set.api === 'aggregations' ? 'datasetpublicusersapi/aggregations' : 'datasetcontrolleduserapi/transactional';
  return fetch(`${standIn.baseUrl}/${family}/${set.set}${query}`, { headers: { apikey: key } });
};
const list = async (set: DmapSet, query = ''): Promise<Listed> => (await (await ask(set, query)).json()) as Listed;

test('it lists pages of 100 at most, by the time of issue, to whoever has the key', async () => {
  const set = { ...SET, set: 'pages' };
  await standIn.issue(set, days(130));
  const first = await list(set, '?limit=500');
  expect(first.results).toHaveLength(100);
  expect(first.results[0]?.id).toBe('pages');
  const second = await list(set, '?limit=100&offset=100');
  expect(second.results).toHaveLength(30);
  expect(new Set([...first.results, ...second.results].map((entry) => entry.dataset_id)).size).toBe(130);
  expect((await list(set, '?last_updated=2022-05-29')).results).toHaveLength(6);
  expect((await ask(set, '', 'another')).status).toBe(401);
  expect((await ask({ api: 'transactional', set: 'pages' })).status).toBe(404);
  expect(standIn.requests[0]).toMatchObject({ on: 'api', set: 'pages', query: { limit: '500' } });
});

test('a link gives the bytes, and the blob service refuses it when its time is over', async () => {
  const set = { ...SET, set: 'links' };
  await standIn.issue(set, days(1));
  const { url, answer } = await usedInTime(set);
  expect(url).toContain('sig=');
  expect(answer.headers.get('content-md5')).not.toBeNull();
  expect(gunzipSync(await answer.arrayBuffer()).toString()).toBe('date,count\n2022-05-17,4\n');
  // The link is not the proxy's: nothing was put between.
  expect(standIn.requests.filter(({ on }) => on === 'link')).toEqual([]);
  expect(standIn.secrets()).toContain(new URL(url).searchParams.get('sig'));
  let status = 200;
  while (status === 200) {
    await sleep(100);
    ({ status } = await fetch(url));
  }
  expect(status).toBe(403);
});

/** What a link of a short life gave; of a longer one where the machine was too slow for that. */
async function usedInTime(set: DmapSet): Promise<{ url: string; answer: Response }> {
  for (const seconds of [2, 8, 32]) {
    standIn.manners.linkSeconds = seconds;
    const url = (await list(set)).results[0]!.url;
    const answer = await fetch(url);
    if (answer.ok) return { url, answer };
  }
  throw new Error('no link could be used');
}

test('faults befall what they are meant for, once, and are told', async () => {
  const set = { ...SET, set: 'faults' };
  await standIn.issue(set, days(2));
  standIn.fault({ on: 'link', datasetId: 'd_1', answer: status(403) });
  standIn.fault({ on: 'api', answer: status(429, { 'retry-after': '7' }), after: 1 });
  const [one, other] = (await list(set)).results;
  expect((await ask(set)).headers.get('retry-after')).toBe('7');
  expect((await fetch(one!.url)).status).toBe(200);
  expect((await fetch(other!.url)).status).toBe(403);
  expect((await fetch(other!.url)).status).toBe(200);
  expect(standIn.requests.filter(({ on }) => on === 'link')).toMatchObject([
    { datasetId: 'd_1', fault: 'status' },
    { datasetId: 'd_1' },
  ]);
  standIn.fault({ on: 'link', answer: { kind: 'short', missing: 3 } });
  await expect(fetch((await list(set)).results[0]!.url).then((answer) => answer.arrayBuffer())).rejects.toThrow();
  standIn.fault({ on: 'link', answer: { kind: 'html' } });
  expect((await fetch((await list(set)).results[0]!.url)).headers.get('content-type')).toBe('text/html');
});

test('what is issued again takes its place; what is removed is listed no more; the blob of a link may change', async () => {
  const set = { ...SET, set: 'again' };
  await standIn.issue(set, days(2));
  const [before] = (await list(set)).results;
  await standIn.issue(set, [{ ...days(1)[0]!, lastUpdated: '2022-06-01T00:00:00.000000' }]);
  expect((await list(set)).results.map((entry) => entry.dataset_id)).toEqual(['d_1', 'd_0']);
  expect((await fetch(before!.url)).status).toBe(200);
  standIn.remove(set, 'd_1');
  const [left, ...more] = (await list(set)).results;
  expect(more).toEqual([]);
  await standIn.replaceBlob(set, 'd_0', csvGz(['other'], []));
  expect(gunzipSync(await (await fetch(left!.url)).arrayBuffer()).toString()).toBe('other\n');
});

test('no blob service is left when whoever started it is killed', async () => {
  const door = path.resolve(import.meta.dirname, '../testing/azurite.ts');
  const text = `const { startAzurite } = await import(${JSON.stringify(door)}); console.log((await startAzurite()).origin); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', text], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const origin = line.toString().trim();
  expect((await fetch(origin)).status).toBe(400);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const isGone = async () => {
    try {
      await fetch(origin);
      return false;
    } catch {
      return true;
    }
  };
  while (!(await isGone())) await sleep(50);
  expect(await isGone()).toBe(true);
});
