/** Proves that what the catalog says without a commit of ours stops a table alone, and that a reset shows ours again. */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { folderStore } from '@farelake/lake';
import { audit, ingest, resetCatalog } from '../../src/index.ts';
import { Delivery } from '../support/delivery.ts';
import { AFTER, begun, change, COLUMNS } from '../support/one-row.ts';
import { catalogOf, expectSame } from '../support/shown-by-catalog.ts';
import { closeWorlds, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

describe("another writer's commit", () => {
  const foreign = async (world: World) => {
    await world.pool.query(
      `UPDATE iceberg_tables SET previous_metadata_location = metadata_location, metadata_location = 's3://elsewhere/x.metadata.json' WHERE table_name = 'edw_x'`,
    );
  };

  it('is refused, nothing overwritten; other tables go on; reset shows ours again, and what waited comes in', async () => {
    const { world, delivery, contract } = await begun();
    const other = new Delivery(world.delivered, 'EDW.Y', COLUMNS);
    await other.snapshot('LOAD1', [['1', 'a']], { start: '2026-01-01T00:00:00' });
    await world.addTable('EDW.Y');
    await foreign(world);
    await delivery.changes('20260102-000000000', [change(2, '2')], AFTER);
    const before = await world.rows('SELECT * FROM edw_x');
    await world.ingest();
    expect((await catalogOf(world)).get('edw_x')?.metadata_location).toBe('s3://elsewhere/x.metadata.json');
    expect(await world.rows('SELECT * FROM edw_x')).toEqual(before);
    expect(await world.rows('SELECT count(*) AS n FROM edw_y')).toEqual([{ n: '1' }]);
    // The history is a table of its own.
    expect(await world.rows('SELECT count(*) AS n FROM edw_x_history')).toEqual([{ n: '2' }]);
    const [told] = (await world.status()).filter(({ table }) => table === 'edw_x');
    expect(told?.reason).toContain('another writer has committed');
    expect((await audit(world, folderStore(world.delivered))).findings.map(({ kind }) => kind)).toContain(
      'foreign-commit',
    );
    expect(await resetCatalog(world, contract)).toEqual([
      { table: 'edw_x', done: 'taken back' },
      { table: 'edw_x_history', done: 'nothing' },
    ]);
    await world.ingest();
    expect(await world.rows('SELECT count(*) AS n FROM edw_x')).toEqual([{ n: '2' }]);
    await expectSame(world, 'edw_x');
  });

  it('a table that somebody dropped, and one of our name that is not ours, are foreign too', async () => {
    const { world, delivery, contract } = await begun();
    await world.pool.query(`DELETE FROM iceberg_tables WHERE table_name = 'edw_x'`);
    await delivery.changes('20260102-000000000', [change(2, '2')], AFTER);
    await world.ingest();
    expect((await world.status())[0]?.reason).toContain('dropped the table');
    expect(await resetCatalog(world, contract)).toContainEqual({ table: 'edw_x', done: 'taken back' });
    await world.ingest();
    await expectSame(world, 'edw_x');
    await world.pool.query(
      `INSERT INTO iceberg_tables VALUES ('farelake', 'farelake_local', 'edw_y', 's3://elsewhere/y.metadata.json', NULL, 'TABLE')`,
    );
    await new Delivery(world.delivered, 'EDW.Y', COLUMNS).snapshot('LOAD1', [['1', 'a']], {
      start: '2026-01-01T00:00:00',
    });
    const y = await world.addTable('EDW.Y');
    await world.ingest();
    expect((await world.status()).find(({ table }) => table === 'edw_y')?.reason).toContain('farelake did not make');
    expect(await resetCatalog(world, y)).toEqual([
      { table: 'edw_y', done: 'removed' },
      { table: 'edw_y_history', done: 'nothing' },
    ]);
    await world.ingest();
    await expectSame(world, 'edw_y');
  });
});

it('a command that says it is another environment is refused: tables under two names would be two', async () => {
  const { world, delivery, contract } = await begun();
  const before = await catalogOf(world);
  await delivery.changes('20260102-000000000', [change(2, '2')], AFTER);
  const other = { ...world, environment: 'dev' };
  await ingest(other, folderStore(world.delivered));
  expect((await world.status())[0]?.reason).toContain('farelake_local.edw_x');
  await expect(resetCatalog(other, contract)).rejects.toMatchObject({ code: 'other-environment' });
  expect(await catalogOf(world)).toEqual(before);
  await world.ingest();
  expect(await world.rows('SELECT count(*) AS n FROM edw_x')).toEqual([{ n: '2' }]);
});

it.each(['metadata', 'manifest-list', 'manifest'])(
  'a lost file of metadata (%s) is told, and reset writes all anew',
  async (kind) => {
    const { world, delivery, contract } = await begun();
    const { rows } = await world.pool.query<{ uri: string }>(
      `SELECT uri FROM ledger.metadata_files WHERE table_name = 'edw_x' AND kind = $1 AND removed_at IS NULL`,
      [kind],
    );
    await rm(fileURLToPath(rows[0]!.uri));
    expect((await audit(world, folderStore(world.delivered))).findings).toMatchObject([
      { kind: 'metadata-gone', object: rows[0]!.uri },
    ]);
    await delivery.changes('20260102-000000000', [change(1, '1')], AFTER);
    await world.ingest();
    expect(await world.rows('SELECT s FROM edw_x')).toEqual([{ s: 'a' }]);
    expect((await world.status())[0]?.reason).toContain('catalog reset');
    expect(await resetCatalog(world, contract)).toContainEqual({ table: 'edw_x', done: 'rebuilt' });
    await world.ingest();
    expect(await world.rows('SELECT s FROM edw_x')).toEqual([{ s: 'x' }]);
    await expectSame(world, 'edw_x');
    expect((await audit(world, folderStore(world.delivered))).findings).toEqual([]);
  },
);
