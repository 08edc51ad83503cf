/** Proves that a newer snapshot is not shown before all of it is there: real files, real Postgres. */
import { rm } from 'node:fs/promises';
import { folderStore } from '@farelake/lake';
import { ingest } from '../../src/index.ts';
import { Delivery } from '../support/delivery.ts';
import { COLUMNS, FEB, G1, G3, MAR, five, one, rowsOf, shown } from '../support/five-rows.ts';
import { closeWorlds } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

describe('a newer snapshot that is not whole', () => {
  it('is waited for, file by file, while changes go on', async () => {
    const { world, delivery, change } = await five();
    await delivery.snapshot('LOAD00000002', rowsOf(5, 'b'), { start: '2026-02-01T00:01:00' });
    await world.ingest();
    // Until more is known it may be a late file of the one in use.
    expect(await one(world)).toMatchObject({ state: 'live', generation: G1 });
    await delivery.snapshot('LOAD00000001', rowsOf(5, 'b'), { start: FEB });
    await delivery.snapshot('LOAD00000003', [['6', 'b']], { start: '2026-02-01T00:02:00' });
    await rm(`${world.delivered}/EDW.X/LOAD00000003.csv.gz`);
    await change('2026-02-01T00:03:00', 1, 9, 'x');
    await world.ingest();
    expect(await shown(world)).toEqual(['1a', '2a', '3a', '4a', '5a', '9x']);
    expect(await one(world)).toMatchObject({
      state: 'waiting',
      reason: expect.stringMatching(/LOAD00000003\.dfm: its data file has not come/) as string,
    });
    await delivery.snapshot('LOAD00000003', [['6', 'b']], { start: '2026-02-01T00:02:00' });
    await world.ingest();
    expect(await shown(world)).toEqual(['1b', '2b', '3b', '4b', '5b', '6b', '9x']);
  });

  it('of which a file without .dfm has come is waited for, under names that were used before', async () => {
    const { world, delivery } = await five();
    await delivery.snapshot('LOAD00000002', [['6', 'a']], { start: '2026-01-01T00:01:00' });
    await world.ingest();
    // LOAD00000002 comes with the old .dfm still beside it.
    const next = new Delivery(world.delivered, 'EDW.X', COLUMNS);
    await next.snapshot('LOAD00000001', rowsOf(5, 'b'), { start: FEB });
    await next.snapshot('LOAD00000002', [['6', 'b']], { start: '2026-01-01T00:01:00' });
    await world.ingest();
    expect(await shown(world)).toEqual(['1a', '2a', '3a', '4a', '5a', '6a']);
    expect(await one(world)).toMatchObject({
      state: 'waiting',
      reason: expect.stringMatching(/new data beside an old \.dfm/) as string,
    });
    await next.snapshot('LOAD00000002', [['6', 'b']], { start: '2026-02-01T00:01:00' });
    await world.ingest();
    expect(await shown(world)).toEqual(['1b', '2b', '3b', '4b', '5b', '6b']);
  });

  it('of which a file is broken keeps nothing from the one in use', async () => {
    const { world, delivery, change } = await five();
    await delivery.snapshot('LOAD00000001', rowsOf(5, 'b'), { start: FEB, spoil: () => Buffer.from('junk') });
    await change('2026-02-01T00:03:00', 1, 9, 'x');
    await world.ingest();
    expect(await shown(world)).toEqual(['1a', '2a', '3a', '4a', '5a', '9x']);
    expect(await one(world)).toMatchObject({ state: 'failing' });
  });

  it('has a proof to give where it is asked for: a later change file, or a quiet time', async () => {
    const { world, delivery, change } = await five();
    const scheduled = (quietTime: number) => ingest(world, folderStore(world.delivered), { quietTime });
    await delivery.snapshot('LOAD00000001', rowsOf(5, 'b'), { start: FEB, end: '2026-02-01T01:00:00' });
    await change('2026-02-01T00:30:00', 1, 8, 'x');
    await scheduled(3_600_000);
    expect(await shown(world)).toEqual(['1a', '2a', '3a', '4a', '5a', '8x']);
    expect(await one(world)).toMatchObject({
      state: 'waiting',
      reason: expect.stringMatching(/may still be written: .* counts as whole at 20\d\d-/) as string,
    });
    await change('2026-02-01T01:30:00', 2, 9, 'y');
    await scheduled(3_600_000);
    expect(await shown(world)).toEqual(['1b', '2b', '3b', '4b', '5b', '8x', '9y']);
    await delivery.snapshot('LOAD00000001', rowsOf(9, 'c'), { start: MAR, end: MAR });
    await scheduled(0);
    expect((await one(world)).generation).toBe(G3);
  });
});
