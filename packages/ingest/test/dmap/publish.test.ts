/** Proves that a published table of datasets follows each issue: Postgres shows just the rows that the lake shows. */
import { sendBack } from '../../src/index.ts';
import { setContract, useSet } from '../support/datasets.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const TABLE = 'dmap_agg_trips';
const contract = setContract('agg_trips', [{ name: 'n', type: 'bigint' }, { name: 'note' }], {
  publish: { postgres: true },
});

const COLUMNS = ['n', 'note', 'dataset_id', '_period_start', '_period_end', '_last_updated', '_load_id', '_line'];
const SELECT = `SELECT ${COLUMNS.map((name) => `CAST(${name} AS VARCHAR) AS ${name}`).join(', ')} FROM`;

async function expectSame(world: World, rows: number): Promise<void> {
  const order = 'ORDER BY dataset_id, _line';
  const { rows: published } = await world.pool.query(
    `${SELECT} ods.${TABLE} t ${order.replaceAll('_line', 't._line')}`,
  );
  expect(published).toEqual(await world.rows(`${SELECT} ${TABLE} t ${order.replaceAll('_line', 't._line')}`));
  expect(published).toHaveLength(rows);
  expect((await world.status())[0]).toMatchObject({ state: 'live', rows, publication: { rows, trouble: null } });
}

test('issue by issue, row by row', async () => {
  const world = await openWorld();
  const deliver = useSet(world, contract);
  await deliver({ datasetId: 'a', text: 'n,note\n1,x\n2,\n3,""\n' });
  await deliver({ datasetId: "it's", text: 'n,note\n4,"y\nz"\n' });
  await world.ingest();
  await expectSame(world, 4);
  await deliver({ datasetId: 'a', lastUpdated: '2026-01-05T00:00:00.123456700', text: 'n,note\n2,\n5,x\n' });
  await world.ingest();
  await expectSame(world, 3);
  await deliver({ datasetId: 'a', lastUpdated: '2026-01-06T00:00:00.000000000', text: 'n,note\n' });
  await world.ingest();
  await expectSame(world, 1);
  await sendBack(world, { datasets: [TABLE] });
  await world.ingest();
  await expectSame(world, 1);
  const { rows } = await world.pool.query<{ def: string }>(
    `SELECT pg_get_constraintdef(oid) AS def FROM pg_constraint WHERE conrelid = 'ods.${TABLE}'::regclass AND contype = 'u'`,
  );
  expect(rows).toEqual([{ def: 'UNIQUE NULLS NOT DISTINCT (dataset_id, _line)' }]);
});
