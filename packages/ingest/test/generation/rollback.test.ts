/** Proves that a table goes back to the snapshot before, whole, and forth again: real files, real Postgres. */
import { releaseGeneration, rollBack } from '../../src/index.ts';
import { FEB, G1, G2, G3, MAR, five, one, rowsOf, shown, states } from '../support/five-rows.ts';
import { expectPublished, publish } from '../support/published.ts';
import { closeWorlds } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

describe('a rollback', () => {
  it('brings back the former snapshot with the changes and files it missed, and holds the other until it is released', async () => {
    const { world, delivery, change, decide } = await five();
    publish(world, decide.contract);
    await world.ingest();
    await delivery.snapshot('LOAD00000001', rowsOf(5, 'b'), { start: FEB });
    await world.ingest();
    await expectPublished(world, decide.contract);
    await change('2026-01-20T00:00:00', 1, 8, 'between');
    await change('2026-02-20T00:00:00', 2, 9, 'after');
    await delivery.snapshot('LOAD00000002', [['6', 'a']], { start: '2026-01-01T00:01:00' });
    await world.ingest();
    expect(await shown(world)).toEqual(['1b', '2b', '3b', '4b', '5b', '9after']);
    expect(await one(world)).toMatchObject({ state: 'live', loads: { archived: 2, superseded: 3 } });

    const contract = world.contracts.get('edw_x')!;
    const done = await rollBack({ ...decide, contract, why: 'wrong' });
    expect(done).toMatchObject({ to: G1, from: G2, rows: 8, missed: 3 });
    const back = ['1a', '2a', '3a', '4a', '5a', '6a', '8between', '9after'];
    expect(await shown(world)).toEqual(back);
    expect(await states(world)).toEqual({ [G1]: 'live', [G2]: 'rejected' });
    await expectPublished(world, decide.contract);
    await world.ingest();
    expect(await shown(world)).toEqual(back);
    expect(await one(world)).toMatchObject({ state: 'live', loads: { archived: 4, superseded: 1 } });

    await change('2026-02-21T00:00:00', 3, 10, 'later');
    expect(await releaseGeneration(decide, { name: G2 })).toEqual({ generation: G2, was: 'rejected' });
    await world.ingest();
    expect(await shown(world)).toEqual(['1b', '2b', '3b', '4b', '5b', '9after', '10later']);
    await expectPublished(world, decide.contract);
    // And once more: files that left a table and come back are listed once for each time.
    await rollBack({ ...decide, contract });
    expect(await shown(world)).toEqual([...back, '10later']);
    await expectPublished(world, decide.contract);
  }, 60_000);

  it('does not stand in the way of a snapshot that comes later', async () => {
    const { world, delivery, decide } = await five();
    await delivery.snapshot('LOAD00000001', rowsOf(5, 'b'), { start: FEB });
    await world.ingest();
    await rollBack(decide);
    await delivery.snapshot('LOAD00000001', rowsOf(5, 'c'), { start: MAR });
    await world.ingest();
    expect(await shown(world)).toEqual(['1c', '2c', '3c', '4c', '5c']);
    expect(await states(world)).toEqual({ [G1]: 'retired', [G2]: 'rejected', [G3]: 'live' });
    await expect(releaseGeneration(decide, { name: G2 })).rejects.toMatchObject({ code: 'no-such-generation' });
  });

  it('is refused where there is nothing to go back to', async () => {
    const { world, decide } = await five();
    await expect(rollBack(decide)).rejects.toMatchObject({ code: 'nothing-to-roll-back' });
    expect(await shown(world)).toEqual(['1a', '2a', '3a', '4a', '5a']);
  });
});
