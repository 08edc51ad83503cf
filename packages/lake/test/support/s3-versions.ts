/**
 * Stands in front of an S3 server and keeps versions of its objects, as a bucket with versioning does (Amazon S3 API:
 * GetBucketVersioning, ListObjectVersions, DeleteObject with versionId). The server behind it has what is latest.
 */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface VersionedFront {
  readonly endpoint: string;
  /** Buckets that keep no versions, as most do not. */
  readonly plain: Set<string>;
  /** Asked before a version is removed: what others do at that very moment. */
  beforeRemove: (key: string) => Promise<void>;
  close(): Promise<void>;
}

interface Version {
  readonly id: string;
  /** Undefined: a mark of deletion. */
  readonly content: Buffer | undefined;
  readonly etag: string;
}

/** Entries on a page of a listing: few, so that listings have pages. */
const PAGE = 3;

export async function startVersions(upstream: string): Promise<VersionedFront> {
  /** By `/bucket/key` as in the request, the newest first. */
  const kept = new Map<string, Version[]>();
  let count = 0;
  const add = (target: string, content?: Buffer, etag = '') => {
    count += 1;
    const version = { id: `v${String(count).padStart(6, '0')}`, content, etag };
    kept.set(target, [version, ...(kept.get(target) ?? [])]);
    return version.id;
  };

  const server = http.createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });

  async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { method = '', headers } = request;
    const url = new URL(request.url ?? '', 'http://x');
    const [, bucket = '', ...key] = url.pathname.split('/');
    const body = await buffer(request);
    const forward = () => send(upstream, method, request.url ?? '', headers, body);
    const pass = ({ status, headers: given, body: content }: Given, more = {}) =>
      void response.writeHead(status, { ...given, ...more }).end(content);
    if (front.plain.has(bucket)) {
      pass(await forward());
      return;
    }
    if (method === 'GET' && url.searchParams.has('versioning')) return void response.end(ENABLED);
    if (method === 'GET' && url.searchParams.has('versions')) return void response.end(listing(kept, bucket, url));
    const id = url.searchParams.get('versionId');
    if (method === 'DELETE' && id !== null) {
      await front.beforeRemove(decodeURIComponent(key.join('/')));
      await remove(url.pathname, id, headers);
      return void response.writeHead(204).end();
    }
    const given = await forward();
    const writes =
      (method === 'PUT' && !url.searchParams.has('partNumber') && key.length > 0) || completes(method, url);
    if (writes && given.status === 200) {
      const whole = await send(upstream, 'GET', url.pathname, {}, Buffer.alloc(0));
      pass(given, { 'x-amz-version-id': add(url.pathname, whole.body, String(whole.headers.etag)) });
      return;
    }
    if (method === 'DELETE' && key.length > 0 && !url.searchParams.has('uploadId')) add(url.pathname);
    pass(given);
  }

  async function remove(target: string, id: string, headers: http.IncomingHttpHeaders): Promise<void> {
    const versions = kept.get(target) ?? [];
    const left = versions.filter((version) => version.id !== id);
    kept.set(target, left);
    if (versions[0]?.id !== id) return;
    const { authorization } = headers;
    const signed = authorization === undefined ? {} : { authorization };
    const content = left[0]?.content;
    await send(upstream, content === undefined ? 'DELETE' : 'PUT', target, signed, content ?? Buffer.alloc(0));
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const front: VersionedFront = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    plain: new Set(),
    beforeRemove: () => Promise.resolve(),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return front;
}

const ENABLED = '<?xml version="1.0"?><VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';

const completes = (method: string, url: URL): boolean => method === 'POST' && url.searchParams.has('uploadId');

function listing(kept: ReadonlyMap<string, readonly Version[]>, bucket: string, { searchParams }: URL): string {
  const prefix = searchParams.get('prefix') ?? '';
  const entries = [...kept]
    .map(([target, versions]) => ({ key: decodeURIComponent(target.slice(bucket.length + 2)), target, versions }))
    .filter(({ key, target }) => target.startsWith(`/${bucket}/`) && key.startsWith(prefix))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .flatMap(({ key, versions }) => versions.map((version, index) => ({ key, version, isLatest: index === 0 })));
  const [afterKey, afterId] = [searchParams.get('key-marker'), searchParams.get('version-id-marker')];
  const last = entries.findIndex(({ key, version }) => key === afterKey && version.id === afterId);
  const page = entries.slice(last + 1, last + 1 + PAGE);
  const more = entries.length > last + 1 + PAGE;
  const { key = '', version: { id = '' } = {} } = page.at(-1) ?? {};
  const next = more
    ? `<NextKeyMarker>${encodeURIComponent(key)}</NextKeyMarker><NextVersionIdMarker>${id}</NextVersionIdMarker>`
    : '';
  return `<?xml version="1.0"?><ListVersionsResult><EncodingType>url</EncodingType><IsTruncated>${more}</IsTruncated>${next}${page
    .map(({ key: name, version: { id: versionId, content, etag }, isLatest }) => {
      const common = `<Key>${encodeURIComponent(name)}</Key><VersionId>${versionId}</VersionId><IsLatest>${isLatest}</IsLatest>`;
      return content === undefined
        ? `<DeleteMarker>${common}</DeleteMarker>`
        : `<Version>${common}<ETag>${etag.replaceAll('"', '&quot;')}</ETag><Size>${content.length}</Size></Version>`;
    })
    .join('')}</ListVersionsResult>`;
}

interface Given {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

function send(
  endpoint: string,
  method: string,
  url: string,
  headers: http.OutgoingHttpHeaders,
  body: Buffer,
): Promise<Given> {
  return new Promise((resolve, reject) => {
    const request = http.request(new URL(endpoint), { method, path: url, headers }, (response) => {
      buffer(response).then((content) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: content });
      }, reject);
    });
    request.on('error', reject).end(body);
  });
}
