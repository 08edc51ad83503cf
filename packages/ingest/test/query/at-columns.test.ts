/** Proves that a version is shown with the columns of then, names and types, and never with values that nobody may see any more. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { readPointer } from '@farelake/db';
import { folderStore } from '@farelake/lake';
import type { Contract, ContractColumn } from '@farelake/schema-registry';
import { ingest, resetCatalog, sendBack } from '../../src/index.ts';
import { atTime, atVersion, expectAsItStood, remember, rowsAt } from '../support/as-it-stood.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'NAME', type: 'STRING' },
  { name: 'PRICE', type: 'NUMERIC', precision: 10, scale: 2 },
];
const TABLES = ['edw_x', 'edw_x_history'];

async function snapshotOf(columns = COLUMNS) {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', columns);
  await delivery.snapshot(
    'LOAD00000001',
    [
      ['1', 'a', '1.5'],
      ['2', 'b', '2.5'],
    ],
    { start: '2026-01-01T00:00:00' },
  );
  await world.addTable('EDW.X');
  // Another key would make the same hash of no value.
  const opened = { ...world, keyFile: path.join(world.folder, 'hmac.key') };
  await world.ingest();
  let n = 0;
  const change = async (id: string, name: string, price: string) => {
    n += 1;
    const stem = `20260102-00000000${n}`;
    await delivery.changes(stem, [{ seq: seq(n), oper: 'U', row: [id, name, price] }], {
      end: `2026-01-02T00:00:0${n}`,
    });
    await world.ingest();
  };
  return { world: opened, delivery, change };
}

const revise = (world: World, name: string, to: Partial<ContractColumn>, more: Partial<Contract> = {}): void => {
  const contract = world.contracts.get('edw_x')!;
  const columns = contract.columns.map((column) => (column.name === name ? { ...column, ...to } : column));
  world.contracts.set('edw_x', { ...contract, ...more, version: contract.version + 1, columns });
};

const columnsAt = async (world: World, version: number, table = 'edw_x') =>
  (
    await rowsAt(world, `SELECT column_name AS c, column_type AS t FROM (DESCRIBE ${table})`, atVersion(table, version))
  ).map(({ c, t }) => `${String(c)} ${String(t)}`);
const SYSTEM = ['header__change_seq VARCHAR', 'header__timestamp TIMESTAMP'];

it('another name, a wider type, and a column of later leave the versions of before as they were', async () => {
  const { world, change } = await snapshotOf();
  const all = [await remember(world, TABLES)];
  revise(world, 'name', { name: 'title' });
  revise(world, 'price', { type: 'decimal(12,2)' });
  await change('2', 'c', '3.5');
  all.push(await remember(world, TABLES));
  expect(await columnsAt(world, 1)).toEqual(['id BIGINT', 'name VARCHAR', 'price DECIMAL(10,2)', ...SYSTEM]);
  expect(await columnsAt(world, 2)).toEqual(['id BIGINT', 'title VARCHAR', 'price DECIMAL(12,2)', ...SYSTEM]);
  expect(await columnsAt(world, 1, 'edw_x_history')).toEqual([
    'header__change_seq VARCHAR',
    'header__change_oper VARCHAR',
    'header__timestamp TIMESTAMP',
    'header__change_mask INTEGER[]',
    'id BIGINT',
    'name VARCHAR',
    'price DECIMAL(10,2)',
    '_load_id BIGINT',
    '_line BIGINT',
  ]);
  await expectAsItStood(world, all);
  // By time, too: names of then.
  expect(await rowsAt(world, 'SELECT name FROM edw_x ORDER BY 1', atTime(all[0]!.time))).toEqual([
    { name: 'a' },
    { name: 'b' },
  ]);
});

it('where the newest metadata is gone that of the version tells, and where that is gone, too, today’s contract', async () => {
  const { world, change } = await snapshotOf();
  revise(world, 'name', { name: 'title' });
  await change('2', 'c', '3.5');
  const { metadata } = (await readPointer(world.pool, 'edw_x'))!;
  await rm(metadata.replace('file://', ''));
  expect((await columnsAt(world, 1))[1]).toBe('name VARCHAR');
  await rm(path.join(world.folder, 'stage/edw_x/metadata'), { recursive: true });
  expect((await columnsAt(world, 1))[1]).toBe('title VARCHAR');
  expect(await rowsAt(world, 'SELECT title FROM edw_x ORDER BY 1', atVersion('edw_x', 1))).toEqual([
    { title: 'a' },
    { title: 'b' },
  ]);
});

describe('values in clear that are dropped or hashed by now', () => {
  const replayed = async (name: string, treatment: 'drop' | 'hmac') => {
    const { world, delivery } = await snapshotOf();
    // Once more in another file of the snapshot: history shows its copy.
    await delivery.snapshot('LOAD00000002', [['2', 'again', '2.5']], { start: '2026-01-01T00:00:10' });
    await world.ingest();
    const [row] = (
      await world.pool.query<{ n: number }>(
        `SELECT max(version) AS n FROM ledger.versions WHERE table_name = 'edw_x_history'`,
      )
    ).rows;
    revise(world, name, { treatment, classification: 'personal' });
    await sendBack(world, {});
    await ingest(world, folderStore(world.delivered));
    return { world, version: row!.n };
  };

  it.each(['drop', 'hmac'] as const)('are left out of old versions: %s', async (treatment) => {
    const { world, version } = await replayed('name', treatment);
    expect(await columnsAt(world, 1)).toEqual(['id BIGINT', 'price DECIMAL(10,2)', ...SYSTEM]);
    for (const [table, at] of [
      ['edw_x', 1],
      ['edw_x_history', version],
    ] as const) {
      await expect(rowsAt(world, `SELECT name FROM ${table} `, atVersion(table, at))).rejects.toThrow(
        /"name" not found/,
      );
      expect(JSON.stringify(await rowsAt(world, `SELECT * FROM ${table} `, atVersion(table, at)))).not.toMatch(
        /again|"a"/,
      );
    }
  });

  it('still tell rows of a history apart, where they are its key', async () => {
    const { world, version } = await replayed('id', 'hmac');
    const rows = await rowsAt(world, 'SELECT * FROM edw_x_history ORDER BY name', atVersion('edw_x_history', version));
    expect(rows.map(({ name }) => name)).toEqual(['a', 'again']);
    expect(rows[0]).not.toHaveProperty('id');
  });
});

it('metadata that was lost and written anew tells nothing of versions before: theirs does, or a later one of then', async () => {
  const { world, change } = await snapshotOf();
  const again = async () => {
    await rm((await readPointer(world.pool, 'edw_x'))!.metadata.replace('file://', ''));
    expect(await resetCatalog(world, world.contracts.get('edw_x')!)).toContainEqual({
      table: 'edw_x',
      done: 'rebuilt',
    });
  };
  await change('2', 'c', '3.5');
  revise(world, 'name', { name: 'was' });
  await change('2', 'd', '3.5');
  await again();
  revise(world, 'was', { name: 'label' });
  await change('2', 'e', '3.5');
  const names = async () => Promise.all([1, 2, 3, 4].map(async (version) => (await columnsAt(world, version))[1]));
  expect(await names()).toEqual(['name VARCHAR', 'name VARCHAR', 'was VARCHAR', 'label VARCHAR']);
  // Swept, as maintenance does with the oldest first.
  const { rows } = await world.pool.query<{ uri: string }>(
    `UPDATE ledger.metadata_files SET deleted_at = removed_at
     WHERE kind = 'metadata' AND table_name = 'edw_x' AND version_added = 1 RETURNING uri`,
  );
  await rm(rows[0]!.uri.replace('file://', ''));
  expect(await names()).toEqual(['name VARCHAR', 'name VARCHAR', 'was VARCHAR', 'label VARCHAR']);
});
