/** Proves that a table which is not what its history says is found out, where it differs, by both ways of working it out. */
import { rm, truncate } from 'node:fs/promises';
import { localPath } from '@farelake/lake';
import { repairTable, sendBack, verifyTable, type VerifyWith } from '../../src/index.ts';
import { doctorFacts, doctorSegment, dropSegment, flipUnread, segmentsOf } from '../support/damage.ts';
import { change, COLUMNS, row, soundTable } from '../support/table-for-repair.ts';
import { Delivery } from '../support/delivery.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const WAYS = ['history', 'interpreter'] as const satisfies readonly VerifyWith[];

const verify = (world: World, by: VerifyWith = 'history') => verifyTable(world, world.contracts.get('edw_x')!, by);

describe.each(WAYS)('with %s', (by) => {
  it('a sound table is equal in everything', async () => {
    const { world } = await soundTable();
    const steps: string[] = [];
    const verified = await verifyTable(world, world.contracts.get('edw_x')!, by, ({ step }) => steps.push(step));
    expect(verified).toMatchObject({
      table: 'edw_x',
      version: 1,
      with: by,
      equal: true,
      rows: { table: 30, recomputed: 30 },
      orphans: { table: 1, recomputed: 1 },
      conflicts: { table: 1, recomputed: 1 },
      movesOntoLive: { table: 0, recomputed: 0 },
      segments: [],
      changes: { added: 0, removed: 0, changed: 0, shown: [] },
    });
    expect(verified.checksum.table).toBe(verified.checksum.recomputed);
    expect(verified.checksum.table).toMatch(/^[0-9a-f]{16}$/);
    expect(steps).toContain('comparing');
  });

  it('one value in one row is found, with its key and column and segment', async () => {
    const { world, contract } = await soundTable();
    const [, second] = await segmentsOf(world, 'edw_x');
    await doctorSegment(
      world,
      contract,
      1,
      `SELECT * REPLACE (CASE WHEN id = 10 THEN 'x' ELSE name END AS name) FROM rows`,
    );
    const verified = await verify(world, by);
    expect(verified).toMatchObject({
      equal: false,
      rows: { table: 30, recomputed: 30 },
      segments: [{ segment: second!.segment, faults: [] }],
      changes: {
        added: 0,
        removed: 0,
        changed: 1,
        shown: [{ key: { id: '10', part: 'p' }, change: 'changed', columns: ['name'], segment: second!.segment }],
      },
    });
    expect(verified.checksum.table).not.toBe(verified.checksum.recomputed);
  });

  it('rows lost, invented and there twice are told apart', async () => {
    const { world, contract } = await soundTable();
    await doctorSegment(
      world,
      contract,
      0,
      `SELECT * FROM rows WHERE id <> 1 UNION ALL SELECT * FROM rows WHERE id = 2
       UNION ALL SELECT * REPLACE (4 AS id) FROM rows WHERE id = 3 ORDER BY id`,
    );
    expect(await verify(world, by)).toMatchObject({
      equal: false,
      segments: [{ faults: ['1 rows repeat the key before them'] }],
      changes: {
        added: 1,
        removed: 1,
        changed: 1,
        shown: [
          { key: { id: '1' }, change: 'added' },
          { key: { id: '2' }, change: 'changed', columns: [] },
          { key: { id: '4' }, change: 'removed' },
        ],
      },
    });
  });

  it('counters alone, and a watermark alone', async () => {
    const { world, contract } = await soundTable();
    await doctorFacts(world, contract, { orphans: 5 });
    expect(await verify(world, by)).toMatchObject({
      equal: false,
      orphans: { table: 5, recomputed: 1 },
      segments: [],
      changes: { added: 0, removed: 0, changed: 0 },
    });
    await doctorFacts(world, contract, { orphans: 1, watermark: '0'.repeat(35) });
    expect(await verify(world, by)).toMatchObject({ equal: false, orphans: { table: 1, recomputed: 1 } });
  });
});

it('rows out of order, and rows of another segment, though every row is right', async () => {
  const { world, contract } = await soundTable();
  await doctorSegment(world, contract, 2, 'SELECT * FROM rows ORDER BY id DESC');
  const disordered = await verify(world);
  expect(disordered).toMatchObject({ equal: false, changes: { added: 0, removed: 0, changed: 0 } });
  expect(disordered.segments[0]?.faults.join()).toMatch(/^\d rows are out of order$/);
  const [first] = await segmentsOf(world, 'edw_x');
  await doctorSegment(
    world,
    contract,
    0,
    `SELECT * FROM rows UNION ALL SELECT * REPLACE (17 AS id) FROM rows WHERE id = 1`,
  );
  const misplaced = await verify(world);
  expect(misplaced.segments[0]).toMatchObject({
    segment: first!.segment,
    faults: ['1 rows lie outside its range of keys'],
  });
});

it('a segment that is no longer in the manifest, one whose file is gone, one that is cut off, one of another number of rows', async () => {
  const { world, contract } = await soundTable();
  const rows = 30;
  const segments = await segmentsOf(world, 'edw_x');
  const last = segments.length - 1;
  expect(last).toBeGreaterThan(2);
  const own = (place: number) => segments[place]!;
  await dropSegment(world, contract, last);
  expect(await verify(world)).toMatchObject({
    rows: { table: rows - own(last).rows, recomputed: rows },
    changes: { added: own(last).rows },
  });
  await rm(localPath(own(0).uri));
  await truncate(localPath(own(1).uri), 100);
  await world.pool.query('UPDATE ledger.files SET rows = rows + 1 WHERE id = $1', [own(2).id]);
  const verified = await verify(world);
  expect(verified.segments.flatMap(({ faults }) => faults)).toEqual([
    'its file is gone',
    `its file has 100 bytes, the manifest says ${own(1).size}`,
    `it has ${own(2).rows} rows, the manifest says ${own(2).rows + 1}`,
  ]);
  expect(verified.changes).toMatchObject({ added: own(0).rows + own(1).rows + own(last).rows });
  expect(verified.changes.shown).toHaveLength(own(0).rows + own(1).rows + own(last).rows);
});

it('a segment with other bytes, where no reader looks and in a value; a repair writes both anew', async () => {
  const { world, contract } = await soundTable();
  const [first, second] = await segmentsOf(world, 'edw_x');
  await flipUnread(localPath(first!.uri));
  await doctorSegment(
    world,
    contract,
    1,
    `SELECT * REPLACE (CASE WHEN id = 10 THEN 'n9' ELSE name END AS name) FROM rows`,
  );
  const doctored = (await segmentsOf(world, 'edw_x')).find(({ segment }) => segment === second!.segment)!;
  await world.pool.query('UPDATE ledger.files SET sha256 = $1 WHERE id = $2', [second!.sha256, doctored.id]);
  const changed = 'its bytes are not those that were written';
  const order = { by: 'somebody@somewhere', why: 'a disk' };
  for (const by of WAYS)
    expect(await verify(world, by)).toMatchObject({
      equal: false,
      segments: [{ faults: [changed] }, { faults: [changed] }],
      changes: { added: 0, removed: 0, changed: 1 },
    });
  await expect(repairTable(world, { contract, keys: [['10', 'p']] }, order)).rejects.toMatchObject({
    code: 'segment-damaged',
    remedy: expect.stringContaining('without --keys') as string,
  });
  expect(await repairTable(world, { contract, keys: undefined }, order)).toMatchObject({
    segments: 2,
    changes: { changed: 1 },
  });
  expect(await verify(world)).toMatchObject({ equal: true });
});

it('a fold does not write the rows of a damaged segment once more; after a repair it goes on', async () => {
  const { world, contract, delivery } = await soundTable();
  const [first] = await segmentsOf(world, 'edw_x');
  await flipUnread(localPath(first!.uri));
  await delivery.changes('20260102-000000000', [change(9, 'U', row(1, 'newer'))], { end: '2026-01-02T00:00:00' });
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({
    version: 1,
    reason: expect.stringMatching(/is not what was written: its SHA-256 is .* farelake repair/) as string,
  });
  const order = { by: 'somebody@somewhere', why: 'a disk' };
  expect(await repairTable(world, { contract, keys: undefined }, order)).toMatchObject({ versionAfter: 2 });
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ version: 3, rows: 30 });
  expect(await verify(world)).toMatchObject({ equal: true });
});

it('keys that may be told to nobody are not', async () => {
  const { world, contract } = await soundTable();
  const hidden = contract.columns.map((column) =>
    column.name === 'part' ? { ...column, classification: 'pseudonymous' as const } : column,
  );
  world.contracts.set('edw_x', { ...contract, columns: hidden });
  await doctorSegment(world, contract, 0, 'SELECT * FROM rows WHERE id <> 1');
  const { changes } = await verify(world);
  expect(changes.shown[0]?.key).toEqual({ id: '1', part: '(hidden)' });
});

it('says why there is nothing to compare: no table yet, no key, another key since, values treated otherwise', async () => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD00000002', [], { start: '2026-01-01T00:00:00' });
  const contract = await world.addTable('EDW.X');
  await expect(verify(world)).rejects.toMatchObject({ code: 'no-table-yet' });
  await world.ingest();
  await expect(verify(world)).rejects.toThrow(/no current table yet: the snapshot is not whole: LOAD00000001 missing/);
  world.contracts.set('edw_x', { ...contract, key: [] });
  await expect(verify(world)).rejects.toMatchObject({ code: 'history-only' });
  const { world: other, contract: sound } = await soundTable();
  other.contracts.set('edw_x', { ...sound, key: ['id'] });
  await expect(verify(other)).rejects.toMatchObject({ code: 'table-outdated' });
  const dropped = sound.columns.map((c) => (c.name === 'name' ? { ...c, treatment: 'drop' as const } : c));
  other.contracts.set('edw_x', { ...sound, columns: dropped });
  await expect(verify(other)).rejects.toMatchObject({ code: 'table-held' });
});

it('while loads are taken through again: equal before their new rows come, and after; not to be told in between', async () => {
  const { world } = await soundTable();
  expect(await sendBack(world, {})).toHaveLength(2);
  expect(await verify(world)).toMatchObject({ equal: true, version: 1 });
  await world.pool.query('UPDATE ledger.applications SET replaced = true');
  await expect(verify(world)).rejects.toMatchObject({ code: 'table-outdated' });
  await world.ingest();
  for (const by of WAYS) expect(await verify(world, by)).toMatchObject({ equal: true, orphans: { table: 1 } });
});

it('an empty table is equal to an empty snapshot', async () => {
  const world = await openWorld();
  await new Delivery(world.delivered, 'EDW.X', COLUMNS).snapshot('LOAD1', [], { start: '2026-01-01T00:00:00' });
  await world.addTable('EDW.X');
  await world.ingest();
  for (const by of WAYS)
    expect(await verify(world, by)).toMatchObject({ equal: true, rows: { table: 0, recomputed: 0 } });
});
