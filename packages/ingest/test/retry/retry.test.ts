/** Proves what is tried again and how long, and that it ends: with success, with the error, with Ctrl-C at once. */
import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openPool, PoolError } from '@farelake/db';
import { openEngine } from '@farelake/lake';
import { UserError } from '@farelake/schema-registry';
import { Client } from 'pg';
import { withTestDatabase } from '../../../db/test/support/postgres.ts';
import type { Progress } from '../../src/index.ts';
import { isPassing } from '../../src/retry/passing.ts';
import { patiently } from '../../src/retry/patiently.ts';
import { minutesAfter, PATIENCE, pauseAfter } from '../../src/retry/pause.ts';

const database = withTestDatabase();
const thrown = (work: Promise<unknown>): Promise<unknown> =>
  work.then(() => undefined).catch((error: unknown) => error);
const userError = (code: string) => new UserError({ code, problem: 'a problem', remedy: 'a remedy' });

describe('what passes', () => {
  it('a store out of reach, not one that is set wrong', () => {
    expect(isPassing(userError('store-unreachable'))).toBe(true);
    for (const code of ['no-such-bucket', 'bad-credentials', 'bad-csv', 'object-gone'])
      expect(isPassing(userError(code))).toBe(false);
  });

  it('a database that is not there, not a wrong password or name', async () => {
    const at = (change: (url: URL) => void) => {
      const url = new URL(database.url);
      change(url);
      const pool = openPool(url.href);
      return thrown(import('@farelake/db').then(({ withConnection }) => withConnection(pool, () => Promise.resolve())));
    };
    const away = await at((url) => (url.port = '1'));
    expect(away).toBeInstanceOf(PoolError);
    expect(isPassing(away)).toBe(true);
    expect(isPassing(await at((url) => (url.password = 'wrong')))).toBe(false);
    expect(isPassing(await at((url) => (url.pathname = '/nowhere')))).toBe(false);
  });

  it('a connection that is cut, in the midst of a statement and before the next; not a wrong statement', async () => {
    const client = new Client(database.url);
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const waiting = thrown(client.query('SELECT pg_sleep(60)'));
    await database.pool.query('SELECT pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
    expect(isPassing(await waiting)).toBe(true);
    expect(isPassing(await thrown(client.query('SELECT 1')))).toBe(true);
    expect(isPassing(await thrown(database.pool.query('SELECT nothing')))).toBe(false);
  });

  it('a disk of the engine that fails, not a file that is gone or no file', async () => {
    const folder = path.join(os.tmpdir(), `farelake-retry-${process.pid}`);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'no.parquet'), 'no Parquet');
    const engine = await openEngine({ tempFolder: folder });
    const asked = (sql: string) => thrown(engine.rows(sql));
    expect(isPassing(await asked(`SELECT * FROM read_parquet('${folder}/gone.parquet')`))).toBe(false);
    expect(isPassing(await asked(`SELECT * FROM read_parquet('${folder}/no.parquet')`))).toBe(false);
    engine.close();
    // A device that is full for everybody.
    const full = await openEngine({ tempFolder: folder });
    const written = await thrown(full.run(`COPY (SELECT * FROM range(1000000)) TO '/dev/full' (FORMAT csv)`));
    expect(String(written)).toMatch(/IO Error/);
    expect(isPassing(written)).toBe(true);
    full.close();
  });
});

describe('how long', () => {
  it('each pause doubles, half of it by chance, up to the longest, and not for ever', () => {
    const pauses = (random: number) =>
      [1, 2, 3, 4, 5, 6, 7, 8].map((failed) => pauseAfter(7, failed, PATIENCE, random));
    expect(pauses(1)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, undefined]);
    expect(pauses(0)).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, undefined]);
  });

  it('over runs: minutes that double, up to an hour', () => {
    expect([1, 2, 3, 7, 50].map(minutesAfter)).toEqual([1, 2, 4, 60, 60]);
  });
});

describe('patiently', () => {
  const quick = { retries: 3, ofStores: 1, first: 1, longest: 1 };
  const failing = (times: number, error: Error) => {
    let tries = 0;
    return {
      tries: () => tries,
      work: () => {
        tries += 1;
        return tries <= times ? Promise.reject(error) : Promise.resolve('done');
      },
    };
  };
  const reset = Object.assign(new Error('read ECONNRESET\nmore'), { code: 'ECONNRESET' });
  const signal = new AbortController().signal;

  it('goes on until it succeeds, and says so meanwhile', async () => {
    const { work } = failing(3, reset);
    const told: Progress[] = [];
    expect(await patiently({ signal, patience: quick }, 'it', work, (one) => told.push(one))).toBe('done');
    expect(told).toEqual(Array(3).fill({ step: 'trying again', what: 'it', why: 'read ECONNRESET' }));
  });

  it('ends with the error when it was tried often enough, a store less often, and at once when it does not pass', async () => {
    for (const [error, tries] of [
      [reset, 4],
      [userError('store-unreachable'), 2],
      [new Error('a bug'), 1],
    ] as const) {
      const tried = failing(9, error);
      await expect(patiently({ signal, patience: quick }, 'it', tried.work)).rejects.toBe(error);
      expect(tried.tries()).toBe(tries);
    }
  });

  it('ends at once when the person stops the command', async () => {
    const stop = new AbortController();
    const long = { ...quick, first: 3_600_000, longest: 3_600_000 };
    const waiting = patiently({ signal: stop.signal, patience: long }, 'it', failing(9, reset).work, () => {
      setImmediate(() => {
        stop.abort(new Error('stopped'));
      });
    });
    await expect(waiting).rejects.toThrow();
  });
});
