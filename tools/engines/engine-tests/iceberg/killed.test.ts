/**
 * Proves that a process that dies between the metadata files of a commit and the swap of the pointer, at every commit there is, leaves
 * the catalog as it was: all readers see the rows of before, the next run commits, and maintenance removes what nobody named, once
 * its grace is over.
 */
import { afterAll, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Row } from '@farelake/engines';
import { icebergPath } from '@farelake/ingest';
import { closeHomes, queryJson, startCommand } from '../../../../packages/cli/test/support/command.ts';
import { catalogProblems } from '../../../../packages/ingest/test/support/catalog-chain.ts';
import { openBusyHome, type BusyHome } from './support/busy-home.ts';
import { describeIceberg, NAMESPACE, openReaders, type Readers } from './support/readers.ts';
import { sorted } from './support/rows.ts';

const TABLES = ['edw_x', 'edw_x_history', 'taps'];

describeIceberg('killed between metadata and pointer', () => {
  const opened: { close(): Promise<void> }[] = [];
  afterAll(async () => {
    for (const one of opened.splice(0)) await one.close();
    await closeHomes();
  }, 60_000);

  it('at every commit of loads, folds, taps and compaction', async () => {
    const busy = await openBusyHome(['EDW.X']);
    await busy.run('migrate');
    const readers = await openReaders(busy.home.databaseUrl, busy.home.folder);
    opened.push(readers, busy);
    await busy.deliver(1);
    expect(await killedAtEach(busy, readers, ['ingest', busy.delivered])).toBeGreaterThanOrEqual(2);
    await busy.deliver(2);
    expect(await killedAtEach(busy, readers, ['ingest', busy.delivered])).toBeGreaterThanOrEqual(2);
    expect(await killedAtEach(busy, readers, ['taps', 'replay', await busy.events(0, 4)])).toBeGreaterThanOrEqual(3);
    await busy.run('taps', 'replay', await busy.events(4, 4));
    // Its files are young: they may be those of a commit under way.
    const left = await metadataOfNobody(busy);
    expect(left.length).toBeGreaterThanOrEqual(7 * 3);
    await busy.run('maintain', '--grace', 'PT1H', '--tap-grace', 'P9999D');
    expect(await metadataOfNobody(busy)).toEqual(left);
    const maintain = ['maintain', '--grace', 'PT0S', '--retention', 'PT0S', '--tap-grace', 'PT0S'];
    expect(await killedAtEach(busy, readers, maintain)).toBeGreaterThanOrEqual(1);
    expect(await metadataOfNobody(busy)).toEqual([]);
    expect(await catalogProblems(busy.pool, { whole: true, settled: true, each: true })).toEqual([]);
    await expectSameRows(busy, readers);
  }, 600_000);
});

/**
 * The command again and again. What the first dead one was about to commit, the second commits, and dies at the commit after it.
 * @returns how often it was killed
 */
async function killedAtEach(busy: BusyHome, readers: Readers, command: readonly string[]): Promise<number> {
  for (let kills = 0; ; kills += 1) {
    const FARELAKE_FAILPOINT = `catalog:written:${kills === 0 ? 1 : 2}`;
    const { child, ended } = startCommand({ ...busy.home.variables, FARELAKE_FAILPOINT }, command);
    const { code, err } = await ended;
    if (child.signalCode !== 'SIGKILL') {
      expect({ command, code, err: code === 0 ? '' : err }).toEqual({ command, code: 0, err: '' });
      return kills;
    }
    expect(await catalogProblems(busy.pool)).toEqual([]);
    await expectSameRows(busy, readers);
  }
}

/** Keys are enough: what else is in a row, others compare. */
async function expectSameRows({ home, pool }: BusyHome, readers: Readers): Promise<void> {
  const { rows: there } = await pool.query<{ name: string }>('SELECT table_name AS name FROM iceberg_tables');
  const tables = TABLES.filter((table) => there.some(({ name }) => name === table));
  const lists = tables.map((table) => `(SELECT list(t) FROM ${table} t) AS ${table}`);
  const [said] =
    lists.length === 0 ? [{}] : ((await queryJson(home, `SELECT ${lists.join(', ')}`)) as Record<string, Row[]>[]);
  for (const table of tables) {
    const reads = readers.all.map(async (reader) => {
      const rows = await reader.rows({ namespace: NAMESPACE, table });
      expect({ reader: reader.name, table, rows: sorted(rows.map(coarse)) }).toEqual({
        ...{ reader: reader.name, table, rows: sorted((said?.[table] ?? []).map(coarse)) },
      });
    });
    await Promise.all(reads);
  }
}

const coarse = ({ id, s, tap_id: tap, header__change_seq: number, partition, offset }: Row): Row => ({
  ...(id !== undefined && { id, s: s ?? null, number: number ?? null }),
  ...(tap !== undefined && { tap, partition: partition ?? null, offset: offset ?? null }),
});

/** Files in the folders of metadata that no commit has noted down. */
async function metadataOfNobody({ home, pool }: BusyHome): Promise<string[]> {
  const stage = path.join(home.folder, 'home/stage');
  const { rows } = await pool.query<{ uri: string }>('SELECT uri FROM ledger.metadata_files WHERE deleted_at IS NULL');
  const named = new Set(rows.map(({ uri }) => icebergPath(uri)));
  const entries = await readdir(stage, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && path.basename(entry.parentPath) === 'metadata')
    .map(({ parentPath, name }) => `file://${path.join(parentPath, name)}`)
    .filter((file) => !named.has(file))
    .sort();
}
