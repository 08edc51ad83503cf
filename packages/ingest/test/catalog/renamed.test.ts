/**
 * Proves that a table that somebody renamed, or registered under a name of his own, is taken back, and that a command of another
 * environment is refused before it writes anything, however little the catalog still says.
 */
import { rm } from 'node:fs/promises';
import { readPointer } from '@farelake/db';
import { folderStore } from '@farelake/lake';
import type { Contract } from '@farelake/schema-registry';
import { ingest, resetCatalog } from '../../src/index.ts';
import { Delivery } from '../support/delivery.ts';
import { AFTER, begun, change, COLUMNS } from '../support/one-row.ts';
import { closeWorlds, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

async function changing(): Promise<{ world: World; contract: Contract; deliver: (id: string) => Promise<unknown> }> {
  const { world, delivery, contract } = await begun();
  const deliver = (id: string) => delivery.changes(`2026010${id}-000000000`, [change(Number(id), id)], AFTER);
  return { world, contract, deliver };
}

const catalog = async ({ pool }: World) =>
  (await pool.query<Record<string, unknown>>('SELECT * FROM iceberg_tables ORDER BY table_namespace, table_name')).rows;

describe('a table of ours under a name of somebody else is no other environment', () => {
  it.each([
    ['renamed', `UPDATE iceberg_tables SET table_name = 'edw_x_old' WHERE table_name = 'edw_x'`],
    ['moved', `UPDATE iceberg_tables SET table_namespace = 'reports' WHERE table_name = 'edw_x'`],
    ['all moved', `UPDATE iceberg_tables SET table_namespace = 'reports'`],
  ])('%s: told as foreign, and reset takes it back', async (_, statement) => {
    const { world, contract, deliver } = await changing();
    await world.pool.query(statement);
    await deliver('2');
    await world.ingest();
    expect((await world.status())[0]?.reason).toMatch(
      /dropped the table from the catalog, or renamed it.*catalog reset/,
    );
    expect(await resetCatalog(world, contract)).toContainEqual({ table: 'edw_x', done: 'taken back' });
    await world.ingest();
    expect(await world.rows('SELECT count(*) AS n FROM edw_x')).toEqual([{ n: '2' }]);
  });
});

describe('a command of another environment', () => {
  const away = {
    'nothing changed': '',
    'one table dropped': `DELETE FROM iceberg_tables WHERE table_name = 'edw_x'`,
    'the other one dropped': `DELETE FROM iceberg_tables WHERE table_name = 'edw_x_history'`,
    'both dropped': 'DELETE FROM iceberg_tables',
  };

  it.each(Object.entries(away))('resets nothing: %s', async (_, statement) => {
    const { world, contract } = await changing();
    await world.pool.query(statement);
    const before = await catalog(world);
    for (const lost of [undefined, 'edw_x', 'edw_x_history']) {
      if (lost !== undefined) await rm((await readPointer(world.pool, lost))!.metadata.replace('file://', ''));
      // Of two lost ones nothing but the catalog tells.
      if (lost === 'edw_x_history' && statement === away['both dropped']) continue;
      await expect(resetCatalog({ ...world, environment: 'prod' }, contract)).rejects.toMatchObject({
        code: 'other-environment',
      });
      expect(await catalog(world)).toEqual(before);
    }
    await resetCatalog(world, contract);
    expect((await catalog(world)).map(({ table_name: name }) => name as string)).toEqual(['edw_x', 'edw_x_history']);
  });

  it('commits nothing, neither to a table that is there nor to a new one', async () => {
    const { world, deliver } = await changing();
    await new Delivery(world.delivered, 'EDW.Y', COLUMNS).snapshot('LOAD1', [['1', 'a']], {
      start: '2026-01-01T00:00:00',
    });
    await world.addTable('EDW.Y');
    await deliver('2');
    const before = await catalog(world);
    await ingest({ ...world, environment: 'prod' }, folderStore(world.delivered));
    expect(await catalog(world)).toEqual(before);
    const reasons = (await world.status()).map(({ reason }) => reason);
    expect(reasons).toEqual([
      expect.stringContaining('farelake_local.edw_x'),
      expect.stringContaining('farelake_local.edw_x'),
    ]);
    await world.letTimePass();
    await world.ingest();
    expect(await world.rows('SELECT count(*) AS n FROM edw_y')).toEqual([{ n: '1' }]);
  });

  it('whose namespace is the same is told by the metadata', async () => {
    const { world, contract, deliver } = await changing();
    const [hyphen, underscore] = ['a-b', 'a_b'].map((environment) => ({ ...world, environment }));
    await world.pool.query('TRUNCATE iceberg_tables, ledger.pointers, ledger.snapshots, ledger.metadata_files');
    await ingest(hyphen!, folderStore(world.delivered));
    const before = await catalog(world);
    await deliver('2');
    await ingest(underscore!, folderStore(world.delivered));
    expect((await world.status())[0]?.reason).toContain('table-uuid');
    await expect(resetCatalog(underscore!, contract)).rejects.toMatchObject({ code: 'other-environment' });
    expect(await catalog(world)).toEqual(before);
  });
});
