/** What every object store keeps, whatever it is made of. A store of another kind runs these same tests. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectStore, StoredObject } from '../../src/index.ts';
import { testFolder } from '../support/folder.ts';
import { thrownBy } from '../support/thrown.ts';

export interface StoreUnderTest {
  /** Empty, nothing ever put into it. */
  readonly store: ObjectStore;
  /** Puts a file in as someone outside does. */
  put(path: string, content: string | Buffer): Promise<void>;
  /** What lies there of writing that did not come to its end. */
  unfinished(): Promise<string[]>;
  /** Whether two writers at the same moment can be told apart. */
  readonly knowsConditions: boolean;
  close(): Promise<void>;
}

/** Paths and sizes; whether a store keeps tags is its own affair. */
export async function listed(
  store: ObjectStore,
  ...told: Parameters<ObjectStore['list']>
): Promise<Omit<StoredObject, 'tag'>[]> {
  const found: Omit<StoredObject, 'tag'>[] = [];
  for await (const { path, size } of store.list(...told)) found.push({ path, size });
  return found;
}

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

/** What the ledger takes for the identity of a file. */
async function tagOf(store: ObjectStore, inside: string): Promise<string> {
  return (await store.stat(inside))?.tag ?? sha256(await buffer(await store.read(inside)));
}

export function describeObjectStore(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    const scratch = testFolder();
    let made: StoreUnderTest;
    let store: ObjectStore;
    beforeEach(async () => {
      made = await make();
      ({ store } = made);
    });
    afterEach(() => made.close());

    /** A finished local file, as an engine leaves one. */
    const local = async (content: string | Buffer): Promise<string> => {
      const file = path.join(scratch, 'finished.parquet');
      await writeFile(file, content);
      return file;
    };
    const read = async (inside: string) => (await buffer(await store.read(inside))).toString();

    it('lists nothing before anything is put into it', async () => {
      expect(await listed(store)).toEqual([]);
    });

    it('lists every file at any depth, with its size in bytes', async () => {
      const files = { 'a.txt': 'é🔥', 'b/c.txt': '', 'b/d/e f%20[1]*.txt': 'x'.repeat(70_000), 'é/🔥.txt': '1' };
      for (const [inside, content] of Object.entries(files)) await made.put(inside, content);
      const found = (await listed(store)).sort((a, b) => (a.path < b.path ? -1 : 1));
      expect(found).toEqual(
        Object.entries(files).map(([inside, content]) => ({ path: inside, size: Buffer.byteLength(content) })),
      );
      for (const [inside, content] of Object.entries(files)) expect(await read(inside)).toBe(content);
    });

    it('reads what was put, byte for byte', async () => {
      const bytes = Buffer.alloc(3_000_000, Buffer.from([0, 1, 13, 10, 26, 128, 255]));
      await made.put('deep/er/bytes.bin', bytes);
      expect(Buffer.compare(await buffer(await store.read('deep/er/bytes.bin')), bytes)).toBe(0);
    });

    it.each(['gone.txt', 'folder', 'folder/', 'folder/kept.txt/x'])('cannot read %s: object-gone', async (inside) => {
      await made.put('folder/kept.txt', 'x');
      const error = await thrownBy(store.read(inside));
      expect(error.code).toBe('object-gone');
      expect(error.message).toContain(inside);
    });

    it('adopts a finished local file and takes it away from where it was', async () => {
      const file = await local('whole');
      expect(await store.adopt(file, 'stage/x/1.parquet')).toMatchObject({
        path: 'stage/x/1.parquet',
        size: 5,
        sha256: sha256('whole'),
      });
      expect(existsSync(file)).toBe(false);
      expect(await listed(store)).toEqual([{ path: 'stage/x/1.parquet', size: 5 }]);
      expect(await read('stage/x/1.parquet')).toBe('whole');
    });

    it('leaves store and file as they were when it cannot adopt', async () => {
      await made.put('kept.txt', 'kept');
      await expect(store.adopt(path.join(scratch, 'absent.parquet'), 'kept.txt')).rejects.toThrow();
      expect(await read('kept.txt')).toBe('kept');
    });

    it('shows a reader the old file or the new one, whole, while it is adopted', async () => {
      const [one, two] = ['1', '2'].map((digit) => digit.repeat(200_000)) as [string, string];
      await made.put('x', one);
      const state = { done: false };
      const adopting = (async () => {
        for (let round = 0; round < 20; round += 1) await store.adopt(await local(round % 2 === 0 ? two : one), 'x');
        state.done = true;
      })();
      let reads = 0;
      while (!state.done) {
        const seen = await read('x');
        expect(seen === one || seen === two).toBe(true);
        for (const { size } of await listed(store)) expect(size).toBe(200_000);
        reads += 1;
      }
      await adopting;
      expect(reads).toBeGreaterThan(0);
    });

    it('lists what begins as asked for: part of a name, a folder, nothing', async () => {
      for (const file of ['a/00007-x.json', 'a/00007-y.json', 'a/000070.json', 'ab/c', 'b']) await made.put(file, 'x');
      const startingWith = async (prefix: string) =>
        (await listed(store, () => undefined, prefix)).map((file) => file.path);
      expect(await startingWith('a/00007-')).toEqual(['a/00007-x.json', 'a/00007-y.json']);
      expect(await startingWith('a')).toHaveLength(4);
      expect(await startingWith('a/')).toHaveLength(3);
      expect(await startingWith('a/00007-z')).toEqual([]);
      expect(await startingWith('')).toHaveLength(5);
    });

    it('tells of a file what its listing tells, and of what is no file nothing', async () => {
      await made.put('folder/kept.txt', 'kept');
      await made.put('empty', '');
      for await (const file of store.list()) expect(await store.stat(file.path)).toEqual(file);
      for (const absent of ['gone', 'folder', 'folder/', 'folder/kept.txt/x', 'folder/kept'])
        expect(await store.stat(absent)).toBeUndefined();
    });

    describe('reading', () => {
      const content = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
      it.each<[what: string, first: number, last: number | undefined]>([
        ['the beginning', 0, 9],
        ['one byte', 4711, 4711],
        ['the middle', 1000, 98_999],
        ['the end', 99_990, undefined],
        ['all', 0, undefined],
        ['more than there is', 99_990, 200_000],
        ['what lies behind the end', 100_000, undefined],
      ])('gives %s of a file, with and without its tag', async (_, first, last) => {
        await made.put('x', content);
        const range = { first, ...(last === undefined ? {} : { last }) };
        const expected = content.subarray(first, last === undefined ? undefined : last + 1);
        expect(await buffer(await store.read('x', { range }))).toEqual(expected);
        expect(await buffer(await store.read('x', { range, tag: await tagOf(store, 'x') }))).toEqual(expected);
      });

      it('by its tag gives that content and no other', async () => {
        await made.put('x', content);
        const tag = await tagOf(store, 'x');
        expect(await buffer(await store.read('x', { tag }))).toEqual(content);
        await made.put('x', Buffer.from(content).fill(7, 500, 501));
        const error = await thrownBy((async () => buffer(await store.read('x', { tag })))());
        expect(error.code).toBe('content-changed');
        expect((await thrownBy((async () => buffer(await store.read('gone', { tag })))())).code).toBe('object-gone');
      });

      it('gives an empty file', async () => {
        await made.put('empty', '');
        expect(await read('empty')).toBe('');
        expect((await buffer(await store.read('empty', { tag: await tagOf(store, 'empty') }))).length).toBe(0);
      });

      it('stops when its reader does, or is told to', async () => {
        await made.put('large', Buffer.alloc(10_000_000, 'x'));
        const left = await store.read('large');
        for await (const chunk of left as AsyncIterable<Buffer>) if (chunk.length > 0) break;
        expect(left.destroyed).toBe(true);
        const stop = new AbortController();
        const stopped = await store.read('large', { signal: stop.signal });
        stop.abort();
        await expect(buffer(stopped)).rejects.toMatchObject({ name: 'AbortError' });
      });
    });

    describe('putting', () => {
      const chunksOf = function* (count: number) {
        for (let index = 0; index < count; index += 1) yield Buffer.alloc(100_000, index % 256);
      };
      /** Nothing of a file that was not put, also not under another name. */
      const isEmpty = async () => {
        expect(await listed(store)).toEqual([]);
        expect(await made.unfinished()).toEqual([]);
      };

      it.each([0, 1, 3, 350])('streams a file of %i chunks in', async (count) => {
        const whole = Buffer.concat([...chunksOf(count)]);
        for (const options of [{}, { size: whole.length }]) {
          const stored = await store.put(Readable.from(chunksOf(count)), 'deep/x.bin', options);
          expect(stored).toEqual({ ...(await store.stat('deep/x.bin')), sha256: sha256(whole) });
          expect(stored.size).toBe(whole.length);
          expect(Buffer.compare(await buffer(await store.read('deep/x.bin')), whole)).toBe(0);
        }
        expect(await listed(store)).toEqual([{ path: 'deep/x.bin', size: whole.length }]);
        expect(await made.unfinished()).toEqual([]);
      });

      it.each([1, 350])('leaves nothing behind when the source fails after %i chunks', async (count) => {
        const failing = Readable.from(
          (function* () {
            yield* chunksOf(count);
            throw new Error('the disk is gone');
          })(),
        );
        await expect(store.put(failing, 'x')).rejects.toThrow('the disk is gone');
        await isEmpty();
      });

      it.each([-1, 1])('refuses a source that is %i bytes longer than announced', async (more) => {
        for (const count of [1, 350]) {
          const error = await thrownBy(
            store.put(Readable.from(chunksOf(count)), 'x', { size: count * 100_000 - more }),
          );
          expect(error.code).toBe('content-cut-short');
        }
        await isEmpty();
      });

      it('stops when it is told to', async () => {
        const stop = new AbortController();
        const source = Readable.from(
          (async function* () {
            for (;;) {
              yield Buffer.alloc(1_000_000);
              await sleep(1);
            }
          })(),
        );
        setTimeout(() => {
          stop.abort();
        }, 200);
        await expect(store.put(source, 'x', { signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' });
        expect(source.destroyed).toBe(true);
        await isEmpty();
      });

      it.each([1, 350])('only if absent leaves alone what is there (%i chunks)', async (count) => {
        const stored = await store.put(Readable.from(chunksOf(count)), 'x', { onlyIfAbsent: true });
        const first = await store.stat('x');
        expect(stored).toMatchObject(first!);
        const other = Readable.from(['other']);
        expect((await thrownBy(store.put(other, 'x', { onlyIfAbsent: true }))).code).toBe('object-exists');
        expect(other.destroyed).toBe(true);
        expect(await store.stat('x')).toEqual(first);
        expect(await made.unfinished()).toEqual([]);
      });

      it('only if absent lets one of several writers win', async () => {
        if (!made.knowsConditions) return;
        const results = await Promise.allSettled(
          ['1', '2', '3', '4'].map((digit) => store.put(Readable.from([digit]), 'x', { onlyIfAbsent: true })),
        );
        expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
        const winner = results.findIndex(({ status }) => status === 'fulfilled');
        expect(await read('x')).toBe(String(winner + 1));
      });
    });

    it('removes a file, and one that is not there', async () => {
      await made.put('a/x', '1');
      await made.put('a/y', '2');
      await store.remove('a/x');
      await store.remove('a/x');
      await store.remove('never/was');
      expect(await listed(store)).toEqual([{ path: 'a/y', size: 1 }]);
    });

    it.each(['../x', 'a/../../x', '..', '.', '', '/etc/hostname', 'a/..', '../finished.parquet'])(
      'refuses the path %j, which would leave the store',
      async (inside) => {
        const file = await local('x');
        await expect((async () => store.read(inside))()).rejects.toThrow('path leaves the store');
        await expect((async () => store.adopt(file, inside))()).rejects.toThrow('path leaves the store');
        await expect((async () => store.remove(inside))()).rejects.toThrow('path leaves the store');
        await expect((async () => store.stat(inside))()).rejects.toThrow('path leaves the store');
        await expect((async () => store.put(Readable.from(['x']), inside))()).rejects.toThrow('path leaves the store');
        expect(() => store.uriOf(inside)).toThrow('path leaves the store');
        expect(await readFile(file, 'utf8')).toBe('x');
      },
    );

    it('names each file by an absolute URI below its own', () => {
      expect(store.uri).toMatch(/^[a-z0-9]+:\/\/.*[^/]$/);
      expect(store.uriOf('a/b.parquet')).toBe(`${store.uri}/a/b.parquet`);
    });
  });
}
