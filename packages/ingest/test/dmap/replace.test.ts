/** Proves that a newer issue of a dataset replaces exactly its rows, by one commit, whatever else happens. */
import { audit, sendBack } from '../../src/index.ts';
import { folderStore } from '@farelake/lake';
import { setContract, useSet, type TestDataset } from '../support/datasets.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const TABLE = 'dmap_agg_trips';
const contract = setContract('agg_trips', [
  { name: 'date', type: 'date' },
  { name: 'n', type: 'bigint' },
]);

async function open(): Promise<{ world: World; deliver: (dataset: TestDataset) => Promise<string> }> {
  const world = await openWorld();
  return { world, deliver: useSet(world, contract) };
}

const shown = (world: World) =>
  world.rows(`SELECT n, dataset_id, _period_start::VARCHAR AS period, _line FROM ${TABLE} ORDER BY dataset_id, _line`);

const findings = async (world: World) => (await audit(world, folderStore(world.delivered), { content: true })).findings;

const states = async (world: World) => {
  const { rows } = await world.pool.query<{ state: string; reason: string | null }>(
    'SELECT state, reason FROM ledger.loads ORDER BY id',
  );
  return rows;
};

test('rows of datasets are in the table with where they are of', async () => {
  const { world, deliver } = await open();
  await deliver({ datasetId: 'a', text: 'date,n\n2026-01-01,1\n2026-01-01,2\n' });
  await deliver({
    datasetId: 'b',
    startDate: '2026-02-01',
    endDate: '2026-02-28',
    lastUpdated: '2026-03-01T10:11:12.123456789',
    text: 'n,date\r\n3,\r\n',
  });
  const done = await world.ingest();
  expect(done.tables).toEqual([{ dataset: TABLE, loaded: 2, rowsLoaded: 3, applied: 2, archived: 2, trouble: null }]);
  const rows = await world.rows(`SELECT * FROM ${TABLE} ORDER BY ALL`);
  expect(Object.keys(rows[0]!)).toEqual([
    ...['date', 'n', 'dataset_id', '_period_start', '_period_end', '_last_updated', '_load_id', '_line'],
  ]);
  expect(await shown(world)).toEqual([
    { n: '1', dataset_id: 'a', period: '2026-01-01', _line: '2' },
    { n: '2', dataset_id: 'a', period: '2026-01-01', _line: '3' },
    { n: '3', dataset_id: 'b', period: '2026-02-01', _line: '2' },
  ]);
  expect(
    await world.rows(`SELECT _period_end::VARCHAR AS e, _last_updated::VARCHAR AS u FROM ${TABLE} WHERE n = 3`),
  ).toEqual([{ e: '2026-02-28', u: '2026-03-01 10:11:12.123456' }]);
  expect((await world.status())[0]).toMatchObject({
    table: TABLE,
    state: 'live',
    rows: 3,
    version: 1,
    loads: { archived: 2 },
  });
  expect(await findings(world)).toEqual([]);
  // Known content changes nothing.
  const again = await world.ingest();
  expect(again.tables[0]).toMatchObject({ loaded: 0, archived: 0 });
  expect((await world.status())[0]).toMatchObject({ version: 1 });
});

test('a newer issue replaces the rows of its dataset and no others, with its period; an older one comes too late', async () => {
  const { world, deliver } = await open();
  await deliver({ datasetId: 'a', text: 'date,n\n2026-01-01,1\n' });
  await deliver({ datasetId: 'b', text: 'date,n\n2026-01-01,2\n' });
  await world.ingest();
  await deliver({
    datasetId: 'a',
    startDate: '2026-01-03',
    endDate: '2026-01-04',
    lastUpdated: '2026-01-05T00:00:00.000000000',
    text: 'date,n\n2026-01-03,10\n2026-01-03,11\n',
  });
  await world.ingest();
  const now = [
    { n: '10', dataset_id: 'a', period: '2026-01-03', _line: '2' },
    { n: '11', dataset_id: 'a', period: '2026-01-03', _line: '3' },
    { n: '2', dataset_id: 'b', period: '2026-01-01', _line: '2' },
  ];
  expect(await shown(world)).toEqual(now);
  await deliver({ datasetId: 'a', lastUpdated: '2026-01-04T00:00:00.000000000', text: 'date,n\n2026-01-01,99\n' });
  await world.ingest();
  expect(await shown(world)).toEqual(now);
  expect((await states(world)).map(({ state }) => state)).toEqual(['superseded', 'archived', 'archived', 'superseded']);
  expect((await states(world))[0]!.reason).toMatch(/^load \d+, issued 2026-01-05T00:00:00.000000000, took its place$/);
  const { rows } = await world.pool.query<{ uri: string }>(
    'SELECT uri FROM ledger.files WHERE version_removed IS NULL ORDER BY uri',
  );
  expect(rows.map(({ uri }) => /period=[^/]*\/\w+-/.exec(uri)?.[0])).toEqual([
    'period=2026-01-01/b-',
    'period=2026-01-03/a-',
  ]);
  expect((await world.status())[0]).toMatchObject({
    state: 'live',
    rows: 3,
    version: 2,
    receipts: { read: 3, written: 3 },
  });
  expect(await findings(world)).toEqual([]);
});

test('a dataset without rows is an answer: the old ones go', async () => {
  const { world, deliver } = await open();
  await deliver({ datasetId: 'a', text: 'date,n\n' });
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'live', rows: 0, version: 1 });
  await deliver({ datasetId: 'a', lastUpdated: '2026-01-05T00:00:00.000000000', text: 'date,n\n2026-01-03,10\n' });
  await world.ingest();
  expect(await shown(world)).toHaveLength(1);
  await deliver({ datasetId: 'a', lastUpdated: '2026-01-06T00:00:00.000000000', text: 'date,n\n' });
  await world.ingest();
  expect(await shown(world)).toEqual([]);
  expect(await findings(world)).toEqual([]);
});

test('equal times: the later registration counts, and registrations of one delivery go by period', async () => {
  const { world, deliver } = await open();
  await deliver({ datasetId: 'a', startDate: '2026-01-02', endDate: '2026-01-02', text: 'date,n\n2026-01-02,2\n' });
  await deliver({ datasetId: 'a', startDate: '2026-01-01', endDate: '2026-01-01', text: 'date,n\n2026-01-01,1\n' });
  await world.ingest();
  expect(await shown(world)).toMatchObject([{ n: '2' }]);
  expect((await states(world)).map(({ state }) => state).sort()).toEqual(['archived', 'superseded']);
  expect(await findings(world)).toEqual([]);
});

test('a replay after a change of the contract fills a new column, whole datasets at a time', async () => {
  const { world, deliver } = await open();
  await deliver({ datasetId: 'a', text: 'date,n,route\n2026-01-01,1,"R ""1"""\n' });
  await deliver({ datasetId: 'b', text: 'date,n\n2026-01-01,2\n' });
  await world.ingest();
  expect((await world.status())[0]!.drift).toMatchObject([{ column: 'route', kind: 'new column', files: 1 }]);
  const wider = setContract('agg_trips', [...contract.columns, { name: 'route' }], { version: 2 });
  world.contracts.set(TABLE, wider);
  expect(await world.rows(`SELECT route FROM ${TABLE} ORDER BY n`)).toEqual([{ route: null }, { route: null }]);
  expect(await sendBack(world, { datasets: [TABLE] })).toHaveLength(2);
  expect(await shown(world)).toHaveLength(2);
  await world.ingest();
  expect(await world.rows(`SELECT route FROM ${TABLE} ORDER BY n`)).toEqual([{ route: 'R "1"' }, { route: null }]);
  expect((await world.status())[0]).toMatchObject({ state: 'live', rows: 2, version: 2 });
  expect((await world.status())[0]!.drift).toMatchObject([{ column: 'route', kind: 'missing column', files: 1 }]);
  expect(await findings(world)).toEqual([]);
});

test('sent back while a newer issue has come: the newer one takes its place before its turn comes', async () => {
  const { world, deliver } = await open();
  await deliver({ datasetId: 'a', text: 'date,n\n2026-01-01,1\n' });
  await world.ingest();
  await sendBack(world, { datasets: [TABLE] });
  await deliver({
    datasetId: 'a',
    startDate: '2026-01-02',
    endDate: '2026-01-02',
    lastUpdated: '2026-01-05T00:00:00.000000000',
    text: 'date,n\n2026-01-02,2\n',
  });
  await world.ingest();
  expect(await shown(world)).toMatchObject([{ n: '2' }]);
  expect((await states(world)).map(({ state }) => state)).toEqual(['superseded', 'archived']);
  const { rows } = await world.pool.query<{ state: string }>('SELECT state FROM ledger.batches ORDER BY id');
  expect(rows.map(({ state }) => state)).toEqual(['done', 'done', 'closed']);
  expect((await world.status())[0]).toMatchObject({ state: 'live', rows: 1, receipts: { written: 1 } });
  expect(await findings(world)).toEqual([]);
});
