import { Life } from '../feed/life.ts';
import type { Random } from '../random.ts';
import type { Act, Scenario } from '../scenario.ts';

/**
 * Rows that do not fit, within the contract's budget and beyond it; then the file that was refused comes again, mended. A
 * refused change leaves its key in doubt, so each of these ends with 1.
 */
function acts(random: Random): Act[] {
  const life = new Life(random, 'EDW.TAP', 40);
  return [
    {
      command: ['ingest'],
      exit: 1,
      deliver: async (folder) => {
        await life.snapshot(folder, { at: 1, files: 2, misfits: 2 });
        await life.changes(folder, { at: 2, events: 20, misfits: 1 });
      },
    },
    {
      command: ['ingest'],
      exit: 1,
      deliver: async (folder) => {
        await life.changes(folder, { at: 3, events: 20, misfits: 6 });
        await life.changes(folder, { at: 4, events: 20 });
      },
    },
    {
      command: ['ingest'],
      exit: 1,
      deliver: (folder, own) => new Life(own, 'EDW.TAP', 5).changes(folder, { at: 3, events: 10, misfits: 1 }),
    },
  ];
}

export const quarantine: Scenario = {
  name: 'quarantine',
  about: 'rows set apart within the budget, a file refused beyond it and delivered again',
  zones: 'folder',
  tables: { 'EDW.TAP': { quarantine: { snapshot: { rows: 5, share: 0.5 }, changes: { rows: 3, share: 0.5 } } } },
  acts,
};
