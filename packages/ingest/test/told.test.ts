/** Proves that the ledger, messages and drafts tell what they should of columns and deliveries, and no more. */
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { folderStore } from '@farelake/lake';
import { draftContract } from '../src/index.ts';
import { Delivery, seq } from './support/delivery.ts';
import { closeWorlds, openWorld } from './support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'MAIL', type: 'STRING' },
];
const BEGIN = { start: '2026-01-01T00:00:00', end: '2026-01-01T00:00:00' };
const AFTER = { end: '2026-03-01T00:00:00' };

it('the ledger keeps no bounds of a pseudonymous column, and those of others', async () => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD1', [['7', 'canary@example.org']], BEGIN);
  const contract = await world.addTable('EDW.X');
  world.contracts.set('edw_x', {
    ...contract,
    columns: contract.columns.map((column) =>
      column.name === 'mail' ? { ...column, classification: 'pseudonymous' } : column,
    ),
  });
  await world.ingest();
  const { rows } = await world.pool.query<{ statistics: Record<string, object> }>(
    'SELECT statistics FROM ledger.files',
  );
  expect(rows).toHaveLength(2);
  for (const { statistics } of rows) {
    expect(statistics).toMatchObject({ id: { min: '7', max: '7' } });
    expect(Object.keys(statistics['mail'] ?? {})).toContain('nulls');
    expect(JSON.stringify(statistics)).not.toContain('canary');
  }
});

it('a failed file that was replaced meanwhile is done with in the same run', async () => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD1', [], BEGIN);
  await world.addTable('EDW.X');
  // Columns that do not fit hold the table; the right file then comes under the same name.
  const stem = '20260102-000000000';
  const wrong = new Delivery(world.delivered, 'EDW.X', [{ name: 'ID', type: 'STRING' }, ...COLUMNS.slice(1)]);
  await wrong.changes(stem, [{ seq: seq(1), oper: 'I', row: ['1', 'first'] }], AFTER);
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({
    state: 'held',
    reason: expect.stringMatching(/Deliver it again under the same name/) as string,
  });
  await delivery.changes(stem, [{ seq: seq(1), oper: 'I', row: ['1', 'second'] }], AFTER);
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'live', rows: 1 });
  expect(await world.rows('SELECT mail FROM edw_x')).toEqual([{ mail: 'second' }]);
});

it('a draft names the .dfm of its table version that say other columns', async () => {
  const world = await openWorld();
  await new Delivery(world.delivered, 'EDW.X', COLUMNS).snapshot('LOAD1', [], BEGIN);
  const wider = [...COLUMNS, { name: 'NEW', type: 'DATE' }];
  await new Delivery(world.delivered, 'EDW.X', wider).changes('20260102-000000000', [], AFTER);
  const { differing } = await draftContract(folderStore(world.delivered), 'EDW.X', {});
  expect(differing).toEqual([expect.stringMatching(/20260102-000000000\.dfm: new column NEW \(date\)/) as string]);
});

it('an archive out of reach is told as such; the table is right', async () => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD1', [['1', 'a']], BEGIN);
  await world.addTable('EDW.X');
  // A file where the archive's folder should be.
  await rm(path.join(world.folder, 'archive'), { recursive: true, force: true });
  await writeFile(path.join(world.folder, 'archive'), '');
  await world.ingest();
  const [status] = await world.status();
  expect(status).toMatchObject({ state: 'failing', rows: 1 });
  expect(status?.reason).toMatch(/^not archived in file:.*archive: /);
});
