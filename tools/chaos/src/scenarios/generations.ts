import { openPool } from '@farelake/db';
import { Life } from '../feed/life.ts';
import type { Home } from '../home.ts';
import type { Random } from '../random.ts';
import type { Act, Scenario } from '../scenario.ts';

const INGEST: Pick<Act, 'command' | 'exit'> = { command: ['ingest'], exit: 0 };

/** Whether any generation is in one of these states. */
const anyIs =
  (...states: string[]) =>
  async (home: Home): Promise<boolean> => {
    const pool = openPool(home.databaseUrl, { max: 1 });
    try {
      return (await pool.query('SELECT FROM ledger.generations WHERE state = ANY ($1)', [states])).rowCount !== 0;
    } finally {
      await pool.end();
    }
  };

/** A second snapshot takes the place of the first, is rolled back while changes go on, and released after all. */
function exchanged(random: Random): Act[] {
  const life = new Life(random, 'EDW.TAP', 70);
  return [
    {
      ...INGEST,
      deliver: async (folder) => {
        await life.snapshot(folder, { at: 1, files: 2 });
        await life.changes(folder, { at: 2, events: 20 });
      },
    },
    {
      ...INGEST,
      deliver: async (folder) => {
        await life.changes(folder, { at: 3, events: 15 });
        await life.snapshot(folder, { at: 4, files: 2 });
        await life.changes(folder, { at: 5, events: 15 });
      },
    },
    { ...INGEST, deliver: (folder) => life.changes(folder, { at: 6, events: 10 }) },
    { command: ['table', 'rollback', 'EDW.TAP', '--why', 'a trial'], exit: 0, done: anyIs('rejected') },
    { ...INGEST, deliver: (folder) => life.changes(folder, { at: 7, events: 15 }) },
    { command: ['table', 'release', 'EDW.TAP'], exit: 0, done: anyIs('released') },
    INGEST,
  ];
}

/** A second snapshot has lost most rows: it is held while changes flow into the first, rejected, and shown once it is released. */
function held(random: Random): Act[] {
  const life = new Life(random, 'EDW.TAP', 70);
  return [
    { ...INGEST, deliver: (folder) => life.snapshot(folder, { at: 1, files: 1 }) },
    {
      ...INGEST,
      exit: 1,
      deliver: async (folder) => {
        await life.changes(folder, { at: 2, events: 15 });
        life.shrink(0.7);
        await life.snapshot(folder, { at: 3, files: 2 });
        await life.changes(folder, { at: 4, events: 15 });
      },
    },
    { command: ['table', 'reject', 'EDW.TAP', '--why', 'a trial'], exit: 0, done: anyIs('rejected') },
    INGEST,
    { command: ['table', 'release', 'EDW.TAP'], exit: 0, done: anyIs('released') },
    INGEST,
  ];
}

export const generations: Scenario = {
  name: 'generations',
  about: 'a second snapshot exchanged for the first, rolled back, released',
  zones: 'folder',
  tables: { 'EDW.TAP': { publish: { postgres: true }, layout: { segmentRows: 40 } } },
  acts: exchanged,
};

export const shrink: Scenario = {
  name: 'shrink',
  about: 'a second snapshot that has lost most rows, held, rejected and released',
  zones: 'folder',
  tables: { 'EDW.TAP': {} },
  acts: held,
};
