import type { Random } from '../random.ts';
import type { Act, Scenario } from '../scenario.ts';
import { Life } from '../feed/life.ts';

const INGEST: Pick<Act, 'command' | 'exit'> = { command: ['ingest'], exit: 0 };
const half = (gz: Buffer): Buffer => gz.subarray(0, gz.length >> 1);

/** A table that is published: changes in time, late ones, a truncation, a broken file that is delivered again. */
function acts(random: Random): Act[] {
  const life = new Life(random, 'EDW.TAP', 90);
  return [
    {
      ...INGEST,
      deliver: async (folder) => {
        await life.snapshot(folder, { at: 1, files: 2 });
        await life.changes(folder, { at: 2, events: 30 });
        await life.changes(folder, { at: 4, events: 30 });
      },
    },
    {
      ...INGEST,
      exit: 1,
      deliver: async (folder) => {
        await life.changes(folder, { at: 6, events: 25, spoil: half });
        await life.changes(folder, { at: 7, events: 60, truncate: true });
      },
    },
    {
      ...INGEST,
      deliver: async (folder, own) => {
        // The file that was broken comes whole, below the watermark by now.
        await new Life(own, 'EDW.TAP', 5).changes(folder, { at: 6, events: 20 });
        await life.changes(folder, { at: 8, events: 20 });
      },
    },
  ];
}

export const stream: Scenario = {
  name: 'stream',
  about: 'a published table: changes, moves, late and broken files, a truncation',
  zones: 'folder',
  tables: { 'EDW.TAP': { publish: { postgres: true }, layout: { segmentRows: 40 } } },
  acts,
};

export const bucket: Scenario = {
  ...stream,
  name: 'bucket',
  about: 'the same with all zones in a bucket',
  zones: 'bucket',
};
