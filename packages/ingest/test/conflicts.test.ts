/** Proves that the same change with other values is counted once, wherever its key falls and however it arrives. */
import { Delivery, seq, type Change } from './support/delivery.ts';
import { closeWorlds, openWorld } from './support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];
const AFTER = { end: '2026-03-01T00:00:00' };
const before = (s: string): Change => ({ seq: seq(1), oper: 'B', row: ['1', s] });
const update: Change = { seq: seq(1), oper: 'I', row: ['20', 'new'] };

it.each<[string, Change[][]]>([
  ['in one file', [[before('a'), before('b'), update]]],
  ['in two files', [[before('a'), update], [before('b')]]],
])('a B without its U, twice with other values, of a key whose segment nothing else changes: %s', async (_, files) => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot(
    'LOAD00000001',
    Array.from({ length: 12 }, (__, n) => [String(n), 'a']),
    { start: '2026-01-01T00:00:00' },
  );
  await world.addTable('EDW.X', { segmentRows: 2, cdc: { updateImage: 'sparse', beforeImage: 'full' } });
  await world.ingest();
  for (const [n, events] of files.entries()) await delivery.changes(`20260101-0${n + 1}0000000`, events, AFTER);
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'live', rows: 13, conflicts: 1, orphans: 0 });
});
