/** Proves that what belongs apart stays apart, whatever comes first: sources, snapshots, contracts of different days. */
import { rename, rm } from 'node:fs/promises';
import { folderStore } from '@farelake/lake';
import { ingest } from '../src/index.ts';
import { Delivery, seq } from './support/delivery.ts';
import { closeWorlds, openWorld, type World } from './support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];
const SEC = (n: number) => `2026-01-01T00:00:0${n}`;
const rows = (world: World, table = 'edw_x') => world.rows(`SELECT id::INTEGER AS id, s FROM ${table} ORDER BY 1`);
const change = (n: number, oper: string, id: string, s: string | null) => ({ seq: seq(n), oper, row: [id, s] });
const AFTER = { end: '2026-03-01T00:00:00' };

it('two source tables whose names come out the same: the second waits, named, and touches nothing', async () => {
  const world = await openWorld();
  const dollar = new Delivery(world.delivered, 'EDW.P$Q', COLUMNS);
  const hash = new Delivery(world.delivered, 'EDW.P#Q', COLUMNS);
  await dollar.snapshot('LOAD1', [['1', 'dollar']], { start: SEC(0) });
  await world.addTable('EDW.P$Q');
  await hash.snapshot('LOAD1', [['1', 'hash']], { start: SEC(0) });
  await hash.changes('20260102-000000000', [change(1, 'I', '3', 'hash')], AFTER);
  await world.ingest();
  expect(await rows(world, 'edw_p_q')).toEqual([{ id: 1, s: 'dollar' }]);
  expect((await world.status())[0]).toMatchObject({ state: 'waiting', loads: { archived: 1, waiting: 2 } });
  expect((await world.troubles())[0]?.reason).toMatch(/EDW\.P#Q would be edw_p_q, which is the table of EDW\.P\$Q/);
});

it('good content that only waited is not dropped for other content under its name', async () => {
  const world = await openWorld();
  const old = new Delivery(`${world.folder}/p0`, 'EDW.X', COLUMNS);
  const young = new Delivery(`${world.folder}/p1`, 'EDW.X', COLUMNS);
  const last = new Delivery(`${world.folder}/p2`, 'EDW.X', COLUMNS);
  await old.changes('20260102-000000000', [change(1, 'I', '1', 'old')], AFTER);
  await young.changes('20260102-000000000', [change(2, 'I', '2', 'new')], AFTER);
  await last.snapshot('LOAD1', [], { start: SEC(0) });
  await world.addTable('EDW.X', { from: `${world.folder}/p2` });
  for (const folder of ['p0', 'p1', 'p2']) await world.ingest(`${world.folder}/${folder}`);
  expect(await rows(world)).toEqual([
    { id: 1, s: 'old' },
    { id: 2, s: 'new' },
  ]);
});

it('a later file of a second snapshot that came first goes over to it when that snapshot is known', async () => {
  const world = await openWorld();
  const one = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await one.snapshot('LOAD00000001', [['1', 'g1']], { start: '2026-01-01T00:00:00' });
  await one.snapshot('LOAD00000002', [['2', 'g1']], { start: '2026-01-01T00:01:00' });
  await world.addTable('EDW.X');
  await world.ingest();
  const two = new Delivery(`${world.folder}/second`, 'EDW.X', COLUMNS);
  await two.snapshot(
    'LOAD00000003',
    [
      ['3', 'g2'],
      ['1', 'g2'],
    ],
    { start: '2026-02-01T00:02:00' },
  );
  await world.ingest(`${world.folder}/second`);
  await two.snapshot('LOAD00000001', [['1', 'g2']], { start: '2026-02-01T00:00:00' });
  await two.snapshot('LOAD00000002', [['2', 'g2']], { start: '2026-02-01T00:01:00' });
  await world.ingest(`${world.folder}/second`);
  expect(await rows(world)).toEqual([
    { id: 1, s: 'g2' },
    { id: 2, s: 'g2' },
    { id: 3, s: 'g2' },
  ]);
  expect((await world.status())[0]).toMatchObject({ state: 'live', loads: { archived: 3, superseded: 2 } });
});

describe('around a snapshot that is shown', () => {
  const FEB = '2026-02-01T00:0';
  async function february() {
    const world = await openWorld();
    const feb = new Delivery(world.delivered, 'EDW.X', COLUMNS);
    await feb.snapshot('LOAD00000001', [['1', 'feb']], { start: `${FEB}1:00` });
    await feb.snapshot(
      'LOAD00000002',
      [
        ['2', 'feb'],
        ['8', 'feb'],
      ],
      { start: `${FEB}2:00` },
    );
    await world.addTable('EDW.X');
    await world.ingest();
    const shown = [
      { id: 1, s: 'feb' },
      { id: 2, s: 'feb' },
      { id: 8, s: 'feb' },
    ];
    expect(await rows(world)).toEqual(shown);
    return { world, shown };
  }

  it.each([
    ['a file of an older one whose place is taken', ['LOAD00000002']],
    ['a file of an older one whose place is free', ['LOAD00000003']],
    ['an older one, file by file', ['LOAD00000002', 'LOAD00000001']],
  ])('%s changes nothing and is put aside', async (_, stems) => {
    const { world, shown } = await february();
    const jan = new Delivery(`${world.folder}/jan`, 'EDW.X', COLUMNS);
    for (const [index, stem] of stems.entries()) {
      await jan.snapshot(
        stem,
        [
          ['1', 'jan'],
          ['2', 'jan'],
        ],
        { start: `2026-01-0${index + 1}T00:00:00` },
      );
      await world.ingest(`${world.folder}/jan`);
      expect(await rows(world)).toEqual(shown);
    }
    expect((await world.status())[0]).toMatchObject({
      state: 'live',
      loads: { archived: 2, superseded: stems.length },
    });
  });

  it('a newer one with a segment more, which began first, comes as a whole', async () => {
    const world = await openWorld();
    const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
    for (const n of [1, 2])
      await delivery.snapshot(`LOAD_${n}_00000001`, [[String(n), 'a']], { start: '2026-01-01T00:00:00' });
    await world.addTable('EDW.X');
    await world.ingest();
    const next = new Delivery(`${world.folder}/next`, 'EDW.X', COLUMNS);
    for (const n of [1, 2, 3])
      await next.snapshot(`LOAD_${n}_00000001`, [[String(n), 'B']], { start: `2026-02-01T00:00:0${4 - n}` });
    await world.ingest(`${world.folder}/next`);
    expect(await rows(world)).toEqual([
      { id: 1, s: 'B' },
      { id: 2, s: 'B' },
      { id: 3, s: 'B' },
    ]);
    expect((await world.status())[0]).toMatchObject({ state: 'live', loads: { archived: 3, superseded: 2 } });
  });
});

it('a whole reload of a first snapshot of which a file failed takes its place', async () => {
  const world = await openWorld();
  const first = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await first.snapshot('LOAD00000001', [['1', 'old']], { start: SEC(0), spoil: () => Buffer.from('junk') });
  await first.snapshot('LOAD00000002', [['2', 'old']], { start: SEC(1) });
  await world.addTable('EDW.X');
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'failing', rows: 0 });
  const reload = new Delivery(`${world.folder}/reload`, 'EDW.X', COLUMNS);
  await reload.snapshot('LOAD00000001', [['1', 'new']], { start: '2026-02-01T00:00:00' });
  await reload.snapshot('LOAD00000002', [['2', 'new']], { start: '2026-02-01T00:01:00' });
  await world.ingest(`${world.folder}/reload`);
  expect(await rows(world)).toEqual([
    { id: 1, s: 'new' },
    { id: 2, s: 'new' },
  ]);
  expect((await world.status())[0]).toMatchObject({ state: 'live', loads: { archived: 2, superseded: 2 } });
});

it('a snapshot keeps the start it ever had: a change after it counts, though the first file came again later', async () => {
  const world = await openWorld();
  const first = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await first.snapshot('LOAD00000001', [['1', 'good']], {
    start: '2026-01-01T00:00:00',
    spoil: () => Buffer.from('junk'),
  });
  await first.snapshot('LOAD00000002', [['2', 'good']], { start: '2026-01-01T00:01:00' });
  await world.addTable('EDW.X');
  await world.ingest();
  const again = new Delivery(`${world.folder}/again`, 'EDW.X', COLUMNS);
  await again.snapshot('LOAD00000001', [['1', 'good']], { start: '2026-01-01T05:00:00' });
  await again.changes('20260101-000030000', [change(1, 'U', '1', 'changed')], { end: '2026-01-01T00:00:30' });
  await world.ingest(`${world.folder}/again`);
  await world.ingest(`${world.folder}/again`);
  expect(await rows(world)).toEqual([
    { id: 1, s: 'changed' },
    { id: 2, s: 'good' },
  ]);
});

it('two snapshots without times found at once: the second is held, not mixed in', async () => {
  const world = await openWorld();
  const first = new Delivery(`${world.delivered}/m1`, 'EDW.X', COLUMNS);
  await first.snapshot('LOAD1', [['1', 'first']]);
  await first.snapshot('LOAD2', [['2', 'first']]);
  await new Delivery(`${world.delivered}/m2`, 'EDW.X', COLUMNS).snapshot('LOAD1', [['1', 'second']]);
  await world.addTable('EDW.X');
  await world.ingest();
  expect(await rows(world)).toEqual([
    { id: 1, s: 'first' },
    { id: 2, s: 'first' },
  ]);
  expect((await world.status())[0]).toMatchObject({ state: 'held', loads: { archived: 2, loaded: 1 } });
});

it('a snapshot file that failed and comes again with another time is of the same snapshot', async () => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD00000001', [['1', 'a']], { start: SEC(0), spoil: () => Buffer.from('junk') });
  await world.addTable('EDW.X');
  await world.ingest();
  const again = new Delivery(`${world.folder}/again`, 'EDW.X', COLUMNS);
  await again.snapshot('LOAD00000001', [['1', 'a']], { start: '2026-01-01T01:00:00' });
  await world.ingest(`${world.folder}/again`);
  expect(await rows(world)).toEqual([{ id: 1, s: 'a' }]);
  expect((await world.status())[0]).toMatchObject({ state: 'live', loads: { archived: 1, superseded: 1 } });
});

it('the right .dfm is used wherever it comes from, when the one beside does not agree', async () => {
  const world = await openWorld();
  await new Delivery(world.delivered, 'EDW.X', COLUMNS).snapshot('LOAD1', [['1', 'a']], { recordCount: 5 });
  await world.addTable('EDW.X');
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'waiting' });
  const right = new Delivery(`${world.folder}/right`, 'EDW.X', COLUMNS);
  await right.snapshot('LOAD1', [['1', 'a']]);
  await rm(`${world.folder}/right/EDW.X/LOAD1.csv.gz`);
  await world.ingest(`${world.folder}/right`);
  expect((await world.status())[0]).toMatchObject({ state: 'live', rows: 1 });
});

it('a .dfm without its data file is named, and a snapshot that lacks a file so is not shown', async () => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD00000001', [['1', 'a']], { start: SEC(0) });
  await delivery.snapshot('LOAD00000002', [['2', 'b']], { start: SEC(1) });
  await rename(`${world.delivered}/EDW.X/LOAD00000002.csv.gz`, `${world.folder}/kept.csv.gz`);
  await world.addTable('EDW.X');
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({
    state: 'waiting',
    rows: 0,
    reason: expect.stringMatching(/LOAD00000002\.dfm.*data file has not come/) as string,
  });
  await rename(`${world.folder}/kept.csv.gz`, `${world.delivered}/EDW.X/LOAD00000002.csv.gz`);
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'live', rows: 2 });
});

describe('another contract than the rows were made by', () => {
  async function moved() {
    const world = await openWorld();
    const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
    await delivery.snapshot(
      'LOAD1',
      [
        ['1', 'a'],
        ['2', 'a'],
      ],
      { start: SEC(0) },
    );
    await delivery.changes('20260102-000000000', [change(1, 'B', '1', 'a'), change(1, 'U', '7', 'a')], AFTER);
    const contract = await world.addTable('EDW.X');
    await world.ingest();
    expect(await rows(world)).toEqual([
      { id: 1, s: 'a' },
      { id: 2, s: 'a' },
    ]);
    return { world, delivery, contract };
  }

  it('another meaning of B rows is applied to all that is there', async () => {
    const { world, contract } = await moved();
    world.contracts.set('edw_x', { ...contract, cdc: { ...contract.cdc, beforeImage: 'full' } });
    await world.ingest();
    expect(await rows(world)).toEqual([
      { id: 2, s: 'a' },
      { id: 7, s: 'a' },
    ]);
    expect((await world.status())[0]).toMatchObject({ state: 'live', orphans: 0, version: 2 });
    await world.ingest();
    expect((await world.status())[0]).toMatchObject({ version: 2 });
  });

  it('another key folds all anew', async () => {
    const { world, contract, delivery } = await moved();
    world.contracts.set('edw_x', { ...contract, key: ['s'] });
    await world.ingest();
    expect(await rows(world)).toEqual([{ id: 7, s: 'a' }]);
    await delivery.changes('20260103-000000000', [change(2, 'I', '9', 'b')], AFTER);
    await world.ingest();
    expect(await rows(world)).toEqual([
      { id: 7, s: 'a' },
      { id: 9, s: 'b' },
    ]);
  });

  it('an open batch of a process that died is planned again when the contract no longer fits', async () => {
    const { world, contract, delivery } = await moved();
    await delivery.changes('20260103-000000000', [change(2, 'I', '9', 'b')], AFTER);
    // As a process leaves it that is killed just after fixing its batch.
    const stopped = new AbortController();
    const dying = { ...world, signal: stopped.signal };
    const running = ingest(dying, folderStore(world.delivered), {
      onProgress: ({ step }) => {
        if (step === 'looking') stopped.abort(new Error('killed'));
      },
    });
    await expect(running).rejects.toThrow('killed');
    await world.pool
      .query(`WITH b AS (INSERT INTO ledger.batches (dataset, kind, folder) VALUES ('edw_x', 'changes', 'changes/month=2026-01') RETURNING id),
      o AS (INSERT INTO ledger.objects (object_key, content_hash, dataset, source_schema, source_table, part, size, store_uri, path, seen)
        SELECT replace(object_key, '20260102', '20260109'), content_hash, dataset, source_schema, source_table, part, size, store_uri, path, seen FROM ledger.objects WHERE object_key LIKE '%20260102%gz' RETURNING id),
      l AS (INSERT INTO ledger.loads (object_id, dataset, state, dfm_object_id, batch_id) SELECT o.id, 'edw_x', 'loading', (SELECT id FROM ledger.objects WHERE object_key LIKE '%20260102%dfm'), b.id FROM o, b RETURNING id, batch_id)
      INSERT INTO ledger.batch_loads SELECT batch_id, id FROM l`);
    const needed = { ...contract.columns[1]!, id: 103, name: 'needed', sourceName: 'NEEDED', nullable: false };
    world.contracts.set('edw_x', { ...contract, columns: [...contract.columns, needed], lastColumnId: 103 });
    await world.ingest();
    expect((await world.status())[0]).toMatchObject({
      state: 'held',
      reason: expect.stringMatching(/column NEEDED \(string\) is missing, and it may not be NULL/) as string,
    });
    const open = await world.pool.query(`SELECT 1 FROM ledger.batches WHERE state = 'open'`);
    expect(open.rows).toEqual([]);
  });
});
