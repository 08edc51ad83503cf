/** Proves that nothing is taken in beside tables of a lost ledger, that nothing of a refused run is in a restore's way, and what does begin anew. */
import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { folderStore, type ObjectStore } from '@farelake/lake';
import { tapsContract } from '../../../schema-registry/test/taps-contract.ts';
import { audit, ingest, maintain, syncSets } from '../../src/index.ts';
import { CITATION, DAILY, datasets, withSyncWorlds } from '../dmap/support/sync-world.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { afterLoss, restoreAll } from '../support/lost.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';
import { openTapsWorld, poison, tap, tapsWorld } from '../taps/support/taps-world.ts';
import { KEY } from '../taps/support/topic.ts';

const openSyncWorld = withSyncWorlds();
afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];
const AFTER = { end: '2026-06-01T00:00:00' };

/** Tables of two rows, each in the second version. */
async function table(world: World, name: string): Promise<Delivery> {
  const delivery = new Delivery(world.delivered, name, COLUMNS);
  await delivery.snapshot('LOAD1', [['1', 'a']], { start: '2026-01-01T00:00:00' });
  await world.addTable(name);
  await world.ingest();
  await delivery.changes('20260102-000000000', [{ seq: seq(1), oper: 'I', row: ['2', 'b'] }], AFTER);
  await world.ingest();
  return delivery;
}

const more = (delivery: Delivery) =>
  delivery.changes('20260103-000000000', [{ seq: seq(2), oper: 'I', row: ['3', 'c'] }], AFTER);

const ids = (world: World, name: string) => world.rows(`SELECT id::INTEGER AS id FROM ${name} ORDER BY 1`);

const LOST = { code: 'ledger-lost', remedy: expect.stringContaining('farelake restore') as string };

/** Rows of the ledger, and numbers that were given. */
async function noted({ pool }: World): Promise<unknown> {
  const { rows } = await pool.query(
    `SELECT (SELECT count(*) FROM ledger.objects) AS objects, (SELECT count(*) FROM ledger.loads) AS loads, (SELECT count(*) FROM ledger.attempts) AS attempts,
       (SELECT count(*) FROM ledger.versions) AS versions, (SELECT count(*) FROM ledger.dmap_results) AS results,
       (SELECT count(*) FROM ledger.kafka_partitions) AS partitions, (SELECT count(*) FROM ledger.tables) AS tables,
       (SELECT is_called FROM ledger.objects_id_seq) OR (SELECT is_called FROM ledger.loads_id_seq) AS numbered`,
  );
  return rows[0];
}

const NOTHING = {
  ...{ objects: 0, loads: 0, attempts: 0, versions: 0, results: 0, partitions: 0, tables: 0 },
  numbered: false,
};

const filesOf = async ({ folder }: World): Promise<string[]> =>
  (await readdir(folder, { recursive: true })).filter((name) => /^(?:stage|archive|error)/.test(name)).toSorted();

const auditOf = async (world: World) => (await audit(world, folderStore(world.delivered), { content: true })).findings;

it('an empty ledger takes nothing in beside what was committed, of whichever table; status says why; a restore goes through', async () => {
  const world = await openWorld();
  const delivery = await table(world, 'EDW.X');
  const [before, files] = [await ids(world, 'edw_x'), await filesOf(world)];
  const next = await afterLoss(world);
  // One of which nothing is on stage would take the numbers.
  const other = new Delivery(world.delivered, 'EDW.NEW', COLUMNS);
  await other.snapshot('LOAD1', [['1', 'new']], { start: '2026-01-01T00:00:00' });
  await next.addTable('EDW.NEW', { from: world.delivered });
  await more(delivery);
  await expect(next.ingest()).rejects.toMatchObject({
    ...LOST,
    data: { version: 2, uri: expect.stringContaining('/metadata/00002-') as string },
  });
  await expect(next.ingest(next.delivered, { dataset: 'edw_new' })).rejects.toMatchObject(LOST);
  expect(await noted(next)).toEqual(NOTHING);
  expect(await filesOf(world)).toEqual(files);
  expect(await next.status()).toMatchObject([
    { table: 'edw_new', state: 'empty' },
    { table: 'edw_x', state: 'failing', reason: expect.stringMatching(/version 2.*farelake restore/) as string },
  ]);
  expect(await maintain(next, { grace: 0, retention: 0, dryRun: false })).toMatchObject({ dead: { files: 0 } });
  expect(await restoreAll(next)).toMatchObject({ restored: [{ dataset: 'edw_x', loads: 2 }], leftOut: [] });
  expect(await ids(next, 'edw_x')).toEqual(before);
  expect(await next.ingest()).toMatchObject({ tables: [{ loaded: 1 }, { loaded: 1 }], troubled: [] });
  expect(await ids(next, 'edw_x')).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  expect(await next.status()).toMatchObject([
    { table: 'edw_new', state: 'live', version: 1 },
    { table: 'edw_x', state: 'live', version: 3 },
  ]);
  expect(await auditOf(next)).toEqual([]);
});

it('a table that was not restored yet is left out of an ingest, with all that was delivered of it, with and without a contract; others go on', async () => {
  const world = await openWorld();
  const [x, y] = [await table(world, 'EDW.X'), await table(world, 'EDW.Y')];
  const next = await afterLoss(world);
  await restoreAll(next, { datasets: ['edw_x'] });
  await more(x);
  await more(y);
  const contract = next.contracts.get('edw_y')!;
  next.contracts.delete('edw_y');
  const { troubled } = await next.ingest();
  expect(troubled).toMatchObject([{ dataset: 'edw_y', error: LOST }]);
  next.contracts.set('edw_y', contract);
  const again = await next.ingest();
  expect(again.troubled).toMatchObject([{ dataset: 'edw_y', error: LOST }]);
  expect(again.registered).toMatchObject({ found: 6, fresh: 0, lost: [{ dataset: 'edw_y' }] });
  expect(await ids(next, 'edw_x')).toHaveLength(3);
  const known = await next.pool.query(`SELECT count(*) AS n FROM ledger.objects WHERE dataset = 'edw_y'`);
  expect(known.rows).toEqual([{ n: 0 }]);
  expect(await next.status()).toMatchObject([{ state: 'live' }, { state: 'failing' }]);
  expect(await restoreAll(next)).toMatchObject({ restored: [{ dataset: 'edw_y' }], leftOut: [] });
  expect(await next.ingest()).toMatchObject({ troubled: [] });
  expect(await ids(next, 'edw_y')).toHaveLength(3);
  expect(await auditOf(next)).toEqual([]);
});

it('what was registered already is not loaded either, and does not count as a failure of the table', async () => {
  const world = await openWorld();
  const [, y] = [await table(world, 'EDW.X'), await table(world, 'EDW.Y')];
  const next = await afterLoss(world);
  await restoreAll(next, { datasets: ['edw_x'] });
  await rename(path.join(world.folder, 'stage'), path.join(world.folder, 'elsewhere'));
  next.contracts.delete('edw_y');
  await next.ingest();
  await rename(path.join(world.folder, 'elsewhere'), path.join(world.folder, 'stage'));
  next.contracts.set('edw_y', world.contracts.get('edw_y')!);
  await more(y);
  for (let n = 0; n < 6; n += 1)
    expect((await next.ingest()).troubled).toMatchObject([{ dataset: 'edw_y', error: LOST }]);
  const { rows } = await next.pool.query(
    `SELECT (SELECT count(*) FROM ledger.holds) AS holds, (SELECT count(*) FROM ledger.batches WHERE dataset = 'edw_y') AS batches`,
  );
  expect(rows).toEqual([{ holds: 0, batches: 0 }]);
});

it('a table that a restore leaves out is refused until its folders are moved away, as the restore says', async () => {
  const world = await openWorld();
  await table(world, 'EDW.X');
  const staged = (name: string) => path.join(world.folder, 'stage', name);
  for (const name of await readdir(staged('edw_x_history/metadata')))
    if (name.endsWith('.journal.json')) await rm(staged(`edw_x_history/metadata/${name}`));
  const next = await afterLoss(world);
  expect((await restoreAll(next)).leftOut).toMatchObject([{ code: 'journal-gone' }]);
  await expect(next.ingest()).rejects.toMatchObject(LOST);
  await rename(staged('edw_x_history'), path.join(world.folder, 'away'));
  await expect(next.ingest()).rejects.toMatchObject({ ...LOST, data: { table: 'edw_x' } });
  await rename(staged('edw_x'), path.join(world.folder, 'away too'));
  expect(await next.ingest()).toMatchObject({ tables: [{ loaded: 2 }], troubled: [] });
  expect(await next.status()).toMatchObject([{ state: 'live', rows: 2 }]);
  expect(await auditOf(next)).toEqual([]);
});

it('a table of which nothing was ever shown has journals only: it begins anew', async () => {
  const world = await openWorld();
  await table(world, 'EDW.X');
  for (const name of ['edw_x', 'edw_x_history'])
    for (const file of await readdir(path.join(world.folder, 'stage', name, 'metadata')))
      if (!file.endsWith('.journal.json')) await rm(path.join(world.folder, 'stage', name, 'metadata', file));
  const next = await afterLoss(world);
  expect(await next.ingest()).toMatchObject({ tables: [{ loaded: 2 }], troubled: [] });
  expect(await ids(next, 'edw_x')).toHaveLength(2);
});

it('the commit itself refuses what has come since the work began: nothing of it counts', async () => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD1', [['1', 'a']], { start: '2026-01-01T00:00:00' });
  await world.addTable('EDW.X');
  const other = `edw_x/metadata/00007-${'b'.repeat(20)}-00000000.metadata.json`;
  const stage: ObjectStore = {
    ...world.stage,
    adopt: async (file, inside) => {
      await world.stage.put(Readable.from(['{}']), other);
      return world.stage.adopt(file, inside);
    },
  };
  const { troubled } = await ingest({ ...world, stage }, folderStore(world.delivered));
  expect(troubled).toMatchObject([{ dataset: 'edw_x', error: { ...LOST, data: { version: 7 } } }]);
  const versions = await world.pool.query(`SELECT table_name AS t FROM ledger.versions`);
  expect(versions.rows).toEqual([{ t: 'edw_x_history' }]);
  await world.stage.remove(other);
  expect(await world.ingest()).toMatchObject({ troubled: [] });
  expect(await world.status()).toMatchObject([{ state: 'live', version: 1 }]);
});

it('a table whose first version is an exchange of snapshots that died: the next ingest just goes on', async () => {
  const world = await openWorld();
  const keyless = new Delivery(world.delivered, 'EDW.Y', [{ name: 'S', type: 'STRING' }]);
  await keyless.snapshot('LOAD00000001', [['a']], { start: '2026-01-01T00:00:00' });
  const contract = await world.addTable('EDW.Y', { key: ['s'] });
  world.contracts.set('edw_y', { ...contract, key: [] });
  await world.ingest();
  world.contracts.set('edw_y', contract);
  await keyless.snapshot('LOAD00000001', [['a']], { start: '2026-02-01T00:00:00' });
  await world.pool.query(
    `CREATE FUNCTION ledger.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.table_name = 'edw_y' THEN RAISE 'killed'; END IF; RETURN NEW; END $$;
     CREATE TRIGGER refuse BEFORE INSERT ON ledger.pointers FOR EACH ROW EXECUTE FUNCTION ledger.refuse()`,
  );
  expect((await world.ingest()).tables).toMatchObject([{ trouble: expect.stringContaining('killed') as string }]);
  const left = await readdir(path.join(world.folder, 'stage/edw_y/metadata'));
  expect(left.filter((name) => name.endsWith('.metadata.json'))).not.toEqual([]);
  await world.pool.query('DROP TRIGGER refuse ON ledger.pointers');
  expect(await world.ingest()).toMatchObject({ troubled: [] });
  expect(await world.status()).toMatchObject([{ state: 'live', rows: 1, version: 1 }]);
  const { rows } = await world.pool.query(`SELECT came_of FROM ledger.versions WHERE table_name = 'edw_y'`);
  expect(rows).toEqual([{ came_of: 'exchange' }]);
});

it('a ledger that is older than its stage, as one from a backup, commits nothing; one that is made from the stage goes on', async () => {
  const world = await openWorld();
  const [x, y] = [await table(world, 'EDW.X'), await table(world, 'EDW.Y')];
  const backup = await afterLoss(world);
  await restoreAll(backup);
  await more(x);
  await world.ingest();
  const before = await noted(backup);
  const files = await filesOf(world);
  await more(y);
  const BEHIND = { code: 'ledger-behind', remedy: expect.stringContaining('farelake restore') as string };
  const data = { table: 'edw_x', version: 3, uri: expect.stringContaining('/metadata/00003-') as string };
  await expect(backup.ingest()).rejects.toMatchObject({ ...BEHIND, data });
  await expect(backup.ingest(backup.delivered, { dataset: 'edw_y' })).rejects.toMatchObject(BEHIND);
  await expect(maintain(backup, { grace: 0, retention: 0, dryRun: false })).rejects.toMatchObject(BEHIND);
  expect([await noted(backup), await filesOf(world)]).toEqual([before, files]);
  expect(await auditOf(backup)).toContainEqual(expect.objectContaining({ kind: 'not-restored', table: 'edw_x' }));
  const next = await afterLoss(world);
  expect((await restoreAll(next)).leftOut).toEqual([]);
  expect(await next.ingest()).toMatchObject({ troubled: [] });
  for (const name of ['edw_x', 'edw_y']) expect(await ids(next, name)).toHaveLength(3);
  expect(await auditOf(next)).toEqual([]);
});

it('a commit that was under way when the ledger was copied looks dead in the copy: what came after it tells, before anything is cleared away', async () => {
  const world = await openWorld();
  const x = await table(world, 'EDW.X');
  const backup = await afterLoss(world);
  await restoreAll(backup);
  await more(x);
  await world.ingest();
  const { rows } = await world.pool.query<{ id: string }>(
    'SELECT attempt_id AS id FROM ledger.versions WHERE version = 3',
  );
  for (const { id } of rows)
    await backup.pool.query(`INSERT INTO ledger.attempts (id, dataset) VALUES ($1, 'edw_x')`, [id]);
  await x.changes('20260104-000000000', [{ seq: seq(3), oper: 'I', row: ['4', 'd'] }], AFTER);
  await world.ingest();
  const files = await filesOf(world);
  const BEHIND = { code: 'ledger-behind', data: { version: 4 } };
  await expect(backup.ingest()).rejects.toMatchObject(BEHIND);
  await expect(maintain(backup, { grace: 0, retention: 0, dryRun: false })).rejects.toMatchObject(BEHIND);
  expect(await filesOf(world)).toEqual(files);
});

it('DMAP sets: nothing is listed or fetched of one that was not restored; others go on', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 3));
  await its.standIn.issue(CITATION, datasets(0, 2));
  await its.sync();
  its.downloads();
  const world = await afterLoss(its.world);
  const sync = (options = {}) => syncSets({ ...world, incoming: its.workspace.incoming }, its.vendor, options);
  await expect(sync()).rejects.toMatchObject(LOST);
  await expect(sync({ dryRun: true })).rejects.toMatchObject(LOST);
  expect(await noted(world)).toEqual(NOTHING);
  await restoreAll(world, { datasets: ['dmap_citation'] });
  await its.standIn.issue(DAILY, datasets(3, 4));
  await its.standIn.issue(CITATION, datasets(2, 3));
  for (const options of [{ dryRun: true }, {}, { sets: [DAILY.set] }]) {
    const synced = await sync(options);
    expect(synced.troubled).toMatchObject([{ dataset: 'dmap_agg_daily_fareprod', error: LOST }]);
    expect(synced.sets[0]).toMatchObject({
      set: DAILY.set,
      listed: 0,
      trouble: expect.stringContaining('version') as string,
    });
  }
  expect(its.downloads()).toHaveLength(1);
  expect(await restoreAll(world)).toMatchObject({ restored: [{ dataset: 'dmap_agg_daily_fareprod' }], leftOut: [] });
  expect(await sync()).toMatchObject({ troubled: [] });
  expect(its.downloads()).toHaveLength(1);
  const rows = await world.rows('SELECT count(*)::INTEGER AS n FROM dmap_agg_daily_fareprod');
  expect(rows).toEqual([{ n: 4 }]);
}, 120_000);

it('topics: records are not taken, nor refused, until the table is restored; then they come in once', async () => {
  process.env['FARELAKE_HMAC_KEY'] = KEY;
  try {
    const world = await openTapsWorld();
    await world.land([tap(0), tap(1)]);
    const next = tapsWorld(await afterLoss(world), tapsContract());
    await expect(next.land([tap(2), poison(3)])).rejects.toMatchObject(LOST);
    await expect(next.land([poison(3)])).rejects.toMatchObject(LOST);
    expect(await noted(next)).toEqual(NOTHING);
    expect((await restoreAll(next)).leftOut).toEqual([]);
    expect(await next.land([tap(1), tap(2), poison(3)])).toMatchObject([{ repeated: 1, written: 1, quarantined: 1 }]);
    expect(await next.taps()).toHaveLength(3);
    // The ledger of before has no part in that any more, though it knows the partition.
    await expect(world.land([tap(4)])).rejects.toMatchObject({ code: 'ledger-behind' });
    expect(await next.land([tap(4)])).toMatchObject([{ written: 1 }]);
  } finally {
    delete process.env['FARELAKE_HMAC_KEY'];
  }
});
