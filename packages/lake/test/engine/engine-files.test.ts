/** Files of a bucket for the engine: fetched once, only where there is room, gone when released; or read in place. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  openEngine,
  s3Store,
  sha256OfFile,
  writeParquet,
  type Engine,
  type EngineFile,
  type EngineFilesOptions,
} from '../../src/index.ts';
import { testFolder } from '../support/folder.ts';
import { startFront, type Front } from '../support/s3-front.ts';
import { CREDENTIALS, s3Variables, startS3, type S3Server } from '../support/s3-server.ts';
import { thrownBy } from '../support/thrown.ts';

const folder = testFolder();
const COLUMNS = [{ id: 101, name: 'n', type: 'BIGINT' }];
let server: S3Server;
let front: Front;
let engine: Engine;
let scratch = '';
const files: EngineFile[] = [];

const open = (options: Partial<EngineFilesOptions> = {}) => {
  scratch = path.join(mkdtempSync(path.join(folder, 'engine-')), 'fetched');
  const tempFolder = path.join(folder, 'spill');
  return openEngine({ tempFolder, threads: 2, memoryLimit: 1 << 30, files: { folder: scratch, ...options } });
};

beforeAll(async () => {
  server = await startS3();
  front = await startFront(server.endpoint);
  Object.assign(process.env, s3Variables(front.endpoint), { FARELAKE_S3_TIMEOUT: '1' });
  await server.makeBucket('tables');
  engine = await open();
  const store = s3Store('s3://tables/stage');
  for (let n = 1; n <= 6; n += 1) {
    const file = path.join(folder, 'local.parquet');
    await writeParquet(engine, `SELECT ${n}::BIGINT AS n`, file, [{ name: 'n', id: 101 }]);
    const { size, sha256 } = await store.adopt(file, `t/base/${n}.parquet`);
    files.push({ uri: store.uriOf(`t/base/${n}.parquet`), size, sha256 });
  }
  engine.close();
}, 60_000);
beforeEach(() => {
  front.fault = () => undefined;
  front.seen.length = 0;
});
afterAll(async () => {
  await front.close();
  await server.close();
});

const sum = async (wanted: readonly EngineFile[]) => {
  const [row] = await engine.rows(`SELECT sum(n)::INTEGER AS s FROM ${await engine.files.sql(wanted, COLUMNS)} t`);
  return row?.['s'];
};
const inScratch = () => readdirSync(scratch).length;

describe('through scratch', () => {
  it('comes once, whoever asks how often, beside files of this machine', async () => {
    engine = await open();
    const local = path.join(folder, 'own.parquet');
    const { size } = await writeParquet(engine, 'SELECT 100::BIGINT AS n', local, [{ name: 'n', id: 101 }]);
    const both = [...files, { uri: pathToFileURL(local).href, size }, ...files.slice(0, 1)];
    expect(await Promise.all([sum(both), sum(files), sum(files.slice(2))])).toEqual([122, 21, 18]);
    expect(front.seen.length).toBe(files.length);
    expect(inScratch()).toBe(6);
    await engine.files.release(files.slice(0, 4));
    expect(inScratch()).toBe(2);
    expect(await sum(files)).toBe(21);
    engine.close();
  });

  it('comes only where there is room for all of it, counted with what is there', async () => {
    const { size } = files[0]!;
    engine = await open({ limit: 2 * size + 1 });
    expect((await thrownBy(sum(files))).code).toBe('scratch-full');
    expect(front.seen).toEqual([]);
    expect(await sum(files.slice(0, 2))).toBe(3);
    expect((await thrownBy(sum(files.slice(1, 3)))).code).toBe('scratch-full');
    await engine.files.release(files.slice(0, 1));
    expect(await sum(files.slice(1, 3))).toBe(5);
    engine.close();
  });

  it('is refused when it has another size than the manifest says, and leaves nothing behind', async () => {
    engine = await open();
    for (const difference of [-1, 1]) {
      const wrong = files.map((file, index) => (index === 3 ? { ...file, size: file.size + difference } : file));
      expect((await thrownBy(sum(wrong))).code).toBe('content-cut-short');
      await engine.files.release(files);
      expect(inScratch()).toBe(0);
    }
    expect((await thrownBy(sum([{ uri: 's3://tables/stage/t/base/9.parquet', size: 1 }]))).code).toBe('object-gone');
    // What failed can be asked for again.
    expect(await sum(files)).toBe(21);
    engine.close();
  });

  it('is refused when it has other bytes than were written, in the same size', async () => {
    engine = await open();
    const sha256 = '0'.repeat(64);
    const wrong = files.map((file, index) => (index === 3 ? { ...file, sha256 } : file));
    const error = await thrownBy(sum(wrong));
    expect(error).toMatchObject({ code: 'file-damaged', data: { uri: files[3]!.uri, expected: sha256 } });
    await engine.files.release(files);
    expect(inScratch()).toBe(0);
    // Files of before checksums were noted pass.
    expect(await sum(wrong.map((file) => ({ ...file, sha256: null })))).toBe(21);
    engine.close();
  });

  it('what lies here is proven when it is asked for, what was fetched is proven already', async () => {
    engine = await open();
    const local = path.join(folder, 'proven.parquet');
    const { size } = await writeParquet(engine, 'SELECT 7::BIGINT AS n', local, [{ name: 'n', id: 101 }]);
    const own = { uri: pathToFileURL(local).href, size, sha256: await sha256OfFile(local) };
    await engine.files.prove([own, ...files]);
    expect(front.seen.length).toBe(files.length);
    await engine.files.prove([own, { ...own, sha256: null }, ...files]);
    expect(front.seen.length).toBe(files.length);
    const bytes = readFileSync(local);
    bytes[size - 40]! ^= 1;
    writeFileSync(local, bytes);
    // Once for each piece of work, until that needs it no more.
    await engine.files.prove([own]);
    await engine.files.release([own]);
    expect((await thrownBy(engine.files.prove([own]))).code).toBe('file-damaged');
    engine.close();
  });

  it('an extension that cannot be loaded is told', async () => {
    engine = await open({ httpfs: path.join(folder, 'nothing.duckdb_extension') });
    expect((await thrownBy(sum(files))).code).toBe('bad-httpfs');
    engine.close();
  });
});

/** Needs the extension's file, which npm does not have. */
const extension = process.env['FARELAKE_HTTPFS'];
(extension === undefined ? describe.skip : describe)('in place, by httpfs', () => {
  it('is read without a copy, and no one sees the secret', async () => {
    engine = await open({ httpfs: extension });
    expect(await sum(files)).toBe(21);
    expect(() => readdirSync(scratch)).toThrow('ENOENT');
    const secrets = JSON.stringify(await engine.rows('SELECT secret_string::VARCHAR AS s FROM duckdb_secrets()'));
    expect(secrets).toContain('farelake_s3');
    expect(secrets).not.toContain(CREDENTIALS.secretAccessKey);
    const gone = engine.rows(
      `SELECT * FROM ${await engine.files.sql([{ uri: `${files[0]!.uri}x`, size: 1 }], COLUMNS)} t`,
    );
    await expect(gone).rejects.not.toThrow(CREDENTIALS.secretAccessKey);
    engine.close();
  });
});
