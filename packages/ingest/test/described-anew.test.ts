/** Proves that a .dfm that was mended after its file was loaded is told, and that a replay goes by it: it alone, and truthfully. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { folderStore } from '@farelake/lake';
import { audit, giveUp, sendBack, workTables } from '../src/index.ts';
import { Delivery, seq, type Change } from './support/delivery.ts';
import { closeWorlds, openWorld, type World } from './support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'NAME', type: 'STRING' },
];
const START = { start: '2026-01-01T00:00:00', end: '2026-01-01T00:01:00' };
const LATER = { start: '2026-01-01T01:00:00', end: '2026-01-01T02:00:00' };
const [SNAPSHOT, CHANGES] = ['EDW.X/LOAD00000001', 'EDW.X__ct/20260101-010000000'] as const;
const change = (n: number, oper: string, row: (string | null)[]): Change => ({ seq: seq(n), oper, row });

async function table() {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  // Qlik writes texts without quotes where they need none; what says NULL then is for the .dfm to tell.
  const spoil = () => gzipSync('ID,NAME\n1,a\n2,NIL\n');
  await delivery.snapshot(
    'LOAD00000001',
    [
      ['1', 'a'],
      ['2', 'b'],
    ],
    { ...START, spoil },
  );
  await delivery.changes('20260101-010000000', [change(1, 'I', ['3', 'c']), change(2, 'I', ['4', 'd'])], LATER);
  await world.addTable('EDW.X');
  await world.ingest();
  return { world, delivery };
}

interface DfmText {
  fileInfo: Record<string, unknown>;
  formatInfo: { options: Record<string, unknown> };
}

async function mend(world: World, stem: string, change: (dfm: DfmText) => void): Promise<void> {
  const file = path.join(world.delivered, `${stem}.dfm`);
  const dfm = JSON.parse(await readFile(file, 'utf8')) as DfmText;
  change(dfm);
  await writeFile(file, JSON.stringify(dfm, null, 1));
}

const statusOf = async (world: World) => (await world.status())[0]!;
const shown = async (world: World) =>
  (await world.rows('SELECT id::INTEGER AS id, name FROM edw_x ORDER BY 1')).map((row) => Object.values(row));
const found = async (world: World) =>
  (await audit(world, folderStore(world.delivered))).findings.map(({ kind, object, problem }) => ({
    kind,
    object,
    problem,
  }));

async function replay(world: World, loadIds?: readonly number[]): Promise<void> {
  await sendBack(world, { loadIds });
  await workTables(world, ['edw_x']);
}

const ROWS = [
  [1, 'a'],
  [2, 'NIL'],
  [3, 'c'],
  [4, 'd'],
];

it('announces other rows: it is told by ingest, status and audit; a replay waits with both numbers, and the rows stay', async () => {
  const { world } = await table();
  expect((await statusOf(world)).describedAnew).toEqual({ files: 0, examples: [] });
  await mend(world, CHANGES, (dfm) => (dfm.fileInfo = { ...dfm.fileInfo, recordCount: 5, errorCount: 3 }));
  await world.ingest();
  const object = `cubic/ods_qlik/${CHANGES}.csv.gz`;
  const text = 'recordCount 5 instead of 2, errorCount 3 instead of 0';
  expect(await statusOf(world)).toMatchObject({
    state: 'live',
    describedAnew: { files: 1, examples: [{ load: 2, object, text }] },
  });
  expect(await found(world)).toEqual([
    { kind: 'described-anew', object, problem: `load 2 was loaded by another .dfm than it has now: ${text}` },
  ]);
  for (let round = 1; round <= 2; round += 1) {
    if (round === 1) await replay(world, [2]);
    // It must not go back to the .dfm of before, which agrees.
    else await world.ingest();
    expect(await statusOf(world)).toMatchObject({
      state: 'waiting',
      reason: expect.stringContaining('it has 2 rows, the .dfm announces 5') as string,
      rows: 4,
      loads: { archived: 1, waiting: 1 },
    });
    expect(await shown(world)).toEqual(ROWS);
  }
  await mend(world, CHANGES, (dfm) => (dfm.fileInfo['recordCount'] = 2));
  await world.ingest();
  expect(await statusOf(world)).toMatchObject({ state: 'live', describedAnew: { files: 0 } });
  // Now it goes by this one, which tells of errors.
  expect((await found(world)).map(({ kind }) => kind)).toEqual(['vendor-errors']);
});

it('has another text for NULL: after a replay the rows are those of a home that never saw the first one', async () => {
  const { world } = await table();
  expect(await shown(world)).toEqual(ROWS);
  await mend(world, SNAPSHOT, ({ formatInfo }) => (formatInfo.options['nullValue'] = 'NIL'));
  await world.ingest();
  expect((await statusOf(world)).describedAnew.examples).toMatchObject([
    { load: 1, text: 'nullValue "NIL" instead of ""' },
  ]);
  expect(await shown(world)).toEqual(ROWS);
  await replay(world);
  expect(await shown(world)).toEqual([[1, 'a'], [2, null], ...ROWS.slice(2)]);
  expect(await statusOf(world)).toMatchObject({ state: 'live', describedAnew: { files: 0 } });
  expect(await found(world)).toEqual([]);
});

it('says the same in other words, or was the first one again: nothing is told', async () => {
  const { world } = await table();
  const file = path.join(world.delivered, `${CHANGES}.dfm`);
  const first = await readFile(file, 'utf8');
  await mend(world, CHANGES, (dfm) => (dfm.fileInfo['name'] = 'another'));
  await world.ingest();
  expect(await statusOf(world)).toMatchObject({ state: 'live', describedAnew: { files: 0 } });
  await mend(world, CHANGES, (dfm) => (dfm.fileInfo['recordCount'] = 3));
  await world.ingest();
  expect(await statusOf(world)).toMatchObject({ describedAnew: { files: 1 } });
  await writeFile(file, first);
  await world.ingest();
  expect(await statusOf(world)).toMatchObject({ state: 'live', describedAnew: { files: 0 } });
  expect(await found(world)).toEqual([]);
});

it('cannot be read: it is told, and a replay waits for a better one', async () => {
  const { world } = await table();
  await writeFile(path.join(world.delivered, `${CHANGES}.dfm`), '{"fileInfo": ');
  await world.ingest();
  expect((await statusOf(world)).describedAnew.examples).toMatchObject([
    { text: expect.stringContaining('not JSON') as string },
  ]);
  await replay(world, [2]);
  expect(await statusOf(world)).toMatchObject({ state: 'waiting', rows: 4 });
});

it('a replay that waits so can be given up: the table goes on with the rows it has', async () => {
  const { world } = await table();
  await mend(world, CHANGES, (dfm) => (dfm.fileInfo['recordCount'] = 5));
  await world.ingest();
  await replay(world, [2]);
  await giveUp(world, { loadIds: [2], why: 'the vendor lost them', by: 'anna@host' });
  await world.ingest();
  expect(await statusOf(world)).toMatchObject({ state: 'live', rows: 4, describedAnew: { files: 0 } });
  expect(await shown(world)).toEqual(ROWS);
});

it('of the next snapshot, under the same name, is no mended one: each goes by its own', async () => {
  const { world, delivery } = await table();
  const data = path.join(world.delivered, `${SNAPSHOT}.csv.gz`);
  const old = await readFile(data);
  await delivery.snapshot(
    'LOAD00000001',
    [
      ['9', 'z'],
      ['8', 'y'],
      ['7', 'x'],
    ],
    { start: '2026-02-01T00:00:00' },
  );
  await writeFile(data, old);
  await world.ingest();
  expect((await statusOf(world)).describedAnew.files).toBe(0);
  await replay(world, [1]);
  expect(await shown(world)).toEqual(ROWS);
});

it('of other content under the name of a change file is not that of the content before', async () => {
  const { world, delivery } = await table();
  await delivery.changes('20260101-010000000', [change(3, 'I', ['5', 'e'])], LATER);
  await world.ingest();
  expect(await statusOf(world)).toMatchObject({ state: 'live', rows: 5, describedAnew: { files: 0 } });
  await replay(world, [2]);
  expect(await statusOf(world)).toMatchObject({ state: 'live', rows: 5, loads: { archived: 3 } });
});
