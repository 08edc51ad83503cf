import { openPool } from '@farelake/db';
import { Life } from '../feed/life.ts';
import type { Home } from '../home.ts';
import type { Random } from '../random.ts';
import type { Act, Scenario } from '../scenario.ts';

/** All that the database had: the next command begins with an empty one. */
async function lose(home: Home): Promise<void> {
  const pool = openPool(home.databaseUrl, { max: 1 });
  try {
    await pool.query(
      'DROP SCHEMA ledger CASCADE; DROP SCHEMA ods CASCADE; DROP TABLE public.iceberg_tables, public.iceberg_namespace_properties',
    );
  } finally {
    await pool.end();
  }
}

/** Two tables whose database is lost, and that go on from stage. */
function acts(random: Random): Act[] {
  const [taps, cards] = [new Life(random, 'EDW.TAP', 60), new Life(random, 'EDW.CARD', 30)];
  const command = ['ingest'];
  return [
    {
      command,
      exit: 0,
      deliver: async (folder) => {
        await taps.snapshot(folder, { at: 1, files: 2 });
        await taps.changes(folder, { at: 2, events: 20 });
        await cards.snapshot(folder, { at: 1, files: 1 });
      },
    },
    { command, exit: 0, deliver: (folder) => taps.changes(folder, { at: 3, events: 20 }) },
    { before: lose, command: ['restore', '--yes'], exit: 0 },
    {
      command,
      exit: 0,
      deliver: async (folder) => {
        await taps.changes(folder, { at: 4, events: 20 });
        await cards.changes(folder, { at: 4, events: 10 });
      },
    },
    { command: ['verify', '--table', 'EDW.TAP'], exit: 0 },
  ];
}

export const restore: Scenario = {
  name: 'restore',
  about: 'a lost database, made again from stage',
  zones: 'folder',
  tables: { 'EDW.TAP': { publish: { postgres: true }, layout: { segmentRows: 40 } }, 'EDW.CARD': {} },
  acts,
};
