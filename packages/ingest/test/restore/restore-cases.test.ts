/** Proves a restore of tables of every kind: corrected, replayed, hashed, without key, empty, in odd places, from before snapshots. */
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { folderStore } from '@farelake/lake';
import type { Contract } from '@farelake/schema-registry';
import { ingest, sendBack, workTables } from '../../src/index.ts';
import { AFTER, findings } from '../support/before-loss.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { openFaultyBucket } from '../support/faulty-bucket.ts';
import { afterLoss, lostAndRestored, restoreAll } from '../support/lost.ts';
import { COLUMNS } from '../support/one-row.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

const folders: string[] = [];
afterAll(async () => {
  delete process.env['FARELAKE_HMAC_KEY'];
  await closeWorlds();
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
}, 60_000);

const START = { start: '2026-01-01T00:00:00' };
const ANY = { snapshot: { rows: 100, share: 1 }, changes: { rows: 100, share: 1 } };

interface TableOptions {
  readonly contractOf?: (contract: Contract) => Contract;
  readonly rows?: string[][];
  readonly columns?: typeof COLUMNS;
  readonly world?: World;
  readonly table?: string;
}

async function table(options: TableOptions = {}): Promise<{ world: World; delivery: Delivery }> {
  const {
    contractOf = (contract: Contract): Contract => contract,
    rows = [
      ['1', 'a'],
      ['2', 'b'],
    ],
    columns = COLUMNS,
    table: name = 'EDW.X',
  } = options;
  const world = options.world ?? (await openWorld());
  const delivery = new Delivery(world.delivered, name, columns);
  await delivery.snapshot('LOAD00000001', rows, START);
  const contract = contractOf(await world.addTable(name));
  world.contracts.set(contract.dataset, contract);
  await world.ingest();
  await delivery.changes('20260102-000000000', [{ seq: seq(1), oper: 'I', row: ['3', 'c'] }], AFTER);
  await world.ingest();
  return { world, delivery };
}

const picture = async (world: World) => ({
  current: await world.rows('SELECT * FROM edw_x ORDER BY ALL'),
  history: await world.rows('SELECT * FROM edw_x_history ORDER BY ALL'),
  loads: await world.rows(
    `SELECT l.id, o.object_key, o.content_hash, l.state, l.generation, l.history_batch_id IS NOT NULL AS here, l.read, l.written, l.quarantined
     FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id ORDER BY 1`,
  ),
  status: (await world.status()).map(({ table: name, state, reason, rows, version, quarantined }) => ({
    name,
    state,
    reason,
    rows,
    version,
    quarantined,
  })),
});

/** Lost, restored, ingested once more: all as it was. @param notes that something could not be told */
async function expectSame(world: World, notes?: RegExp): Promise<World> {
  await world.ingest();
  const before = await picture(world);
  const next = await afterLoss(world);
  const { restored, leftOut } = await restoreAll(next);
  expect(leftOut).toEqual([]);
  expect(restored.flatMap((one) => one.notes).join('\n')).toMatch(notes ?? /^$/);
  const { current, history } = await picture(next);
  expect({ current, history }).toEqual({ current: before.current, history: before.history });
  expect((await next.ingest()).troubled).toEqual([]);
  expect(await picture(next)).toEqual(before);
  expect(await findings(next)).toEqual([]);
  return next;
}

it('rows that were refused stay counted; a correction, a replay', async () => {
  const columns = [COLUMNS[0]!, { name: 'S', type: 'INT4' }];
  const { world, delivery } = await table({
    columns,
    rows: [
      ['1', '1'],
      ['2', 'two'],
    ],
    contractOf: (contract) => ({ ...contract, quarantine: ANY }),
  });
  await delivery.changes('20260103-000000000', [{ seq: seq(2), oper: 'I', row: ['4', '4'] }], AFTER);
  await expectSame(world);
  await delivery.snapshot(
    'LOAD00000001',
    [
      ['1', '1'],
      ['2', '2'],
    ],
    START,
  );
  await world.ingest();
  const { rows } = await world.pool.query<{ id: number }>(`SELECT id FROM ledger.loads WHERE state = 'waiting'`);
  await sendBack(world, { loadIds: rows.map(({ id }) => id) });
  await workTables(world, ['edw_x']);
  expect(await world.rows('SELECT s::INTEGER AS s FROM edw_x WHERE id = 2')).toEqual([{ s: 2 }]);
  const next = await expectSame(world);
  await sendBack(next, { datasets: ['edw_x'] });
  await workTables(next, ['edw_x']);
  await expectSame(next);
});

it('loads that were sent back and are not loaded again yet count as they did', async () => {
  const { world } = await table();
  const before = await picture(world);
  await sendBack(world, { datasets: ['edw_x'] });
  const next = await lostAndRestored(world);
  await next.ingest();
  const { current, history } = await picture(next);
  expect({ current, history }).toEqual({ current: before.current, history: before.history });
  expect(await findings(next)).toEqual([]);
});

it('hashed and dropped columns, by the same key', async () => {
  process.env['FARELAKE_HMAC_KEY'] = '0123456789abcdef0123456789abcdef';
  const { world } = await table({
    contractOf: (contract) => ({
      ...contract,
      columns: contract.columns.map((column) =>
        column.name === 's' ? { ...column, treatment: 'hmac' as const } : column,
      ),
    }),
  });
  await expectSame(world);
});

it('a table without key', async () => {
  const { world } = await table({ contractOf: (contract) => ({ ...contract, key: [] }) });
  await expectSame(world);
});

it('an empty snapshot: nothing of it lies in any file', async () => {
  const { world, delivery } = await table({ rows: [] });
  const next = await expectSame(world);
  await delivery.changes('20260103-000000000', [{ seq: seq(2), oper: 'I', row: ['4', 'd'] }], AFTER);
  await next.ingest();
  expect(await next.rows('SELECT id::INTEGER AS id FROM edw_x ORDER BY 1')).toEqual([{ id: 3 }, { id: 4 }]);
});

it('in a folder with a blank and a percent sign in its name', async () => {
  const folder = path.join(await mkdtemp(path.join(os.tmpdir(), 'farelake-restore-')), 'a place %20 of ours');
  folders.push(path.dirname(folder));
  const opened = await openWorld(folder);
  const { world } = await table({ world: { ...opened, folder } });
  await expectSame(world);
});

it('in a bucket', async () => {
  const bucket = await openFaultyBucket('restored');
  try {
    const opened = await openWorld('s3://restored/zones');
    const { world } = await table({ world: { ...opened, folder: 's3://restored/zones' } });
    const next = await expectSame(world);
    const { rows } = await next.pool.query<{ uri: string }>(
      'SELECT uri FROM ledger.files UNION SELECT uri FROM ledger.metadata_files',
    );
    for (const { uri } of rows) expect(uri).toMatch(/^s3:\/\/restored\/zones\/stage\//);
  } finally {
    await bucket.close();
  }
}, 60_000);

it('a home from before there were snapshots: its next run writes what it is restored from', async () => {
  const { world, delivery } = await table();
  await world.pool.query(
    'DELETE FROM ledger.snapshots; DELETE FROM ledger.pointers; DELETE FROM ledger.metadata_files; DELETE FROM public.iceberg_tables',
  );
  for (const name of ['edw_x', 'edw_x_history'])
    await rm(path.join(world.folder, 'stage', name, 'metadata'), { recursive: true });
  expect((await restoreAll(await afterLoss(world)).catch((error: unknown) => error)) as Error).toMatchObject({
    code: 'nothing-on-stage',
  });
  await delivery.changes('20260103-000000000', [{ seq: seq(2), oper: 'I', row: ['4', 'd'] }], AFTER);
  const next = await expectSame(world);
  // Of the versions before, nothing is known.
  const { rows } = await next.pool.query<{ v: number }>(
    `SELECT min(version) AS v FROM ledger.versions WHERE table_name = 'edw_x'`,
  );
  expect(rows[0]?.v).toBe(3);
});

it('one table of two; the other later, also when something was ingested meanwhile', async () => {
  const { world } = await table();
  await table({ world, table: 'EDW.Y' });
  const [x, y] = [await picture(world), await world.rows('SELECT * FROM edw_y_history ORDER BY ALL')];
  const next = await afterLoss(world);
  expect((await restoreAll(next, { datasets: ['edw_x'] })).restored).toMatchObject([{ dataset: 'edw_x' }]);
  const { current, history } = await picture(next);
  expect({ current, history }).toEqual({ current: x.current, history: x.history });
  const third = new Delivery(`${world.delivered}/z`, 'EDW.Z', COLUMNS);
  await third.snapshot('LOAD1', [['1', 'z']], START);
  await next.addTable('EDW.Z', { from: `${world.delivered}/z` });
  await next.ingest(`${world.delivered}/z`);
  expect((await restoreAll(next, { datasets: ['edw_y'] })).leftOut).toEqual([]);
  expect(await next.rows('SELECT * FROM edw_y_history ORDER BY ALL')).toEqual(y);
  // Begun in another place, and then pointed at this one: numbers are others' by then.
  const wrong = await afterLoss(world);
  await wrong.addTable('EDW.Z', { from: `${world.delivered}/z` });
  const elsewhere = { ...wrong, stage: folderStore(`${wrong.folder}/elsewhere`) };
  await ingest(elsewhere, folderStore(`${world.delivered}/z`));
  expect((await restoreAll(wrong, { datasets: ['edw_x'] })).leftOut).toMatchObject([{ code: 'numbers-taken' }]);
});

it('of two ledgers on one stage a dry run says what a restore will say', async () => {
  const { world } = await table();
  const other = await openWorld(world.folder);
  await new Delivery(`${world.delivered}/z`, 'EDW.Z', COLUMNS).snapshot('LOAD1', [['1', 'z']], START);
  await other.addTable('EDW.Z', { from: `${world.delivered}/z` });
  // As long as it sees the other's tables, it is refused.
  const [stage, aside] = [`${world.folder}/stage`, `${world.folder}/aside`];
  await rename(stage, aside);
  await other.ingest(`${world.delivered}/z`);
  for (const name of await readdir(aside)) await rename(path.join(aside, name), path.join(stage, name));
  world.contracts.set('edw_z', other.contracts.get('edw_z')!);
  const dry = await restoreAll(await afterLoss(world), { dryRun: true });
  expect(dry).toMatchObject({
    restored: [{ dataset: 'edw_x' }],
    leftOut: [{ dataset: 'edw_z', code: 'numbers-taken' }],
  });
  expect((await restoreAll(await afterLoss(world))).leftOut).toEqual(dry.leftOut);
});

it('a table that was delivered without a row is whole without a history, and is not folded anew', async () => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD1', [], START);
  await world.addTable('EDW.X');
  await world.ingest();
  const next = await afterLoss(world);
  expect(await restoreAll(next)).toMatchObject({ restored: [{ dataset: 'edw_x', loads: 1, notes: [] }], leftOut: [] });
  expect((await next.status())[0]).toMatchObject({ state: 'live', version: 1, rows: 0 });
  await delivery.changes('20260102-000000000', [{ seq: seq(1), oper: 'I', row: ['1', 'x'] }], AFTER);
  await next.ingest();
  expect(await next.rows('SELECT id::INTEGER AS id FROM edw_x')).toEqual([{ id: 1 }]);
  expect(await findings(next)).toEqual([]);
});
