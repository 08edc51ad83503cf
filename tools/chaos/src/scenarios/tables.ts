import { Life } from '../feed/life.ts';
import type { Random } from '../random.ts';
import type { Act, Scenario } from '../scenario.ts';

const NAMES = ['EDW.CARD', 'EDW.GATE', 'EDW.RIDE', 'EDW.SALE'];

/** Several tables at once, one of them with a file that never heals. */
function acts(random: Random): Act[] {
  const lives = NAMES.map((name) => new Life(random, name, 40));
  return [
    {
      command: ['ingest'],
      exit: 0,
      deliver: async (folder) => {
        for (const life of lives) {
          await life.snapshot(folder, { at: 1, files: 2 });
          await life.changes(folder, { at: 2, events: 15 });
        }
      },
    },
    {
      command: ['ingest'],
      exit: 1,
      deliver: async (folder) => {
        for (const [index, life] of lives.entries())
          await life.changes(folder, { at: 3, events: 15, misfits: index === 2 ? 1 : 0 });
      },
    },
  ];
}

export const tables: Scenario = {
  name: 'tables',
  about: 'four tables at once, one with a file that cannot be loaded',
  zones: 'folder',
  tables: Object.fromEntries(NAMES.map((name, index) => [name, { publish: { postgres: index === 0 } }])),
  acts,
};
