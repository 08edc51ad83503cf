/** What a commit waits for: for how long at least one read, write or statement was under way, and how many bytes went. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PassThrough, type Readable } from 'node:stream';
import type { ObjectStore } from '@farelake/lake';
import type { PoolClient } from 'pg';

export type Kind = 'read' | 'write' | 'sql';

export class Busy {
  readonly #since: Record<Kind, number> = { read: 0, write: 0, sql: 0 };
  readonly #under: Record<Kind, number> = { read: 0, write: 0, sql: 0 };
  /** Milliseconds. */
  readonly took: Record<Kind, number> = { read: 0, write: 0, sql: 0 };
  readonly bytes = { read: 0, write: 0 };
  files = 0;

  begin(kind: Kind): () => void {
    if (this.#under[kind] === 0) this.#since[kind] = performance.now();
    this.#under[kind] += 1;
    return () => {
      this.#under[kind] -= 1;
      if (this.#under[kind] === 0) this.took[kind] += performance.now() - this.#since[kind];
    };
  }
}

/** Each request is answered so many milliseconds later, as by a bucket some way off; requests side by side wait side by side. */
export const farStore = (store: ObjectStore, away: number): ObjectStore => ({
  ...store,
  read: async (path, options) => {
    await sleep(away);
    return store.read(path, options);
  },
  put: async (source, path, options) => {
    await sleep(away);
    return store.put(source, path, options);
  },
});

/** A read counts until all of it has come. */
export const watchedStore = (store: ObjectStore, busy: Busy): ObjectStore => ({
  ...store,
  read: async (path, options) => {
    const end = busy.begin('read');
    const source: Readable = await store.read(path, options);
    const watched = new PassThrough({ highWaterMark: 1 << 20 });
    source.on('data', (chunk: Buffer) => (busy.bytes.read += chunk.length)).once('end', end);
    return source.pipe(watched);
  },
  put: async (source, path, options = {}) => {
    const end = busy.begin('write');
    const written = await store.put(source, path, options).finally(end);
    busy.bytes.write += options.size ?? 0;
    busy.files += 1;
    return written;
  },
});

export const watchedDatabase = (db: PoolClient, busy: Busy): PoolClient =>
  new Proxy(db, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (name !== 'query') return member;
      const query = (member as (...asked: unknown[]) => Promise<unknown>).bind(target);
      return (...asked: unknown[]) => query(...asked).finally(busy.begin('sql'));
    },
  });
