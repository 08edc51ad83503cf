/** Proves that links which are written wrongly show no secret, and that what only looks like a dataset is none. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { ApiKey, openVendor, SignedLink, type DmapSet, type Pause, type Vendor } from '../src/index.ts';
import { testFolder } from '../../lake/test/support/folder.ts';

const KEY = 'k3y-of-the-tests';
const SET: DmapSet = { api: 'aggregations', set: 'agg' };
const signal = new AbortController().signal;

let answer: { status: number; headers: OutgoingHttpHeaders; body?: Buffer };
const folder = testFolder();
let base: string;
let vendor: Vendor;
const pauses: Pause[] = [];
const server = createServer((request, response) => {
  if (request.url === '/b/drips') {
    response.writeHead(200).write(Buffer.from([0x1f, 0x8b]));
    const drip = setInterval(() => response.write('x'), 20);
    response.on('close', () => {
      clearInterval(drip);
    });
    return;
  }
  // A listing, so that the vendor has used its key.
  if (request.url?.startsWith('/datasetpublic')) response.end('{"success":true,"results":[]}');
  else response.writeHead(answer.status, answer.headers).end(answer.body);
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  vendor = openVendor({
    baseUrl: base,
    keys: { aggregations: new ApiKey(KEY) },
    patience: { retries: 1, first: 1, longest: 1 },
    // As long as it is watched how much comes, so that on a busy machine something does.
    timeouts: { body: 1100 },
    onPause: (pause) => pauses.push(pause),
  });
  for await (const page of vendor.list(SET, { signal })) expect(page.results).toEqual([]);
});
afterAll(async () => {
  await vendor.close();
  server.close();
});
afterEach(() => {
  pauses.length = 0;
});

async function errorOf(link: string): Promise<unknown> {
  const file = path.join(folder, 'dataset');
  const error = await vendor.download(new SignedLink(link), { file, signal }).catch((thrown: unknown) => thrown);
  expect(existsSync(file)).toBe(false);
  return error;
}

test.each([
  ['a query without its mark', '/b/x.csv.gz&sv=1&sig=SECRET', '/b/…'],
  ['a link encoded twice', '/b/y.csv.gz%3Fsv=1%26sig%3DSECRET', '/b/…'],
  ['one encoded three times', '/b/y.csv.gz%253Fsv%253D1%2526sig%253DSECRET', '/b/…'],
  ['a signature as a folder', '/b;sig=SECRET/y.csv.gz?sv=1', '/…/y.csv.gz'],
  ['the key as a folder', `/b/${KEY}/y.csv.gz?sig=SECRET`, '/b/[key]/y.csv.gz'],
])('%s is not shown, whatever goes wrong', async (_, link, place) => {
  for (const status of [403, 404, 503]) {
    answer = { status, headers: {} };
    const error = await errorOf(`${base}${link}`);
    expect(error).toMatchObject({ data: { place: `${base}${place}` } });
    expect(inspect([error, pauses], { depth: Infinity, showHidden: true })).not.toMatch(/SECRET|k3y/);
  }
  expect(pauses).toMatchObject([{ place: `${base}${place}` }]);
  const signed = new SignedLink(`${base}${link}`);
  expect(`${String(signed)}${JSON.stringify(signed)}${inspect(signed)}`).not.toContain('SECRET');
});

const PAGE = gzipSync('<!doctype html><p>Sign in');

test.each([
  ['HTML', { 'content-type': 'text/html; charset=utf-8' }, /something packed, announced as text\/html, came/],
  ['XHTML', { 'content-type': 'Application/XHTML+xml' }, /announced as application\/xhtml\+xml, came/],
  ['JSON', { 'content-type': 'application/json' }, /announced as application\/json, came/],
  ['what was packed on its way', { 'content-encoding': 'BR' }, /packed on its way \(Content-Encoding\) came/],
])('%s under gzip is no dataset, though it begins as one', async (_, headers, problem) => {
  answer = { status: 200, headers, body: PAGE };
  expect(await errorOf(`${base}/b/x.csv.gz`)).toMatchObject({
    code: 'no-dataset',
    problem: expect.stringMatching(problem) as unknown,
  });
});

test.each([
  ['text/csv', 'identity'],
  ['text/csv', 'GZIP'],
  ['application/gzip', undefined],
  ['application/octet-stream', undefined],
  ['', undefined],
])('a dataset announced as %p, %p is one', async (type, encoding) => {
  const headers = { 'content-type': type, ...(encoding === undefined ? {} : { 'content-encoding': encoding }) };
  answer = { status: 200, headers, body: PAGE };
  const file = path.join(folder, 'good');
  expect(await vendor.download(new SignedLink(`${base}/b/x`), { file, signal })).toEqual({
    size: PAGE.length,
    etag: null,
  });
});

test('a wait that no clock can tell is asked of nobody, and told', async () => {
  answer = { status: 503, headers: { 'retry-after': '9'.repeat(20) } };
  expect(await errorOf(`${base}/b/x`)).toMatchObject({
    code: 'dmap-asked-to-wait',
    problem: expect.stringContaining('for more than a year') as unknown,
  });
});

test('a link that drips is given up as one that stands still', async () => {
  expect(await errorOf(`${base}/b/drips`)).toMatchObject({
    code: 'cut-off',
    problem: expect.stringContaining('less than 1000 bytes a second (tried 2 times)') as unknown,
  });
});
