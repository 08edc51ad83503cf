/**
 * No key and no signature of a link is in what an error shows, however deep one looks into it: each way in which the vendor and
 * the network fail is met here, with servers that repeat what they were asked.
 */
import { afterEach, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { inspect } from 'node:util';
import { ApiKey, openVendor, SignedLink, type DmapSet, type Pause } from '../src/index.ts';
import { testFolder } from '../../lake/test/support/folder.ts';
import { csvGz, status, type Answer } from '../testing/index.ts';
import { withStandIn } from './support/stand-in.ts';

const SET: DmapSet = { api: 'aggregations', set: 'agg' };
const KEY = 'canary/KEY+of=the/API';
const SIGNATURE = 'canary/SIG+of=the/link';
const QUERY = `?sv=2024&sp=r&sig=${encodeURIComponent(SIGNATURE)}`;
/** As it is, in an address, in HTML, in base64: whoever sees one of these has it. */
const SECRETS = [KEY, SIGNATURE].flatMap((text) => [text, encodeURIComponent(text), btoa(text)]);

const standIn = withStandIn({ watchLinks: true });
const folder = testFolder();

/** All that anybody can read of a value: members that are hidden, stacks, causes, accessors, JSON. */
const allOf = (value: unknown): string =>
  [
    inspect(value, {
      depth: Infinity,
      showHidden: true,
      getters: true,
      maxStringLength: Infinity,
      maxArrayLength: Infinity,
    }),
    JSON.stringify(value),
    String(value),
    ...(Error.isError(value) ? [value.stack ?? '', allOf(value.cause)] : []),
  ].join('\n');

function expectNoSecret(shown: string, secrets: readonly string[]): void {
  expect(shown.length).toBeGreaterThan(0);
  for (const secret of secrets) expect(shown).not.toContain(secret);
  expect(shown).not.toMatch(/sig=(?!…)/i);
}

/** What was thrown, and what was told before. */
async function failures(baseUrl: string, key: string, link?: SignedLink): Promise<unknown[]> {
  const told: Pause[] = [];
  const vendor = openVendor({
    baseUrl,
    keys: { aggregations: new ApiKey(key) },
    pace: 1000,
    patience: { retries: 1, first: 1, longest: 1 },
    timeouts: { connect: 1000, headers: 300, body: 300 },
    onPause: (pause) => told.push(pause),
  });
  const signal = new AbortController().signal;
  const thrown: unknown[] = [];
  try {
    for await (const page of vendor.list(SET, { signal })) thrown.push(...page.unreadable);
  } catch (error) {
    thrown.push(error);
  }
  if (link !== undefined)
    await vendor
      .download(link, { file: path.join(folder, 'file'), signal })
      .catch((error: unknown) => thrown.push(error));
  await vendor.close();
  expectNoSecret(allOf(vendor), [key]);
  return [...thrown, ...told];
}

let endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings) end();
  endings = [];
});

/** A server on this machine, until the test ends. */
async function listen(server: NetServer): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each([200, 204, 302, 400, 401, 403, 404, 409, 410, 416, 429, 500, 503])(
  'a server that repeats what it was asked, with status %d, as text, HTML, JSON and in headers',
  async (status) => {
    const bodies = [
      (words: string) => words,
      (words: string) => `<html><body>${words}</body></html>`,
      (words: string) => JSON.stringify({ success: false, message: words, fault: { faultstring: words } }),
      (words: string) =>
        `{"success": true, "results": [${JSON.stringify(words)}, {"dataset_id": ${JSON.stringify(words)}}]}`,
      (words: string) => `{"success": true, "${words}": }`,
      (words: string) => `{"success": ${JSON.stringify(words)}, "results": 5}`,
      (
        words: string,
      ) => `{"success": true, "results": [{"dataset_id":"d","url":"${words}","start_date":"${words}","end_date":"x","last_updated":"y"},
        {"dataset_id":"d","url":"x","url":"${words}"}, "z"]}`,
    ];
    for (const body of bodies) {
      const server = createServer((request, response) => {
        const words = `key ${KEY} ${encodeURIComponent(KEY)} for ${request.url ?? ''} https://x.example/a${QUERY}`;
        const header = `${KEY} ${QUERY}`;
        response.writeHead(status, `no ${KEY}`, {
          location: `http://127.0.0.1:1/${QUERY}`,
          'x-ms-error-code': header,
          'content-type': `text/html; ${header}`,
          etag: `"${header}"`,
        });
        response.end(status === 204 ? undefined : body(words));
      });
      const origin = await listen(server);
      const found = await failures(origin, KEY, new SignedLink(`${origin}/c/d.csv.gz${QUERY}`));
      expect(found.length).toBeGreaterThanOrEqual(2);
      for (const value of found) expectNoSecret(allOf(value), SECRETS);
    }
  },
);

test.each([
  ['no HTTP at all', (asked: string) => `${asked}\r\n\r\n`],
  ['a header that is none', (asked: string) => `HTTP/1.1 200 OK\r\n${asked}\r\n: ${asked}\r\n\r\n`],
  ['a length that is none', (asked: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${asked}\r\n\r\n`],
  ['chunks that are none', (asked: string) => `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${asked}\r\n`],
])('a server that answers with %s', async (_, answer) => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (bytes) => socket.end(answer(bytes.toString('latin1').replaceAll('\r\n', ' '))));
  });
  const origin = await listen(server);
  const found = await failures(origin, KEY, new SignedLink(`${origin}/c/d.csv.gz${QUERY}`));
  expect(found.length).toBeGreaterThanOrEqual(2);
  for (const value of found) expectNoSecret(allOf(value), SECRETS);
});

test('nobody there, and a name that nobody knows', async () => {
  for (const host of ['http://127.0.0.1:1', 'https://no-such-host.invalid']) {
    const found = await failures(`${host}/api`, KEY, new SignedLink(`${host}/c/d.csv.gz${QUERY}`));
    expect(found.filter((value) => Error.isError(value))).toHaveLength(2);
    for (const value of found) expectNoSecret(allOf(value), SECRETS);
  }
});

const FAULTS: Answer[] = [
  { kind: 'html' },
  { kind: 'hang-up' },
  { kind: 'silent' },
  { kind: 'stall', afterBytes: 5 },
  { kind: 'cut', afterBytes: 5 },
  { kind: 'short', missing: 5 },
  { kind: 'wrong-md5' },
  { kind: 'other-bytes' },
  status(403),
];

test.each(FAULTS)('a real link and $kind', async (answer) => {
  await standIn.issue(SET, [{ datasetId: 'd', startDate: '2022-05-17', bytes: csvGz(['a'], [['x'.repeat(50)]]) }]);
  standIn.clearFaults();
  const vendor = openVendor({
    baseUrl: standIn.baseUrl,
    keys: { aggregations: new ApiKey(standIn.keys.aggregations) },
  });
  let link: SignedLink | undefined;
  for await (const page of vendor.list(SET, { signal: new AbortController().signal })) {
    expectNoSecret(allOf(page), standIn.secrets());
    link = page.results[0]?.link;
  }
  await vendor.close();
  standIn.fault({ on: 'link', times: Infinity, answer });
  if (answer.kind !== 'wrong-md5' && answer.kind !== 'other-bytes')
    standIn.fault({ on: 'api', times: Infinity, answer });
  const found = await failures(standIn.baseUrl, standIn.keys.aggregations, link);
  expect(found.filter((value) => Error.isError(value)).length).toBeGreaterThan(0);
  for (const value of found) expectNoSecret(allOf(value), standIn.secrets());
});

test('an error that showed a secret would be seen here', () => {
  const leaking = new Error('outer', {
    cause: Object.assign(new Error('inner'), { url: new URL(`https://x/${QUERY}`) }),
  });
  expect(() => {
    expectNoSecret(allOf(leaking), SECRETS);
  }).toThrow();
});
