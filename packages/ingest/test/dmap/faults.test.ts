/** Proves that a faulty dataset stays by itself: it is told, the others are in the table, and what was shown stays. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { folderStore } from '@farelake/lake';
import { audit, giveUp, sendBack, verifyTable } from '../../src/index.ts';
import { setContract, useSet, type TestDataset } from '../support/datasets.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const TABLE = 'dmap_agg_trips';
const COLUMNS = [
  { name: 'date', type: 'date' },
  { name: 'n', type: 'bigint', nullable: false },
  { name: 'note' },
  { name: 'email', classification: 'personal', treatment: 'drop' },
] as const;
const contract = setContract('agg_trips', COLUMNS);
const NEWER = '2026-01-05T00:00:00.000000000';
const good = (n: number): string => `date,n,note,email\n2026-01-01,${n},x,a@b.example\n`;

const opened = new Map<World, (dataset: TestDataset) => Promise<string>>();
async function open(own = contract): Promise<World> {
  const world = await openWorld();
  opened.set(world, useSet(world, own));
  return world;
}
const deliver = (world: World, dataset: TestDataset) => opened.get(world)!(dataset);

const shown = async (world: World) =>
  (await world.rows(`SELECT dataset_id || '=' || n AS t FROM ${TABLE} ORDER BY ALL`)).map(({ t }) => t);
const findings = async (world: World) =>
  (await audit(world, folderStore(world.delivered), { content: true })).findings.map(
    ({ kind, problem }) => `${kind}: ${problem}`,
  );

it.each<readonly [string, Partial<TestDataset>, RegExp]>([
  ['cut off', { spoil: (gz) => gz.subarray(0, -5) }, /^The gzip file is cut off before its end\. Each sync fetches it/],
  ['no gzip', { spoil: () => Buffer.from('<html>403</html>') }, /^The file is no gzip file or is damaged/],
  [
    'a bad value',
    { text: 'n\n1\ntwo\n' },
    /^Line 3, column n: "two" is not an integer of 64 bits \(NULL is not allowed here\)\./,
  ],
  ['NULL that may not be', { text: 'n\n1\n""\n' }, /^Line 3, column n: /],
  ['a bad date', { text: 'date,n\n2026-02-30,1\n' }, /^Line 2, column date: "2026-02-30" is not/],
  ['too many fields', { text: 'date,n\n2026-01-01,1,2\n' }, /^Line 2 has 3 fields where 2 are announced\. Each sync/],
  ['an open quote', { text: 'note,n\n"abc,1\n' }, /^Line 2 has a quote that is never closed/],
  ['nothing', { text: '' }, /^The file has no header line/],
])('%s: it fails with the reason, the others are shown, and the former issue stays', async (_, fault, reason) => {
  const world = await open();
  for (const datasetId of ['a', 'b']) await deliver(world, { datasetId, text: good(1) });
  await world.ingest();
  await deliver(world, { datasetId: 'a', lastUpdated: NEWER, text: good(2), ...fault });
  for (const datasetId of ['c', 'd']) await deliver(world, { datasetId, text: good(3) });
  await world.ingest();
  expect(await shown(world)).toEqual(['a=1', 'b=1', 'c=3', 'd=3']);
  expect((await world.status())[0]).toMatchObject({ state: 'failing', loads: { archived: 4, failed: 1 } });
  expect((await world.troubles()).map((one) => one.reason)).toEqual([expect.stringMatching(reason)]);
  expect(await readdir(path.join(world.folder, 'scratch'))).toEqual([]);
  expect(await findings(world)).toEqual([]);
  // A newer issue that is right ends it.
  await deliver(world, { datasetId: 'a', lastUpdated: '2026-01-06T00:00:00.000000000', text: good(4) });
  await world.ingest();
  expect(await shown(world)).toEqual(['a=4', 'b=1', 'c=3', 'd=3']);
  expect((await world.status())[0]).toMatchObject({ state: 'live' });
  expect(await findings(world)).toEqual([]);
});

test('content that was mended under the same result is taken in; other content of one that is in the table is not', async () => {
  const world = await open();
  await deliver(world, { datasetId: 'a', text: 'n\nx\n' });
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'failing', rows: 0 });
  await deliver(world, { datasetId: 'a', text: good(1) });
  await world.ingest();
  expect(await shown(world)).toEqual(['a=1']);
  expect((await world.status())[0]).toMatchObject({ state: 'live', loads: { archived: 1, superseded: 1 } });
  await deliver(world, { datasetId: 'a', text: good(2) });
  await world.ingest();
  expect(await shown(world)).toEqual(['a=1']);
  expect((await world.status())[0]).toMatchObject({ state: 'live', loads: { archived: 1, superseded: 2 } });
  expect(await findings(world)).toEqual([]);
});

test('a column that may not be missing: the dataset waits, the table is held, everything else goes on', async () => {
  const world = await open();
  await deliver(world, { datasetId: 'a', text: 'date,note\n2026-01-01,x\n' });
  await deliver(world, { datasetId: 'b', text: good(1) });
  await world.ingest();
  expect(await shown(world)).toEqual(['b=1']);
  const [held] = await world.status();
  expect(held).toMatchObject({ state: 'held', loads: { waiting: 1, archived: 1 } });
  expect(held!.reason).toContain('column n (bigint) is missing, and it may not be NULL');
  await deliver(world, { datasetId: 'c', text: good(1) });
  await world.ingest();
  expect(await shown(world)).toEqual(['b=1', 'c=1']);
  world.contracts.set(
    TABLE,
    setContract('agg_trips', [COLUMNS[0], { name: 'n', type: 'bigint' }, COLUMNS[2], COLUMNS[3]]),
  );
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'live', rows: 3 });
  // What they lack keeps them from being sent back under a contract that needs it.
  world.contracts.set(TABLE, contract);
  expect(await sendBack(world, { datasets: [TABLE] })).toHaveLength(2);
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'live', rows: 3 });
});

test('a header of other data is not told, and neither are values of hidden columns', async () => {
  const world = await open(
    setContract('agg_trips', [
      ...COLUMNS.slice(0, 2),
      { name: 'card', type: 'bigint', classification: 'pseudonymous' },
    ]),
  );
  await deliver(world, { datasetId: 'a', text: 'SECRET-1,SECRET-2\nx,y\n' });
  await deliver(world, { datasetId: 'b', text: 'n,card\n1,SECRET-3\n' });
  await world.ingest();
  expect((await world.troubles()).map(({ reason }) => reason)).toEqual([
    expect.stringContaining("is missing, and so is every other of the contract's columns"),
    expect.stringMatching(/^Line 2, column card: the value \(hidden\) is not an integer/),
  ]);
  const { rows } = await world.pool.query<{ t: string }>(`SELECT json_agg(l)::text AS t FROM ledger.loads l`);
  expect(rows[0]!.t).not.toContain('SECRET');
});

test('refused rows within the budget lie in the error zone, and add up', async () => {
  const world = await open({ ...contract, quarantine: { dataset: { rows: 2, share: 0.5 } } });
  await deliver(world, { datasetId: 'a', text: 'n,note\n1,x\ntwo,y\n3,z\n' });
  await deliver(world, { datasetId: 'b', text: 'n\nx\ny\nz\n' });
  await world.ingest();
  expect(await shown(world)).toEqual(['a=1', 'a=3']);
  expect((await world.status())[0]).toMatchObject({
    quarantined: 1,
    receipts: { announced: null, read: 3, written: 2, quarantined: 1 },
    keysInDoubt: { rows: 0 },
  });
  expect((await world.troubles()).map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/^3 of 3 rows do not fit, and the contract lets 2 of a file be refused/),
  ]);
  expect(await world.rows(`SELECT _line FROM ${TABLE} ORDER BY 1`)).toEqual([{ _line: '2' }, { _line: '4' }]);
  expect(await findings(world)).toEqual([]);
});

test('what cannot be mended can be given up; a replay takes that back', async () => {
  const world = await open();
  const asked = async (loadIds: number[]) => giveUp(world, { loadIds, why: 'gone at the vendor', by: 'tests' });
  await deliver(world, { datasetId: 'a', text: 'n\nx\n' });
  await deliver(world, { datasetId: 'b', text: good(1) });
  await world.ingest();
  const { rows } = await world.pool.query<{ id: number }>(`SELECT id FROM ledger.loads WHERE state = 'failed'`);
  const failed = rows.map(({ id }) => id);
  expect(await asked(failed)).toMatchObject({ lost: [{ lost: 'file' }], left: [] });
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'live', givenUp: { files: 1 } });
  expect(await findings(world)).toEqual([]);
  expect(await sendBack(world, { loadIds: failed })).toHaveLength(1);
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'failing' });
});

test('a replay that fails leaves the rows; given up, they stay', async () => {
  const world = await open();
  await deliver(world, { datasetId: 'a', text: good(1) });
  await world.ingest();
  world.contracts.set(
    TABLE,
    setContract('agg_trips', [{ ...COLUMNS[0], type: 'bigint' }, ...COLUMNS.slice(1)], { version: 2 }),
  );
  const sent = await sendBack(world, { datasets: [TABLE] });
  await world.ingest();
  expect(await world.status()).toMatchObject([{ state: 'held', rows: 1, loads: { failed: 1 } }]);
  world.contracts.set(TABLE, contract);
  expect(await shown(world)).toEqual(['a=1']);
  expect(await giveUp(world, { loadIds: sent.map(({ id }) => id), why: 'enough', by: 'tests' })).toMatchObject({
    lost: [{ lost: 'replay' }],
  });
  await world.ingest();
  expect(await world.status()).toMatchObject([{ state: 'live', rows: 1, loads: { archived: 1 } }]);
  expect(await findings(world)).toEqual([]);
});

test('without a contract datasets wait; objects of another set of the same name are told apart', async () => {
  const world = await openWorld();
  const deliverTo = useSet(world, contract);
  world.contracts.clear();
  await deliverTo({ datasetId: 'a', text: good(1) });
  await world.ingest();
  expect((await world.troubles())[0]!.reason).toMatch(/^no contract; draft one: farelake dmap schema agg_trips --from/);
  expect((await world.status())[0]).toMatchObject({ table: TABLE, contract: 'none' });
  useSet(world, { ...contract, source: { schema: 'aggregations', table: 'AGG-TRIPS' } });
  await world.ingest();
  expect((await world.troubles())[0]!.reason).toMatch(
    /^the set agg_trips would be dmap_agg_trips, which is the table of/,
  );
  useSet(world, contract);
  await world.ingest();
  expect(await shown(world)).toEqual(['a=1']);
  world.contracts.clear();
  expect((await world.status())[0]).toMatchObject({ table: TABLE, contract: 'gone', rows: 1, version: 1 });
});

test('what only folded tables have is refused with what to do instead', async () => {
  const world = await open();
  await deliver(world, { datasetId: 'a', text: good(1) });
  await world.ingest();
  await expect(verifyTable(world, contract, 'history')).rejects.toMatchObject({ code: 'not-folded' });
});

test('audit finds what contradicts itself', async () => {
  const world = await open();
  await deliver(world, { datasetId: 'a', text: good(1) });
  await deliver(world, { datasetId: 'b', text: good(2) });
  await world.ingest();
  await deliver(world, { datasetId: 'a', lastUpdated: NEWER, text: good(3) });
  await world.ingest();
  expect(await findings(world)).toEqual([]);
  const undo = async (sql: string, back: string, ...expected: RegExp[]) => {
    await world.pool.query(sql);
    expect(await findings(world)).toEqual(expected.map((one) => expect.stringMatching(one) as unknown));
    await world.pool.query(back);
  };
  const former = `(SELECT id FROM ledger.loads WHERE state = 'superseded')`;
  await undo(
    `UPDATE ledger.files SET version_removed = NULL WHERE load_id = ${former}`,
    `UPDATE ledger.files SET version_removed = 2 WHERE load_id = ${former}`,
    /^rows-differ/,
    /^rows-differ/,
    /^dataset-differs: load \d+ is superseded, and the ledger says that its rows are not in the table; its files have 1 rows, and 0 are told$/,
  );
  await undo(
    `UPDATE ledger.loads SET history_batch_id = 1 WHERE state = 'superseded'`,
    `UPDATE ledger.loads SET history_batch_id = NULL WHERE state = 'superseded'`,
    /^rows-differ/,
    /^dataset-differs: load \d+ is superseded.*; load \d+ of the same dataset is in the table as well$/,
    /^dataset-differs: load \d+ is archived.*; load \d+ of the same dataset is in the table as well$/,
  );
  expect(await findings(world)).toEqual([]);
});
