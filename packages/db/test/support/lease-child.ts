/**
 * Holds a lease, for tests that need a process to kill or to stop: `node lease-child.ts <url> <dataset> <seconds> [in]`.
 * With `in` it stands in the midst of a table transaction. Says `holds <token>`, and how it ended: `lost`, `fenced`, `committed`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LeaseLost, openPool, requireLease, withLease, withTransaction } from '../../src/index.ts';

const [url = '', dataset = '', seconds = '', where] = process.argv.slice(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const pool = openPool(url);

const isLost = (error: unknown): boolean => error instanceof LeaseLost;

await withLease(pool, dataset, { holder: 'child', seconds: Number(seconds) }, async (lease) => {
  const change = () =>
    withTransaction(pool, async (db) => {
      await requireLease(db, lease);
      if (where === 'in') {
        say(`holds ${lease.token}`);
        await sleep(1500);
      }
      await db.query(`INSERT INTO ledger.tables (dataset, trouble) VALUES ($1, 'by the child')`, [dataset]);
    });
  if (where !== 'in') {
    say(`holds ${lease.token}`);
    await sleep(60_000, undefined, { signal: lease.signal }).catch(() => undefined);
  }
  await change().then(
    () => {
      say('committed');
    },
    (error: unknown) => {
      say(isLost(error) ? 'fenced' : 'failed');
    },
  );
  if (where === 'in') await sleep(10_000, undefined, { signal: lease.signal }).catch(() => undefined);
  lease.signal.throwIfAborted();
}).catch((error: unknown) => {
  say(isLost(error) ? 'lost' : `error ${String(error)}`);
});
await pool.end();
