import { Life } from '../feed/life.ts';
import type { Random } from '../random.ts';
import type { Act, Scenario } from '../scenario.ts';

const command = ['ingest', '--engine', 'spark'];

/** A snapshot and changes, and then changes of which some come late: loaded and folded by Spark, whose jobs are processes of their own. */
function acts(random: Random): Act[] {
  const life = new Life(random, 'EDW.TAP', 60);
  return [
    {
      command,
      exit: 0,
      deliver: async (folder) => {
        await life.snapshot(folder, { at: 1, files: 1 });
        await life.changes(folder, { at: 3, events: 30 });
      },
    },
    { command, exit: 0, deliver: (folder) => life.changes(folder, { at: 2, events: 20 }) },
  ];
}

export const large: Scenario = {
  name: 'large',
  about: 'a table that Spark loads and folds, late changes among them',
  zones: 'folder',
  spark: true,
  tables: { 'EDW.TAP': { layout: { segmentRows: 40 } } },
  acts,
};
