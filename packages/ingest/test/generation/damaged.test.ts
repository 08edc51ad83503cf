/** Proves that a generation which is not shown is folded anew where a file of it is damaged: no repair is for it. */
import { folderStore, localPath } from '@farelake/lake';
import { audit, rollBack, verifyTable } from '../../src/index.ts';
import { flipUnread } from '../support/damage.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { closeWorlds, openWorld } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [{ name: 'ID', type: 'INT4', key: 1 }];
const FORMER = 'edw_x@20260101T000000000000';

it('a rollback onto a snapshot of which a file is damaged, and which missed a change to it', async () => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD1', [['1'], ['2']], { start: '2026-01-01T00:00:00' });
  const contract = await world.addTable('EDW.X');
  await world.ingest();
  await delivery.snapshot('LOAD1', [['1'], ['2'], ['3']], { start: '2026-02-01T00:00:00' });
  await world.ingest();
  await delivery.changes('20260301-000000000', [{ seq: seq(1), oper: 'I', row: ['4'] }], {
    end: '2026-03-01T00:00:00',
  });
  await world.ingest();
  const { rows: files } = await world.pool.query<{ uri: string }>(
    'SELECT uri FROM ledger.files WHERE table_name = $1 AND version_removed IS NULL AND sha256 IS NOT NULL',
    [FORMER],
  );
  expect(files).toHaveLength(1);
  await flipUnread(localPath(files[0]!.uri));
  const { findings } = await audit(world, folderStore(world.delivered), { content: true });
  expect(findings).toMatchObject([{ kind: 'current-damaged', table: FORMER, object: files[0]!.uri }]);

  expect(await rollBack({ workspace: world, contract, by: 'anna@host' })).toMatchObject({ rows: 3 });
  expect(await world.rows('SELECT id FROM edw_x ORDER BY id')).toEqual([1, 2, 4].map((id) => ({ id: String(id) })));
  expect(await verifyTable(world, contract, 'history')).toMatchObject({ equal: true });
  expect((await audit(world, folderStore(world.delivered), { content: true })).findings).toEqual([]);
});
