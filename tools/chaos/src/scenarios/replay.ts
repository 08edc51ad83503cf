import { Life } from '../feed/life.ts';
import type { Random } from '../random.ts';
import type { Act, Scenario } from '../scenario.ts';

/** Everything is loaded, then taken through again: some loads by themselves, and in the end all of them. A refused change waits all the while: 1. */
function acts(random: Random): Act[] {
  const life = new Life(random, 'EDW.TAP', 50);
  return [
    {
      command: ['ingest'],
      exit: 1,
      deliver: async (folder) => {
        await life.snapshot(folder, { at: 1, files: 2, misfits: 2 });
        await life.changes(folder, { at: 2, events: 20 });
        await life.changes(folder, { at: 3, events: 20, misfits: 1 });
      },
    },
    { command: ['replay', '--load', '3', '--table', 'EDW.TAP'], exit: 1 },
    {
      command: ['replay', '--table', 'EDW.TAP'],
      exit: 1,
      deliver: (folder) => life.changes(folder, { at: 4, events: 10 }),
    },
    { command: ['ingest'], exit: 1 },
  ];
}

export const replay: Scenario = {
  name: 'replay',
  about: 'loads taken through again, one of several in a batch and then all',
  zones: 'folder',
  tables: {
    'EDW.TAP': {
      publish: { postgres: true },
      quarantine: { snapshot: { rows: 5, share: 0.5 }, changes: { rows: 3, share: 0.5 } },
    },
  },
  acts,
};
