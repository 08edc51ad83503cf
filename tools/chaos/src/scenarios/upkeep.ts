import { openPool } from '@farelake/db';
import { Life } from '../feed/life.ts';
import type { Home } from '../home.ts';
import type { Random } from '../random.ts';
import type { Act, Scenario } from '../scenario.ts';

/** The manifest loses a segment, and the table's counters are others: as a person's hand or a faulty program would do. */
async function damage(home: Home): Promise<void> {
  const pool = openPool(home.databaseUrl, { max: 1 });
  try {
    await pool.query(
      `UPDATE ledger.files SET version_removed = (SELECT max(version) FROM ledger.versions WHERE table_name = 'edw_tap')
       WHERE id = (SELECT min(id) FROM ledger.files WHERE table_name = 'edw_tap' AND version_removed IS NULL)`,
    );
    await pool.query(`UPDATE ledger.versions SET orphans = orphans + 7 WHERE table_name = 'edw_tap'`);
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
