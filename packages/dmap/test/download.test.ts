/** Downloads from a blob service, by its own links or with a fault put between: whole and checked, or an error and no file. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { SignedLink } from '../src/index.ts';
import { ApiKey, openVendor, type DmapSet, type Vendor } from '../src/index.ts';
import { testFolder } from '../../lake/test/support/folder.ts';
import { status, type Answer } from '../testing/index.ts';
import { timeoutsFor, withStandIn } from './support/stand-in.ts';

const SET: DmapSet = { api: 'aggregations', set: 'agg_daily_fareprod' };
const PATIENCE = { retries: 3, first: 1, longest: 2 };
/** Does not get smaller under gzip. */
const BYTES = gzipSync(randomBytes(300_000));

const standIn = withStandIn({ linkSeconds: 600, watchLinks: true });
const folder = testFolder();
const file = path.join(folder, 'dataset.csv.gz');
let vendor: Vendor;
let seen: number[];

const open = (timeouts = {}): Vendor =>
  openVendor({
    baseUrl: standIn.baseUrl,
    keys: { aggregations: new ApiKey(standIn.keys.aggregations) },
    pace: 1000,
    patience: PATIENCE,
    timeouts,
  });

beforeEach(async () => {
  standIn.clearFaults();
  seen = [];
  vendor = open();
  await standIn.issue(SET, [{ datasetId: 'd', startDate: '2022-05-17', bytes: BYTES }]);
});
afterEach(async () => {
  await vendor.close();
  await rm(file, { force: true });
});

/** The fault, and a vendor that waits for what it keeps back no longer than it must. */
async function befall(answer: Answer, times?: number): Promise<void> {
  standIn.fault({ on: 'link', answer, ...(times === undefined ? {} : { times }) });
  await vendor.close();
  vendor = open(timeoutsFor(answer));
}

async function linkTo(datasetId = 'd'): Promise<SignedLink> {
  standIn.requests.length = 0;
  for await (const { results } of vendor.list(SET, { signal: new AbortController().signal })) {
    const result = results.find((listed) => listed.datasetId === datasetId);
    if (result !== undefined) return result.link;
  }
  throw new Error(`${datasetId} is not listed`);
}

const download = async (link?: SignedLink, signal = new AbortController().signal) =>
  vendor.download(link ?? (await linkTo()), { file, signal, onBytes: (bytes) => void seen.push(bytes) });

const ranges = () => standIn.requests.filter(({ on }) => on === 'link').map(({ range }) => range ?? 'all');

test('a dataset arrives as it is, its bytes told as they come', async () => {
  expect(await download()).toMatchObject({ size: BYTES.length });
  expect((await readFile(file)).equals(BYTES)).toBe(true);
  expect(seen.at(-1)).toBe(BYTES.length);
  expect(ranges()).toEqual(['all']);
});

test.each([
  ['cut', { kind: 'cut', afterBytes: 100_000 }],
  ['standing still', { kind: 'stall', afterBytes: 100_000 }],
  ['shorter than announced', { kind: 'short', missing: 200_000 }],
] as [string, Answer][])('%s: it is tried again, and taken up where it broke', async (_, answer) => {
  await befall(answer, 2);
  await download();
  expect((await readFile(file)).equals(BYTES)).toBe(true);
  const asked = ranges();
  expect(asked).toHaveLength(3);
  // Of a connection that is closed, the last bytes may be lost on the way; of one that stands still they are not.
  if (answer.kind === 'stall') expect(asked).toEqual(['all', 'bytes=100000-', 'bytes=200000-']);
});

test('a server without ranges: it begins anew', async () => {
  standIn.fault({ on: 'link', answer: { kind: 'cut', afterBytes: 100_000 } });
  standIn.fault({ on: 'link', answer: { kind: 'no-ranges' } });
  await download();
  expect((await readFile(file)).equals(BYTES)).toBe(true);
  expect(seen.at(-1)).toBe(BYTES.length);
});

test('a blob that changes meanwhile is fetched from its start', async () => {
  const other = gzipSync(randomBytes(250_000));
  const link = await linkTo();
  await befall({ kind: 'stall', afterBytes: 100_000 });
  standIn.fault({ on: 'link', answer: { kind: 'meanwhile', act: () => standIn.replaceBlob(SET, 'd', other) } });
  expect(await download(link)).toMatchObject({ size: other.length });
  expect((await readFile(file)).equals(other)).toBe(true);
  expect(ranges()).toEqual(['all', expect.stringMatching(/^bytes=/), 'all']);
});

test.each([
  ['another range', { 'content-range': `bytes 5-${String(BYTES.length - 1)}/${String(BYTES.length)}` }],
  ['no range', {}],
  ['another version', { etag: '"another"' }],
] as [string, Record<string, string>][])('a part that is %s is not put behind what is there', async (_, headers) => {
  standIn.fault({ on: 'link', answer: { kind: 'cut', afterBytes: 100_000 } });
  standIn.fault({ on: 'link', answer: status(206, headers, 'x'.repeat(100)) });
  await download();
  expect((await readFile(file)).equals(BYTES)).toBe(true);
  expect(ranges()).toHaveLength(3);
});

test.each([
  ['500', status(500)],
  ['503 with Retry-After', status(503, { 'retry-after': '0' })],
  ['429', status(429)],
  ['a connection that is closed', { kind: 'hang-up' }],
  ['no answer', { kind: 'silent' }],
] as [string, Answer][])('%s passes, and for good the place cannot be reached', async (_, answer) => {
  await befall(answer, 2);
  await download();
  expect(existsSync(file)).toBe(true);
  standIn.fault({ on: 'link', times: Infinity, answer });
  await expect(download()).rejects.toMatchObject({ code: 'dmap-unreachable' });
  expect(ranges()).toHaveLength(1 + PATIENCE.retries);
  expect(existsSync(file)).toBe(false);
});

test.each([
  ['cut each time', { kind: 'cut', afterBytes: 0 }, 'cut-off', 4],
  ['a part that nobody asked for', status(206, {}, 'x'), 'no-dataset', 1],
  ['412', status(412), 'no-dataset', 1],
  ['an MD5 that does not fit', { kind: 'wrong-md5' }, 'damaged-transfer', 4],
  ['bytes that became others', { kind: 'other-bytes' }, 'damaged-transfer', 4],
  ['403', status(403, { 'x-ms-error-code': 'AuthenticationFailed' }, '<Error>sig=SECRET</Error>'), 'link-expired', 1],
  ['404', status(404), 'link-gone', 1],
  ['410', status(410), 'link-gone', 1],
  ['409', status(409, { 'x-ms-error-code': 'BlobArchived' }), 'no-dataset', 1],
  ['a redirect', status(307, { location: 'http://127.0.0.1:9/?sig=SECRET' }), 'no-dataset', 1],
  ['a page of HTML with status 200', { kind: 'html' }, 'no-dataset', 1],
  ['JSON', status(200, { 'content-type': 'application/json' }, '{"error": 1}'), 'no-dataset', 1],
  ['CSV that is not packed', status(200, { 'content-type': 'text/csv' }, 'date,count\n'), 'no-dataset', 1],
  ['nothing', status(200), 'no-dataset', 1],
  ['a wait of an hour', status(503, { 'retry-after': '3600' }), 'dmap-asked-to-wait', 1],
] as [string, Answer, string, number][])(
  '%s is told as what it is, and leaves no file',
  async (_, answer, code, tries) => {
    standIn.fault({ on: 'link', times: Infinity, answer });
    await expect(download()).rejects.toMatchObject({ code });
    expect(ranges()).toHaveLength(tries);
    expect(existsSync(file)).toBe(false);
  },
);

test('what came in place of a dataset is named by its kind, not by its text', async () => {
  standIn.fault({ on: 'link', answer: { kind: 'html' } });
  await expect(download()).rejects.toMatchObject({
    problem: expect.stringContaining('a page of HTML, announced as text/html came') as unknown,
  });
  standIn.fault({ on: 'link', answer: status(409, { 'x-ms-error-code': 'BlobArchived' }) });
  await expect(download()).rejects.toThrow(/status 409, BlobArchived/);
});

test('a link whose time is over is refused by the blob service itself', async () => {
  standIn.manners.linkSeconds = -5;
  await expect(download()).rejects.toMatchObject({ code: 'link-expired', data: { status: 403 } });
  standIn.manners.linkSeconds = undefined;
  await download();
});

test('a large file over a line that breaks often arrives, as long as it gets on', async () => {
  const large = gzipSync(randomBytes(9 * 1024 ** 2));
  await standIn.issue(SET, [{ datasetId: 'large', startDate: '2022-05-17', bytes: large }]);
  // More breaks than there is patience for, each after more than a megabyte.
  standIn.fault({ on: 'link', datasetId: 'large', times: 5, answer: { kind: 'cut', afterBytes: 1_500_000 } });
  expect(await download(await linkTo('large'))).toMatchObject({ size: large.length });
  expect((await readFile(file)).equals(large)).toBe(true);
});

test('what is known already is asked for, and not sent again; other content is', async () => {
  const link = await linkTo();
  const first = await download(link);
  expect(first?.etag).toMatch(/^"0x[0-9A-F]+"$/);
  const again = () => vendor.download(link, { file, known: first?.etag ?? '', signal: new AbortController().signal });
  expect(await again()).toBeUndefined();
  expect(existsSync(file)).toBe(false);
  const mended = gzipSync(randomBytes(5000));
  await standIn.replaceBlob(SET, 'd', mended);
  expect(await again()).toMatchObject({ size: mended.length });
  expect((await readFile(file)).equals(mended)).toBe(true);
});

test('a server without ETags, or with what is none, tells no content from another', async () => {
  for (const etag of [
    undefined,
    '"',
    '"a b"',
    `"${'x'.repeat(300)}"`,
    '"sig=c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U%3D"',
  ]) {
    standIn.fault({ on: 'link', answer: { kind: 'other-etag', etag } });
    expect(await download()).toEqual({ size: BYTES.length, etag: null });
  }
});

test('who is told of the bytes may end the download, and is told first of what is announced', async () => {
  const told: unknown[] = [];
  const signal = new AbortController().signal;
  const onBytes = (bytes: number, whole: number | undefined) => {
    told.push([bytes > 0, whole]);
    throw new Error('too large');
  };
  await expect(vendor.download(await linkTo(), { file, signal, onBytes })).rejects.toThrow('too large');
  expect(told).toEqual([[true, BYTES.length]]);
  expect(existsSync(file)).toBe(false);
});

test('a download that is called off ends with the reason it was given, and leaves no file', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const link = await linkTo();
  standIn.fault({ on: 'link', answer: { kind: 'stall', afterBytes: 1000 } });
  const downloading = vendor.download(link, {
    file,
    signal: controller.signal,
    onBytes: () => {
      controller.abort(reason);
    },
  });
  await expect(downloading).rejects.toBe(reason);
  expect(existsSync(file)).toBe(false);
});

test('a file that cannot be written is an error of its own, not of the vendor', async () => {
  const signal = new AbortController().signal;
  const nowhere = path.join(folder, 'no', 'such', 'folder');
  await expect(vendor.download(await linkTo(), { file: nowhere, signal })).rejects.toMatchObject({ code: 'ENOENT' });
});
