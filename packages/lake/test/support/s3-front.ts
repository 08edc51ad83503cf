/**
 * Stands in front of an S3 server: adds the conditional put that the server lacks, and does to single requests what
 * networks and busy stores do.
 */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * `reset`: the connection breaks before anything happened · `lost`: it happened, and the answer is lost · `cut`: the
 * answer breaks off half way · `stall`: it stops half way · `mute`: no answer at all · `busy`, `broken`: 503 and 500.
 */
export type Fault = 'reset' | 'lost' | 'cut' | 'stall' | 'mute' | 'busy' | 'broken';

/** An answer of the store's own. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
}

export interface FrontRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
}

export interface Front {
  readonly endpoint: string;
  /** Requests so far, in order. */
  readonly seen: FrontRequest[];
  /** Faults done so far. */
  readonly done: Partial<Record<Fault, number>>;
  /** Asked for each request. */
  fault: (request: FrontRequest) => Fault | Refusal | undefined;
  /** Whether `If-None-Match: *` on writing counts, as it does in S3. */
  conditions: boolean;
  close(): Promise<void>;
}

const xml = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>of the tests</Message></Error>`;

export async function startFront(endpoint: string): Promise<Front> {
  const upstream = new http.Agent({ keepAlive: true });
  // Writers of one object one after another: between look and write no other comes.
  let writing: Promise<unknown> = Promise.resolve();
  const server = http.createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    const seen = { method, url, headers };
    front.seen.push(seen);
    const fault = front.fault(seen);
    if (typeof fault === 'string') front.done[fault] = (front.done[fault] ?? 0) + 1;
    const conditional = front.conditions && headers['if-none-match'] === '*' && (method === 'PUT' || method === 'POST');
    const answered = conditional ? writing.then(() => answer(true)) : answer(false);
    if (conditional) writing = answered.catch(() => undefined);
    answered.catch(() => request.socket.destroy());

    async function answer(onlyIfAbsent: boolean): Promise<void> {
      const body = await buffer(request);
      if (fault === 'reset') return void request.socket.destroy();
      if (fault === 'mute') return;
      if (typeof fault === 'object') return void response.writeHead(fault.status).end(xml(fault.code));
      if (fault === 'busy') return void response.writeHead(503).end(xml('SlowDown'));
      if (fault === 'broken') return void response.writeHead(500).end(xml('InternalError'));
      const target = url.replace(/\?.*/, '');
      if (onlyIfAbsent && (await send(endpoint, upstream, 'HEAD', target, {}, Buffer.alloc(0))).status === 200)
        return void response.writeHead(412).end(xml('PreconditionFailed'));
      const given = await send(endpoint, upstream, method, url, headers, body);
      if (fault === 'lost') return void request.socket.destroy();
      response.writeHead(given.status, given.headers);
      if (fault !== 'cut' && fault !== 'stall') return void response.end(given.body);
      response.write(given.body.subarray(0, given.body.length >> 1), () => {
        if (fault === 'cut') request.socket.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const front: Front = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    done: {},
    fault: () => undefined,
    conditions: true,
    close: async () => {
      upstream.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return front;
}

interface Given {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

function send(
  endpoint: string,
  agent: http.Agent,
  method: string,
  url: string,
  headers: http.IncomingHttpHeaders,
  body: Buffer,
): Promise<Given> {
  return new Promise((resolve, reject) => {
    const request = http.request(new URL(endpoint), { agent, method, path: url, headers }, (response) => {
      buffer(response).then((content) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: content });
      }, reject);
    });
    request.on('error', reject).end(body);
  });
}
