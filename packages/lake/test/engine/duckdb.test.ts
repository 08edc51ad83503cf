/** The engine's promises: it can be stopped, keeps to its memory, speaks UTC, fetches nothing. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { openEngine, type Engine, type EngineOptions } from '../../src/index.ts';
import { testFolder } from '../support/folder.ts';

const folder = testFolder();
const MIB = 1024 * 1024;
let engine: Engine;
const open = async (options: Partial<EngineOptions> = {}) => {
  engine = await openEngine({ tempFolder: path.join(folder, 'spill'), threads: 2, ...options });
};
afterEach(() => {
  engine.close();
});

describe('the engine', () => {
  it('ends a long statement when interrupted, and then goes on with the next', async () => {
    await open();
    const long = engine.rows(
      'SELECT count(*) FROM range(10000000000) a, range(1000) b WHERE a.range % 7 = b.range % 5',
    );
    const start = performance.now();
    setTimeout(() => {
      engine.interrupt();
    }, 100);
    await expect(long).rejects.toThrow(/interrupt/i);
    expect(performance.now() - start).toBeLessThan(5000);
    expect(await engine.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('has the memory that it is given, and spills what does not fit', async () => {
    await open({ memoryLimit: 100 * MIB });
    expect(await setting('memory_limit')).toBe('100.0 MiB');
    const rows = 3_000_000;
    const sorted = engine.rows(
      `SELECT count(*) AS n FROM (SELECT *, row_number() OVER (ORDER BY t) AS r FROM (
         SELECT md5(range::VARCHAR) AS t, range AS i FROM range(${rows}))) WHERE r > 0`,
    );
    const spilled = watch(sorted);
    expect(await sorted).toEqual([{ n: BigInt(rows) }]);
    expect(await spilled).toBe(true);
  }, 60_000);

  it('fails when it needs more memory than it is given, and lives', async () => {
    await open({ memoryLimit: 32 * MIB });
    await expect(
      engine.rows(`SELECT length(list(repeat('x', 1000) || range)::VARCHAR) FROM range(1000000)`),
    ).rejects.toThrow(/out of memory/i);
    expect(await engine.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('takes a share of the machine when nothing is said', async () => {
    engine = await openEngine({ tempFolder: folder });
    const [row] = await engine.rows(
      `SELECT current_setting('memory_limit') AS memory, current_setting('threads')::INTEGER AS threads`,
    );
    expect(row?.['memory']).toMatch(/^(5[1-9]\d[.]\d MiB|[1-4][.]\d GiB|[6-9]\d\d[.]\d MiB)$/);
    expect(Number(row?.['threads'])).toBeGreaterThan(0);
  });

  it('knows no time zone but UTC, whatever the machine says', async () => {
    await open();
    expect(await setting('TimeZone')).toBe('UTC');
    const [row] = await engine.rows(`SELECT CAST(TIMESTAMPTZ '2021-07-01 12:00:00+02:00' AS VARCHAR) AS t`);
    expect(row?.['t']).toBe('2021-07-01 10:00:00+00');
  });

  it('installs nothing by itself, and keeps the order of rows', async () => {
    await open({ threads: 1 });
    expect(await setting('autoinstall_known_extensions')).toBe('false');
    expect(await setting('preserve_insertion_order')).toBe('true');
    expect(await setting('threads')).toBe('1');
  });

  it('runs several statements, and says which one is wrong', async () => {
    await open();
    await engine.run('CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (NULL)');
    expect(await engine.rows('SELECT a FROM t ORDER BY a NULLS LAST')).toEqual([{ a: 1 }, { a: null }]);
    await expect(engine.run('SELECT nothing FROM t')).rejects.toThrow('nothing');
  });
});

const setting = async (name: string) =>
  (await engine.rows(`SELECT CAST(current_setting('${name}') AS VARCHAR) AS value`))[0]?.['value'];

/** Did anything lie in the spill folder while the work was done? */
async function watch(work: Promise<unknown>): Promise<boolean> {
  const state = { done: false, seen: false };
  const end = () => {
    state.done = true;
  };
  work.then(end, end);
  while (!state.done) {
    const spill = path.join(folder, 'spill');
    state.seen ||= existsSync(spill) && readdirSync(spill).length > 0;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return state.seen;
}
