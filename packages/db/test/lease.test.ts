/** Proves that a table has one holder at a time, that dead and stalled ones are followed, and that they change nothing after. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { LeaseLost, lookAtLease, requireLease, withLease, withTransaction, type TableLease } from '../src/index.ts';
import { withTestDatabase } from './support/postgres.ts';

const database = withTestDatabase({ migrations: path.resolve(import.meta.dirname, '../../../migrations') });
const options = { holder: 'the test', seconds: 60 };

let count = 0;
const fresh = (): string => `edw_t${(count += 1)}`;

const take = (dataset: string): Promise<number | undefined> =>
  withLease(database.pool, dataset, options, ({ token }) => Promise.resolve(token));

/** Until it is given: somebody else may be on the way out. */
async function taken(dataset: string): Promise<number> {
  for (;;) {
    const token = await take(dataset);
    if (token !== undefined) return token;
    await sleep(50);
  }
}

const change = (lease: Pick<TableLease, 'dataset' | 'token'>) =>
  withTransaction(database.pool, async (db) => {
    await requireLease(db, lease);
    return 'committed';
  });

function child(dataset: string, seconds: number, ...more: string[]) {
  const script = path.join(import.meta.dirname, 'support/lease-child.ts');
  const args = [script, database.url, dataset, String(seconds), ...more];
  const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const reader = createInterface(started.stdout).on('line', (line) => lines.push(line));
  const ended = new Promise<void>((resolve) => {
    reader.once('close', () => {
      resolve();
    });
  });
  const said = async (word: string): Promise<void> => {
    while (!lines.some((line) => line.startsWith(word))) {
      if (started.exitCode !== null) throw new Error(`ended without ${word}: ${lines.join('; ')}`);
      await sleep(20);
    }
  };
  return { process: started, lines, ended, said };
}

describe('one at a time', () => {
  it('gives it to one, to the next when it is given back, and counts them', async () => {
    const dataset = fresh();
    await withLease(database.pool, dataset, options, async (lease) => {
      expect(lease.token).toBe(1);
      expect(await take(dataset)).toBeUndefined();
      expect(await lookAtLease(database.pool, dataset)).toEqual({ state: 'held', token: 1, holder: 'the test' });
      expect(await take(fresh())).toBe(1);
    });
    expect(await take(dataset)).toBe(2);
  });

  it('gives it back when the work fails, and passes the error on', async () => {
    const dataset = fresh();
    const failing = withLease(database.pool, dataset, options, () => Promise.reject(new Error('the work')));
    await expect(failing).rejects.toThrow('the work');
    expect(await take(dataset)).toBe(2);
  });

  it('lets nobody change anything with a lease that is given back or was another', async () => {
    const dataset = fresh();
    const given = await taken(dataset);
    await expect(change({ dataset, token: given })).rejects.toThrow(LeaseLost);
    await withLease(database.pool, dataset, options, async (lease) => {
      expect(await change(lease)).toBe('committed');
      await expect(change({ dataset, token: given })).rejects.toThrow(LeaseLost);
      await expect(change({ dataset, token: lease.token + 1 })).rejects.toThrow(LeaseLost);
    });
  });

  it('ten at once: each gets a turn, no two together', async () => {
    const dataset = fresh();
    let within = 0;
    const tokens = await Promise.all(
      Array.from({ length: 10 }, async () => {
        for (;;) {
          const token = await withLease(database.pool, dataset, options, async (lease) => {
            expect((within += 1)).toBe(1);
            await sleep(10);
            within -= 1;
            return lease.token;
          });
          if (token !== undefined) return token;
          await sleep(20);
        }
      }),
    );
    expect(new Set(tokens).size).toBe(10);
  }, 60_000);
});

describe('a connection that breaks', () => {
  it('is made anew by a holder that lives, under the same number', async () => {
    const dataset = fresh();
    await withLease(database.pool, dataset, options, async (lease) => {
      const sessions = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
      const { rows } = await database.pool.query<{ pid: number }>(sessions);
      await database.pool.query('SELECT pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
      const held = async () => (await lookAtLease(database.pool, dataset)).state === 'held';
      while (!(await held())) await sleep(20);
      expect(await change(lease)).toBe('committed');
      expect(lease.signal.aborted).toBe(false);
      expect((await database.pool.query<{ pid: number }>(sessions)).rows).not.toEqual(rows);
    });
  });
});

describe('a holder that is gone', () => {
  it('killed: the next one follows at once', async () => {
    const dataset = fresh();
    const holder = child(dataset, 3600);
    await holder.said('holds 1');
    expect(await take(dataset)).toBeUndefined();
    holder.process.kill('SIGKILL');
    await holder.ended;
    expect(await taken(dataset)).toBe(2);
  });

  it('stalled: the next one follows when its time has run out; it wakes and changes nothing', async () => {
    const dataset = fresh();
    const holder = child(dataset, 1);
    await holder.said('holds 1');
    // Far longer than its second: it renews.
    for (let n = 0; n < 20; n += 1) {
      expect(await take(dataset)).toBeUndefined();
      await sleep(100);
    }
    holder.process.kill('SIGSTOP');
    expect(await taken(dataset)).toBe(2);
    holder.process.kill('SIGCONT');
    await holder.ended;
    expect(holder.lines).toEqual(['holds 1', 'fenced', 'lost']);
    expect((await database.pool.query('SELECT FROM ledger.tables WHERE dataset = $1', [dataset])).rowCount).toBe(0);
  });

  it('stalled in the midst of a transaction: that is rolled back, and keeps nobody waiting', async () => {
    const dataset = fresh();
    const holder = child(dataset, 1, 'in');
    await holder.said('holds 1');
    holder.process.kill('SIGSTOP');
    expect(await taken(dataset)).toBe(2);
    holder.process.kill('SIGCONT');
    await holder.ended;
    expect(holder.lines).toEqual(['holds 1', 'failed', 'lost']);
    expect((await database.pool.query('SELECT FROM ledger.tables WHERE dataset = $1', [dataset])).rowCount).toBe(0);
  });

  it('in the midst of a transaction: also those who take no lease get at its rows when its time has run out', async () => {
    const dataset = fresh();
    const row = 'INSERT INTO ledger.tables (dataset) VALUES ($1) ON CONFLICT DO NOTHING';
    const ended = withTransaction(database.pool, async (db) => {
      await db.query(
        `INSERT INTO ledger.leases (dataset, token, holder, expires_at) VALUES ($1, 1, 'us', now() + interval '1 h')`,
        [dataset],
      );
      await requireLease(db, { dataset, token: 1, seconds: 1 });
      await db.query(row, [dataset]);
      // Nothing comes from us any more: the other waits for our row, and gets it.
      expect((await database.pool.query(row, [dataset])).rowCount).toBe(1);
      await db.query(row, [dataset]);
    });
    await expect(ended).rejects.toThrow();
  });

  it('a commit under way is waited for by whoever takes over', async () => {
    const dataset = fresh();
    // Nobody has its lock and its time has run out: dead, but for a transaction that still runs.
    await database.pool.query(
      `INSERT INTO ledger.leases (dataset, token, holder, expires_at) VALUES ($1, 1, 'ghost', now() - interval '1 s')`,
      [dataset],
    );
    const order: string[] = [];
    let next: Promise<unknown> | undefined;
    await withTransaction(database.pool, async (db) => {
      await requireLease(db, { dataset, token: 1 });
      next = taken(dataset).then((token) => order.push(`taken over by ${token}`));
      await sleep(300);
      order.push('committed');
    });
    await next;
    expect(order).toEqual(['committed', 'taken over by 2']);
  });
});
