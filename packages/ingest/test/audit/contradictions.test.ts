/**
 * Proves that where the ledger contradicts itself about what a table was made of, an audit names it, nothing is judged or
 * repaired by it, and the next ingest makes table and ledger what history says.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { folderStore } from '@farelake/lake';
import { audit, previewRepair, repairTable, verifyTable } from '../../src/index.ts';
import { doctorSegment, dropSegment, segmentsOf } from '../support/damage.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { soundTable } from '../support/table-for-repair.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

type Sound = Awaited<ReturnType<typeof soundTable>>;

const rowsOf = (world: World) => world.rows('SELECT * FROM edw_x ORDER BY ALL');
const changeLoad = (world: World) =>
  world.pool
    .query<{ id: number }>(`SELECT id FROM ledger.loads WHERE generation IS NULL`)
    .then(({ rows }) => rows[0]!.id);
const findings = async (world: World) =>
  (await audit(world, folderStore(world.delivered))).findings.map(({ kind, problem }) => `${kind}: ${problem}`);

/** Nothing is believed, nothing changed; then an ingest sets it right. */
async function expectSetRight({ world, contract }: Sound, right: Awaited<ReturnType<typeof rowsOf>>, told: RegExp) {
  expect(await findings(world)).toEqual([expect.stringMatching(told)]);
  const before = await rowsOf(world);
  const refusal = { code: 'ledger-contradicts', data: { dataset: 'edw_x', loads: [expect.any(Number)] } };
  await expect(verifyTable(world, contract, 'history')).rejects.toMatchObject(refusal);
  await expect(verifyTable(world, contract, 'interpreter')).rejects.toMatchObject(refusal);
  await expect(previewRepair(world, { contract, keys: undefined })).rejects.toMatchObject(refusal);
  await expect(repairTable(world, { contract, keys: undefined }, { by: 'a', why: 'b' })).rejects.toMatchObject(refusal);
  expect(await rowsOf(world)).toEqual(before);
  await world.ingest();
  expect(await rowsOf(world)).toEqual(right);
  expect((await world.status())[0]).toMatchObject({ state: 'live', rows: 30, orphans: 1, conflicts: 1 });
  expect(await findings(world)).toEqual([]);
  expect(await verifyTable(world, contract, 'history')).toMatchObject({ equal: true });
  // Once is enough.
  const version = (await world.status())[0]!.version;
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'live', version });
}

describe('a load that its state says is in the table, and that no list of the table has', () => {
  it.each([
    ['changes', 'IS NULL'],
    ['a snapshot file', 'IS NOT NULL'],
  ])('%s: folded anew, and counted once', async (_, generation) => {
    const sound = await soundTable();
    const { world } = sound;
    const right = await rowsOf(world);
    await world.pool.query(`DELETE FROM ledger.applications a USING ledger.loads l
      WHERE l.id = a.load_id AND l.generation ${generation}`);
    await expectSetRight(sound, right, /^state-differs: load \d is archived, and not among those that the table/);
  });

  it('its rows are not in the table either', async () => {
    const sound = await soundTable();
    const { world, contract } = sound;
    const right = await rowsOf(world);
    await world.pool.query('DELETE FROM ledger.applications WHERE load_id = $1', [await changeLoad(world)]);
    await doctorSegment(world, contract, 0, 'SELECT * FROM rows WHERE id <> 3');
    await dropSegment(world, contract, (await segmentsOf(world, 'edw_x')).length - 1);
    await expectSetRight(sound, right, /^state-differs/);
  });
});

it.each(['superseded', 'loaded'])('a load of the table whose state is %s: in it after all', async (state) => {
  const sound = await soundTable();
  const { world } = sound;
  const right = await rowsOf(world);
  await world.pool.query('UPDATE ledger.loads SET state = $2 WHERE id = $1', [await changeLoad(world), state]);
  await expectSetRight(sound, right, new RegExp(`^state-differs: load \\d is ${state}, and among those that`));
});

it('a snapshot file of the table whose state is superseded counts again', async () => {
  const sound = await soundTable();
  const { world } = sound;
  const right = await rowsOf(world);
  await world.pool.query(`UPDATE ledger.loads SET state = 'superseded' WHERE generation IS NOT NULL`);
  await expectSetRight(sound, right, /^state-differs/);
});

it('a load that its state says is in the table, and that does not belong to it, stops counting', async () => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', [{ name: 'ID', type: 'INT4', key: 1 }]);
  await delivery.snapshot('LOAD00000001', [['1']], { start: '2026-01-02T00:00:00' });
  await delivery.changes('20260101-000000000', [{ seq: seq(1), oper: 'I', row: ['9'] }], {
    end: '2026-01-01T00:00:00',
  });
  await world.addTable('EDW.X');
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ rows: 1, loads: { archived: 1, superseded: 1 } });
  await world.pool.query(`UPDATE ledger.loads SET state = 'archived'`);
  expect(await findings(world)).toEqual([expect.stringMatching(/^state-differs: load \d is archived, and not/)]);
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'live', rows: 1, loads: { archived: 1, superseded: 1 } });
  expect(await findings(world)).toEqual([]);
});

it('a table without a key: its lists are set right, too', async () => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', [{ name: 'ID', type: 'INT4', key: 1 }]);
  await delivery.snapshot('LOAD00000001', [['1']], { start: '2026-01-02T00:00:00' });
  const contract = await world.addTable('EDW.X');
  world.contracts.set('edw_x', { ...contract, key: [] });
  await world.ingest();
  await world.pool.query('DELETE FROM ledger.applications');
  expect(await findings(world)).toEqual([expect.stringMatching(/^state-differs/)]);
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'live', loads: { archived: 1 } });
  expect(await findings(world)).toEqual([]);
});

it('a data file without a load is named, and an ingest gives it one, wherever that looks', async () => {
  const { world } = await soundTable();
  await world.pool.query(`INSERT INTO ledger.objects
    (seen, object_key, content_hash, dataset, source_schema, source_table, part, size, store_uri, path)
    SELECT 1, replace(object_key, '20260101-010000000', '20260101-020000000'), content_hash, dataset, source_schema,
      source_table, part, size, store_uri, path FROM ledger.objects WHERE part = 'data' AND object_key LIKE '%\\_\\_ct/%'`);
  const told = (await audit(world, folderStore(world.delivered))).findings;
  expect(told).toContainEqual(
    expect.objectContaining({ kind: 'load-missing', object: expect.stringContaining('20260101-020000000') as string }),
  );
  // A place where nothing of it lies.
  const elsewhere = path.join(world.folder, 'elsewhere');
  await mkdir(elsewhere);
  await world.ingest(elsewhere);
  expect((await world.status())[0]).toMatchObject({ state: 'waiting', loads: { archived: 2, waiting: 1 } });
  expect((await audit(world, folderStore(world.delivered))).findings.map(({ kind }) => kind)).not.toContain(
    'load-missing',
  );
});
