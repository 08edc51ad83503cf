/** Proves that the role of readers sees published tables from the first, and still when another table took the place of one. */
import { five, FEB, rowsOf } from './support/five-rows.ts';
import { expectPublished, publish } from './support/published.ts';
import { closeWorlds, type World } from './support/world.ts';

afterAll(closeWorlds, 60_000);

const rights = async (world: World) =>
  (
    await world.pool.query<Record<string, unknown>>(
      `SELECT 'ods.edw_x'::regclass::oid AS oid, has_table_privilege('farelake_reader', 'ods.edw_x', 'SELECT') AS reads,
         has_table_privilege('farelake_reader', 'ods.edw_x', 'INSERT, UPDATE, DELETE, TRUNCATE') AS writes,
         has_schema_privilege('farelake_reader', 'ledger', 'USAGE') AS ledger, has_schema_privilege('farelake_reader', 'ods', 'CREATE') AS makes`,
    )
  ).rows[0]!;

it('is given what is published, and keeps it through a new snapshot; what an administrator took back stays so', async () => {
  const { world, delivery, decide } = await five();
  const contract = publish(world, decide.contract);
  await world.ingest();
  const first = await rights(world);
  expect(first).toMatchObject({ reads: true, writes: false, ledger: false, makes: false });
  await delivery.snapshot('LOAD00000001', rowsOf(5, 'b'), { start: FEB });
  await world.ingest();
  await expectPublished(world, contract);
  const second = await rights(world);
  expect(second).toMatchObject({ reads: true, writes: false });
  expect(second['oid']).not.toBe(first['oid']);
  await world.pool.query('REVOKE SELECT ON ods.edw_x FROM farelake_reader');
  await delivery.snapshot('LOAD00000001', rowsOf(5, 'c'), { start: '2026-03-01T00:00:00' });
  await world.ingest();
  expect(await rights(world)).toMatchObject({ reads: false });
  expect((await rights(world))['oid']).not.toBe(second['oid']);
});
