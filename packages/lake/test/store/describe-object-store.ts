/** What every object store keeps, whatever it is made of. A store of another kind runs these same tests. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { ObjectStore, StoredObject } from '../../src/index.ts';
import { testFolder } from '../support/folder.ts';
import { thrownBy } from '../support/thrown.ts';

export interface StoreUnderTest {
  /** Empty, nothing ever put into it. */
  readonly store: ObjectStore;
  /** Puts a file in as someone outside does. */
  put(path: string, content: string | Buffer): Promise<void>;
  close(): Promise<void>;
}

export async function listed(store: ObjectStore, ...told: Parameters<ObjectStore['list']>): Promise<StoredObject[]> {
  const found: StoredObject[] = [];
  for await (const file of store.list(...told)) found.push(file);
  return found;
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
      expect(await store.adopt(file, 'stage/x/1.parquet')).toEqual({ path: 'stage/x/1.parquet', size: 5 });
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
