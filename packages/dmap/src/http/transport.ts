/** One request, and the bytes of its answer, with failures told apart: what passes, what was called off, what is a bug. */
import type * as Undici from 'undici';
import type { ApiKey } from '../api-key.ts';
import { redact, safeCause } from '../redact.ts';
import { Passing } from './passing.ts';
import { askedPause } from './pause.ts';

/** Milliseconds. */
export interface Timeouts {
  readonly connect: number;
  /** From the request to the head of the answer. */
  readonly headers: number;
  /** Between two pieces of a body. */
  readonly body: number;
}

export const TIMEOUTS: Timeouts = { connect: 10_000, headers: 60_000, body: 60_000 };

/** The head of an answer, and its bytes, which have to be read or given up. */
export interface Answer {
  readonly status: number;
  /** One header, by its name in lower case. */
  header(name: string): string | undefined;
  /** @throws Passing when they break off or stand still */
  readonly bytes: AsyncIterable<Uint8Array>;
  giveUp(): void;
}

interface Connections {
  readonly request: typeof Undici.request;
  readonly agent: Undici.Agent;
}

export class Transport {
  readonly #timeouts: Timeouts;
  /** From the first request on. */
  #connections: Promise<Connections> | undefined;
  #isClosed = false;
  /** Keys that were used so far, which no text may show. */
  readonly keys = new Set<ApiKey>();

  /** Milliseconds. */
  readonly longestStill: number;

  constructor(timeouts: Timeouts) {
    this.#timeouts = timeouts;
    this.longestStill = timeouts.body;
  }

  /** @throws Passing; the signal's reason */
  async get(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    if (this.#isClosed) throw new Error('asked for something after it was closed');
    const { request, agent } = await (this.#connections ??= connections(this.#timeouts));
    const answer = await request(url, { dispatcher: agent, headers: { ...headers }, signal }).catch((error: unknown) =>
      this.#fail(error, signal),
    );
    const { statusCode: status, body } = answer;
    // Whoever gives a body up early is told nothing more of it.
    body.on('error', () => undefined);
    return {
      status,
      header: (name) => {
        const value = answer.headers[name];
        return Array.isArray(value) ? value[0] : value;
      },
      bytes: this.#bytes(body, signal),
      giveUp: () => void body.destroy(),
    };
  }

  redact(text: string): string {
    return redact(text, this.keys);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const opened = await this.#connections;
    await opened?.agent.destroy();
  }

  async *#bytes(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const pieces = body[Symbol.asyncIterator]();
    try {
      for (;;) {
        const piece = await pieces.next().catch((error: unknown) => this.#fail(error, signal));
        if (piece.done === true) return;
        yield piece.value;
      }
    } finally {
      await pieces.return?.().catch(() => undefined);
    }
  }

  #fail(error: unknown, signal: AbortSignal): never {
    signal.throwIfAborted();
    const cause = safeCause(error, this.keys);
    const { code } = cause as { code?: string };
    if (BUGS.has(code ?? '')) throw cause;
    throw new Passing(WORDS[code ?? ''] ?? (cause.message === '' ? 'the connection broke' : cause.message), { cause });
  }
}

async function connections({ connect, headers, body }: Timeouts): Promise<Connections> {
  // Loaded when first needed: most commands ask no vendor.
  const { Agent, request } = await import('undici');
  // No address is found out about beforehand, no answer unpacked, no redirect followed: bytes as delivered, from where we asked.
  const agent = new Agent({
    connect: { timeout: connect },
    headersTimeout: headers,
    bodyTimeout: body,
    allowH2: false,
  });
  return { request, agent };
}

/** Statuses that another try may change: 408, 429 and 5xx. @throws Passing for one of them */
export function refusePassing(answer: Answer): void {
  const { status } = answer;
  if (status !== 408 && status !== 429 && status < 500) return;
  answer.giveUp();
  const asked = askedPause(answer.header('retry-after'), Date.now());
  throw new Passing(`it answers with status ${status}`, { asked });
}

const BUGS = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED', 'ERR_INVALID_ARG_TYPE', 'UND_ERR_DESTROYED']);

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up',
  UND_ERR_CONNECT_TIMEOUT: 'no connection came about in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer came in time',
  UND_ERR_BODY_TIMEOUT: 'the answer stood still for too long',
  UND_ERR_SOCKET: 'the connection broke',
};
