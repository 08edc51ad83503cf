/** Faults on demand: what a server answers in place of what it should, for the next requests that it is meant for. */
import type { ServerResponse } from 'node:http';

/** What is answered. */
export type Answer =
  /** A status, with headers and a body of one's own. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** A page of HTML with status 200, as a gateway shows one. */
  | { readonly kind: 'html' }
  /** The connection is closed without an answer. */
  | { readonly kind: 'hang-up' }
  /** Nothing is answered, and the connection stays open. */
  | { readonly kind: 'silent' }
  /** The right answer, which stops after some bytes and stays open: an idle body. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** The right answer, whose connection is cut after some bytes. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** The right answer, of which some bytes are left out at its end; its length is announced in full. */
  | { readonly kind: 'short'; readonly missing: number }
  /** The right answer under an MD5 that is not its own. */
  | { readonly kind: 'wrong-md5' }
  /** The right answer under another ETag, or under none. */
  | { readonly kind: 'other-etag'; readonly etag?: string | undefined }
  /** The right answer, each of whose bytes are others; length and MD5 are announced as they should be. */
  | { readonly kind: 'other-bytes' }
  /** The whole file, status 200, whatever range was asked for. */
  | { readonly kind: 'no-ranges' }
  /** The right answer, after this is done: issues, removals, a change of the blob. */
  | { readonly kind: 'meanwhile'; readonly act: () => Promise<void> | void };

/** An answer with a status. */
export const status = (code: number, headers: Readonly<Record<string, string>> = {}, body = ''): Answer => ({
  ...{ kind: 'status', status: code, headers, body },
});

export interface Fault {
  /** The listing, or the links to datasets. */
  readonly on: 'api' | 'link';
  readonly answer: Answer;
  /** How many requests it befalls; the first one only, unless given. `Infinity`: all. */
  readonly times?: number;
  /** Requests that pass before it begins. */
  readonly after?: number;
  /** Only requests of this set, or of this dataset. */
  readonly set?: string;
  readonly datasetId?: string;
}

/** What is asked for, as far as faults are chosen by it. */
export interface Asked {
  readonly on: Fault['on'];
  readonly set: string;
  readonly datasetId?: string;
}

export class Faults {
  readonly #waiting: { readonly fault: Fault; passes: number; left: number }[] = [];

  add(fault: Fault): void {
    this.#waiting.push({ fault, passes: fault.after ?? 0, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#waiting.length = 0;
  }

  /** Whether a fault is meant for such requests, be it later. */
  isWaiting(asked: Asked): boolean {
    return this.#waiting.some(({ fault, left }) => left > 0 && isMeant(fault, asked));
  }

  /** The fault of this request, which is used up by it; one at a time, in the order in which they were asked for. */
  take(asked: Asked): Answer | undefined {
    for (const waiting of this.#waiting) {
      if (waiting.left <= 0 || !isMeant(waiting.fault, asked)) continue;
      if (waiting.passes > 0) {
        waiting.passes -= 1;
        continue;
      }
      waiting.left -= 1;
      return waiting.fault.answer;
    }
    return undefined;
  }
}

const isMeant = (fault: Fault, asked: Asked): boolean =>
  fault.on === asked.on &&
  (fault.set ?? asked.set) === asked.set &&
  (fault.datasetId ?? asked.datasetId) === asked.datasetId;

/** A right answer. */
export interface Right {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Gives an answer: the right one, or what a fault makes of it. */
export function answerWith(response: ServerResponse, right: Right, fault: Answer | undefined): void {
  switch (fault?.kind) {
    case 'status':
      response.writeHead(fault.status, { ...fault.headers }).end(fault.body ?? '');
      return;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
      return;
    case 'hang-up':
      response.destroy();
      return;
    case 'silent':
      return;
    case 'stall':
      begin(response, right).write(right.body.subarray(0, fault.afterBytes));
      return;
    case 'cut':
      begin(response, right).write(right.body.subarray(0, fault.afterBytes), () => {
        setTimeout(() => response.destroy(), ARRIVED);
      });
      return;
    case 'short':
      // Ended by closing, as a proxy does that lost its other side: only the length tells that bytes are missing.
      begin(response, right).write(right.body.subarray(0, right.body.length - fault.missing), () => {
        setTimeout(() => response.socket?.end(), ARRIVED);
      });
      return;
    case 'wrong-md5':
      begin(response, { ...right, headers: { ...right.headers, ...WRONG_MD5 } }).end(right.body);
      return;
    case 'other-etag': {
      const others = Object.entries(right.headers).filter(([name]) => name !== 'etag');
      const own = fault.etag === undefined ? {} : { etag: fault.etag };
      begin(response, { ...right, headers: { ...Object.fromEntries(others), ...own } }).end(right.body);
      return;
    }
    case 'other-bytes':
      begin(response, right).end(right.body.map((byte, place) => (place < KEPT ? byte : byte ^ 0xff)));
      return;
    case 'no-ranges':
    case 'meanwhile':
    case undefined:
      begin(response, right).end(right.body);
  }
}

function begin(response: ServerResponse, { status, headers, body }: Right): ServerResponse {
  return response.writeHead(status, { ...headers, 'content-length': String(body.length) });
}

/** Milliseconds after which what was sent has most likely been read: a reader may drop what it has not when it sees the end. */
const ARRIVED = 50;

/** The first bytes stay, so that it is told by the checksum alone. */
const KEPT = 10;
const WRONG_MD5 = { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==', 'x-ms-blob-content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' };
const PAGE = '<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>';
