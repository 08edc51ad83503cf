/** What has to hold the moment after a command died, before anybody mends anything. */
import { openPool } from '@farelake/db';
import { catalogProblems } from '../../../../packages/ingest/test/support/catalog-chain.ts';
import type { Home } from '../home.ts';
import type { Record } from './trial.ts';

/** Readers of the catalog see a version that was committed, whole, and nothing of what the dead one was about to commit. */
export async function lookAfterKill(home: Home, record: Record): Promise<void> {
  const pool = openPool(home.databaseUrl, { max: 1 });
  try {
    // Killed before the database was made.
    const { rows } = await pool.query<{ there: boolean }>("SELECT to_regclass('ledger.pointers') IS NOT NULL AS there");
    if (rows[0]?.there !== true) return;
    for (const problem of await catalogProblems(pool)) record.problems.push(`after ${record.done.at(-1)}: ${problem}`);
  } finally {
    await pool.end();
  }
}
