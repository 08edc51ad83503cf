import { commitVersion, endAttempt, openPool, readManifest, startAttempt, withTransaction } from '@farelake/db';
import { Life } from '../feed/life.ts';
import type { Home } from '../home.ts';
import type { Random } from '../random.ts';
import type { Act, Scenario } from '../scenario.ts';

/** A version without one of the segments, with other counters: as a faulty program would commit. */
async function damage(home: Home): Promise<void> {
  const pool = openPool(home.databaseUrl, { max: 1 });
  const attemptId = 'd'.repeat(20);
  const tableName = 'edw_tap';
  try {
    await withTransaction(pool, async (db) => {
      const { version, files, fold } = await readManifest(db, tableName);
      const [first, ...rest] = files.toSorted((a, b) => a.id - b.id);
      if (first === undefined || fold === null) throw new Error(`${tableName} was never folded`);
      await startAttempt(db, { id: attemptId, dataset: tableName, batchId: null });
      await commitVersion(db, {
        ...{ tableName, baseVersion: version, attemptId, contractVersion: 1, add: [], remove: [first.id] },
        rows: rest.reduce((sum, { rows }) => sum + rows, 0),
        fold: { ...fold, orphans: fold.orphans + 7 },
        cameOf: 'fold',
      });
      await endAttempt(db, attemptId, 'committed');
    });
  } finally {
    await pool.end();
  }
}

/** A table that goes wrong and is repaired, and the sweep that removes what earlier versions and dead attempts left. */
function acts(random: Random): Act[] {
  const life = new Life(random, 'EDW.TAP', 90);
  const command = ['ingest'];
  return [
    {
      command,
      exit: 0,
      deliver: async (folder) => {
        await life.snapshot(folder, { at: 1, files: 1 });
        await life.changes(folder, { at: 2, events: 20 });
      },
    },
    { command, exit: 0, deliver: (folder) => life.changes(folder, { at: 3, events: 20 }) },
    { before: damage, command: ['repair', '--table', 'EDW.TAP', '--why', 'a segment was lost'], exit: 0 },
    { command: ['verify', '--table', 'EDW.TAP'], exit: 0 },
    { command: ['maintain', '--grace', 'PT0S', '--retention', 'PT0S'], exit: 0 },
  ];
}

export const upkeep: Scenario = {
  name: 'upkeep',
  about: 'a damaged table repaired, and what nothing needs any more removed',
  zones: 'folder',
  swept: true,
  tables: { 'EDW.TAP': { layout: { segmentRows: 30 } } },
  acts,
};
