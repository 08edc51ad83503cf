/**
 * Proves what a sync makes of what goes on for longer than it is patient, at the pauses of the real command: some half a minute
 * to a minute, so all of it at once. The pauses themselves are those of `packages/dmap/test`.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { nameOf, type Answer } from '@farelake/dmap/testing';
import { CITATION, DAILY, dataset, datasets, openVendorHome, syncOf, withVendor } from './support/vendor-home.ts';

const standIn = withVendor();

/** On the links of datasets 1, 2, 3; the fourth stands still for a minute and goes on by itself. */
const FAULTS: readonly (readonly [answer: Answer, times: number])[] = [
  [{ kind: 'wrong-md5' }, Infinity],
  [{ kind: 'cut', afterBytes: 1 }, Infinity],
  [{ kind: 'status', status: 500 }, Infinity],
  [{ kind: 'stall', afterBytes: 20 }, 1],
];

/** An address where nobody listens. */
async function nobody(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${String(port)}`;
}

async function faultyVendor(): Promise<void> {
  const it = await openVendorHome();
  await standIn.issue(DAILY, datasets(0, 6));
  await standIn.issue(CITATION, datasets(0, 2));
  expect(await it.sync()).toMatchObject({ code: 0 });
  await standIn.issue(DAILY, datasets(1, 7, { sum: 1000, lastUpdated: '2024-01-01T00:00:00' }));
  await standIn.issue(CITATION, [dataset(2, { lastUpdated: '2024-01-01T00:00:00' })]);
  for (const [index, [answer, times]] of FAULTS.entries())
    standIn.fault({ on: 'link', set: DAILY.set, datasetId: nameOf(index + 1), answer, times });
  standIn.fault({ on: 'api', set: CITATION.set, answer: { kind: 'status', status: 500 }, times: Infinity });
  const synced = await it.run('dmap', 'sync');
  expect(synced).toMatchObject({ code: 1, err: '' });
  expect(synced.out).toMatch(
    /^trouble: agg_daily: http\S+ cannot be reached: it answers with status 500 \(tried 8 times\)/m,
  );
  expect(synced.out).toMatch(/^trouble: citation: http\S+ cannot be reached: .*status 500/m);
  expect(synced.out).toMatch(/^not fetched: agg_daily: d_0001 .*: its MD5 is not the one that was announced/m);
  expect(synced.out).toMatch(/^not fetched: agg_daily: d_0002 .*: the connection broke.* \(tried 8 times\)/m);
  expect(await it.shown()).toEqual({
    d_0000: 0,
    d_0001: 1,
    d_0002: 2,
    d_0003: 3,
    d_0004: 1000,
    d_0005: 1000,
    d_0006: 1000,
  });
  const before = await it.status();
  expect(before).toMatchObject({
    daily: { state: 'failing', dmap: { results: { failed: 2, listed: 1 } } },
    citation: { state: 'failing', rows: 4, reason: expect.stringMatching(/^its vendor: /) as string },
  });
  standIn.clearFaults();
  expect(await it.sync()).toMatchObject({ code: 0, daily: { fetched: 3 }, citation: { fetched: 1 } });
  expect(new Set(Object.values(await it.shown()))).toEqual(new Set([0, 1000]));
  expect(await it.status()).toMatchObject({ daily: { state: 'live' }, citation: { state: 'live', rows: 6 } });
}

async function vendorAway(): Promise<void> {
  const it = await openVendorHome();
  const away = await it.start({ DMAP_BASE_URL: await nobody() }, 'dmap', 'sync', '--json').ended;
  expect(away).toMatchObject({ code: 1, err: '' });
  for (const set of [syncOf(away).daily, syncOf(away).citation])
    expect(set).toMatchObject({
      ...{ listed: 0, fetched: 0, failed: [] },
      trouble: expect.stringMatching(/cannot be reached: .*\(tried 8 times\)\. Run the sync again/) as string,
    });
  expect((await it.status()).daily).toMatchObject({ state: 'failing', dmap: { watermark: null, listedAt: null } });
  expect(await it.sync()).toMatchObject({ code: 0, daily: { trouble: null }, citation: { trouble: null } });
}

test('an MD5 that never fits, a transfer always cut, a link and an API that answer 500 for good, a body that stands still; a vendor that is away', async () => {
  await Promise.all([faultyVendor(), vendorAway()]);
}, 300_000);
