/**
 * Stands in front of an emulator of Glue. It adds what moto leaves out and Amazon documents (AWS Glue API reference, UpdateTable): an
 * update that names a `VersionId` is refused with `ConcurrentModificationException` when the table has another one by then. And
 * it does to single calls what networks, quotas and policies do.
 */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

export interface GlueCall {
  /** `GetTable`, `UpdateTable`. */
  readonly action: string;
  readonly table: string;
  readonly skipArchive: boolean | undefined;
}

/** `reset`: the connection breaks before anything happened · `lost`: it happened, and the answer is lost. */
export type Fault = 'reset' | 'lost' | { readonly status: number; readonly name: string };

export interface GlueFront {
  readonly endpoint: string;
  /** Calls so far, in order. */
  readonly seen: GlueCall[];
  /** Updates that were refused because of their VersionId. */
  conflicts: number;
  /** Milliseconds that a call is kept back at most, by chance, before it goes on: what was read gets old meanwhile. */
  delay: number;
  /** Asked for each call. */
  fault: (call: GlueCall) => Fault | undefined;
  /** Awaited before a call goes on, and when it is done, before it is answered. */
  before: (call: GlueCall) => Promise<void> | void;
  after: (call: GlueCall) => Promise<void> | void;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Body {
  readonly Name?: string;
  readonly TableInput?: { readonly Name?: string };
  readonly DatabaseName?: string;
  readonly VersionId?: string;
  readonly SkipArchive?: boolean;
}

const refusal = (status: number, name: string): Answer => ({
  status,
  body: JSON.stringify({ __type: name, Message: `of the tests, User: arn:aws:iam::123456789012:user/secret` }),
});

export async function startGlueFront(upstream: string): Promise<GlueFront> {
  const send = async (target: string, body: string, headers: http.IncomingHttpHeaders): Promise<Answer> => {
    const given = await fetch(upstream, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSGlue.${target}`,
        authorization: headers.authorization ?? '',
      },
      body,
    });
    return { status: given.status, body: await given.text() };
  };
  // Updates one after the other: between look and write no other comes.
  let updating: Promise<unknown> = Promise.resolve();
  const update = async (body: string, headers: http.IncomingHttpHeaders): Promise<Answer> => {
    const { DatabaseName, TableInput, VersionId } = JSON.parse(body) as Body;
    if (VersionId !== undefined) {
      const now = await send('GetTable', JSON.stringify({ DatabaseName, Name: TableInput?.Name }), headers);
      const { Table } = JSON.parse(now.body) as { Table?: { VersionId?: string } };
      if (Table !== undefined && Table.VersionId !== VersionId) {
        front.conflicts += 1;
        return refusal(400, 'ConcurrentModificationException');
      }
    }
    return send('UpdateTable', body, headers);
  };
  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const body = await text(request);
    const action = String(request.headers['x-amz-target']).replace('AWSGlue.', '');
    const { Name, TableInput, SkipArchive } = JSON.parse(body) as Body;
    const call: GlueCall = { action, table: Name ?? TableInput?.Name ?? '', skipArchive: SkipArchive };
    front.seen.push(call);
    const fault = front.fault(call);
    if (fault === 'reset') return void request.socket.destroy();
    if (typeof fault === 'object') {
      tell(response, refusal(fault.status, fault.name));
      return;
    }
    if (front.delay > 0) await pause(Math.random() * front.delay);
    await front.before(call);
    const done =
      action === 'UpdateTable'
        ? updating.then(() => update(body, request.headers))
        : send(action, body, request.headers);
    if (action === 'UpdateTable') updating = done.catch(() => undefined);
    const given = await done;
    await front.after(call);
    if (fault === 'lost') return void request.socket.destroy();
    tell(response, given);
  };
  const server = http.createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const front: GlueFront = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    conflicts: 0,
    delay: 0,
    fault: () => undefined,
    before: () => undefined,
    after: () => undefined,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return front;
}

function tell(response: http.ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(body);
}
