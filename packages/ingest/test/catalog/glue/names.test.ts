/** Proves that the metadata of a real commit is known for a farelake's where a ledger has lost it, so that no older table is shown again. */
import { allPointers, glueTruth } from '@farelake/db';
import { decide } from '../../../src/catalog/glue/decide.ts';
import { Delivery, seq } from '../../support/delivery.ts';
import { closeWorlds, openWorld } from '../../support/world.ts';

afterAll(closeWorlds, 60_000);

it('commits name their metadata so that a ledger which is behind can tell', async () => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.T', [{ name: 'ID', type: 'STRING', key: 1 }]);
  await delivery.snapshot('LOAD1', [['1']], { start: '2026-01-01T00:00:00' });
  await world.addTable('EDW.T');
  await world.ingest();
  const before = await allPointers(world.pool);
  expect(before.map(({ tableName }) => tableName)).toEqual(['edw_t', 'edw_t_history']);
  await delivery.changes('20260102-000000000', [{ seq: seq(1), oper: 'I', row: ['2'] }]);
  await world.ingest();
  for (const older of before) {
    const { tableName } = older;
    const now = (await allPointers(world.pool)).find((one) => one.tableName === tableName)!;
    expect(now.version).toBeGreaterThan(older.version);
    const found = { metadata: now.metadata, version: now.version, isIceberg: true };
    // With this ledger, and with one that was restored from before the second commit.
    const truth = await glueTruth(world.pool, 'lake', tableName, older.metadata);
    expect(truth).toMatchObject({ pointer: { metadata: now.metadata, version: now.version }, known: older.version });
    expect(
      decide(found, { pointer: older, known: undefined, oldest: 1, standsAt: older.version, isOfSibling: false }),
    ).toEqual({
      action: 'refuse',
      why: 'behind',
    });
  }
});
