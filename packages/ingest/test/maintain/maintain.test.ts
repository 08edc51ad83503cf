/** Proves that maintenance removes what nothing needs any more, and never a file that a version within the retention lists. */
import { appendFile, mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { folderStore, type ObjectStore } from '@farelake/lake';
import { audit, maintain, type Maintained, type MaintainOptions } from '../../src/index.ts';
import { attemptIn } from '../../src/maintain/maintain.ts';
import { withTable } from '../../src/table/in-table.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];
const AFTER = { end: '2026-03-01T00:00:00' };
const HOUR = 3600;
const DAY = 24 * HOUR;
const change = (n: number, id: string) => ({ seq: seq(n), oper: 'I', row: [id, 'x'] });

/** A snapshot and two folds of changes, each of which replaced the one segment. */
async function folded(): Promise<{ world: World; delivery: Delivery }> {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD1', [['1', 'a']], { start: '2026-01-01T00:00:00' });
  await world.addTable('EDW.X');
  await world.ingest();
  for (const day of [2, 3]) {
    await delivery.changes(`2026010${day}-000000000`, [change(day, String(day))], AFTER);
    await world.ingest();
  }
  return { world, delivery };
}

const run = (world: World, options: Partial<MaintainOptions> = {}): Promise<Maintained> =>
  maintain(world, { grace: DAY, retention: 7 * DAY, dryRun: false, ...options });

const stageOf = async (world: World): Promise<string[]> => {
  const names = await readdir(path.join(world.folder, 'stage'), { recursive: true });
  return names.filter((name) => name.endsWith('.parquet')).sort();
};

/** Lets time pass for the ledger. */
const age = async ({ pool }: World, seconds: number) => {
  for (const [table, column] of [
    ['versions', 'committed_at'],
    ['attempts', 'started_at'],
    ['attempts', 'ended_at'],
  ] as const)
    await pool.query(`UPDATE ledger.${table} SET ${column} = ${column} - make_interval(secs => ${seconds})`);
};

/** A file as an attempt leaves it that is killed between moving it to stage and committing it. */
async function strand(world: World, attempt: string, outcome: string | null, folder = 'edw_x/base'): Promise<string> {
  await world.pool.query(
    `INSERT INTO ledger.attempts (id, dataset, outcome, ended_at) VALUES ($1, 'edw_x', $2, CASE WHEN $2::text IS NOT NULL THEN now() END)`,
    [attempt, outcome],
  );
  return put(world, `${folder}/000007-${attempt}.parquet`);
}

async function put(world: World, inside: string): Promise<string> {
  const file = path.join(world.folder, 'stage', inside);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, 'stranded');
  return inside;
}

const [ONE, TWO, THREE] = ['aaaaaaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbbbbbb', 'cccccccccccccccccccc'];

it('files of versions that are gone go after the retention, and not before; what is there stays right', async () => {
  const { world } = await folded();
  const before = await stageOf(world);
  expect(await run(world)).toMatchObject({ expired: { files: 0 }, kept: { files: 2 }, dead: { files: 0 } });
  expect(await stageOf(world)).toEqual(before);
  await age(world, 8 * DAY);
  const dry = await run(world, { dryRun: true });
  expect(dry.expired.files).toBe(2);
  expect(await stageOf(world)).toEqual(before);
  const done = await run(world);
  expect(done).toEqual(dry);
  expect(done.expired.bytes).toBeGreaterThan(0);
  expect(await stageOf(world)).toHaveLength(before.length - 2);
  expect(await world.rows('SELECT count(*) AS n FROM edw_x')).toEqual([{ n: '3' }]);
  const { rows } = await world.pool.query(
    `SELECT count(*) FILTER (WHERE deleted_at IS NOT NULL) AS deleted, count(*) FILTER (WHERE version_removed IS NULL AND deleted_at IS NOT NULL) AS live
     FROM ledger.files`,
  );
  expect(rows).toEqual([{ deleted: 2, live: 0 }]);
  // Again is fine, and finds nothing.
  expect(await run(world)).toMatchObject({ expired: { files: 0, bytes: 0 }, kept: { files: 0 } });
  expect((await audit(world, folderStore(world.delivered))).findings).toEqual([]);
});

it('bounds and keys of a file go with it: they are values, which may be hidden by now', async () => {
  const { world } = await folded();
  const withValues = `SELECT count(*) FILTER (WHERE deleted_at IS NOT NULL) AS gone, count(*) FILTER (WHERE deleted_at IS NULL) AS there
    FROM ledger.files WHERE statistics::text <> '{}' OR lowest_key IS NOT NULL`;
  const before = (await world.pool.query<{ there: number }>(withValues)).rows[0]!;
  await age(world, 8 * DAY);
  await run(world, { dryRun: true });
  expect((await world.pool.query(withValues)).rows).toEqual([before]);
  await run(world);
  expect((await world.pool.query(withValues)).rows).toEqual([{ gone: 0, there: before.there - 2 }]);
  // Of files that were deleted before this was done.
  await world.pool.query(
    `UPDATE ledger.files SET statistics = '{"s": {"min": "x"}}', lowest_key = '["7"]' WHERE deleted_at IS NOT NULL`,
  );
  await run(world);
  expect((await world.pool.query(withValues)).rows).toEqual([{ gone: 0, there: before.there - 2 }]);
  expect((await audit(world, folderStore(world.delivered), { content: true })).findings).toEqual([]);
});

it('a file that was removed lately stays, however old it is itself', async () => {
  const { world, delivery } = await folded();
  await age(world, 30 * DAY);
  await delivery.changes('20260104-000000000', [change(4, '4')], AFTER);
  await world.ingest();
  expect(await run(world)).toMatchObject({ expired: { files: 2 }, kept: { files: 1 } });
});

it('files of attempts that failed or were killed go after the grace period, by the ledger and not by the times of files', async () => {
  const { world } = await folded();
  const stranded = [
    await strand(world, ONE, null),
    await strand(world, TWO, 'failed', 'edw_x_history/changes/month=2026-01'),
  ];
  for (const inside of stranded) await utimes(path.join(world.folder, 'stage', inside), 0, 0);
  expect(await run(world)).toMatchObject({ dead: { files: 0 }, young: { files: 2, bytes: 16 } });
  await age(world, 2 * DAY);
  for (const inside of stranded) await utimes(path.join(world.folder, 'stage', inside), new Date(), new Date());
  expect(await run(world)).toMatchObject({ dead: { files: 2, bytes: 16 }, young: { files: 0 } });
  expect((await stageOf(world)).filter((name) => stranded.includes(name))).toEqual([]);
  expect(await world.rows('SELECT count(*) AS n FROM edw_x')).toEqual([{ n: '3' }]);
});

it('what the ledger cannot tell is left alone and named: no attempt, an unknown one, one that committed', async () => {
  const { world } = await folded();
  await strand(world, THREE, 'committed');
  await put(world, `edw_x/base/000008-${ONE}.parquet`);
  await put(world, 'edw_x/base/somebody-else.parquet');
  await age(world, 30 * DAY);
  const { unknown, dead } = await run(world);
  expect(dead.files).toBe(0);
  expect(unknown.files).toBe(3);
  expect(unknown.examples).toHaveLength(3);
});

it('of a home that was moved nothing is removed, though no file is where the ledger has it', async () => {
  const { world } = await folded();
  await age(world, 30 * DAY);
  const before = await stageOf(world);
  const place = path.join(world.folder, 'stage');
  // The same files by another name.
  const moved = folderStore(path.join(world.folder, 'x/../stage'));
  const renamed: ObjectStore = { ...moved, uriOf: (inside) => `file:///elsewhere/${inside}` };
  expect(await maintain({ ...world, stage: renamed }, { grace: 0, retention: 0, dryRun: false })).toMatchObject({
    dead: { files: 0 },
    expired: { files: 0 },
    unknown: { files: before.length },
  });
  expect(await stageOf(world)).toEqual(before);
  expect((await stat(place)).isDirectory()).toBe(true);
});

it('while another process works on the table its files are left, and it says so', async () => {
  const { world } = await folded();
  await strand(world, ONE, null);
  await age(world, 2 * DAY);
  await withTable(world, 'edw_x', async () => {
    expect(await run(world)).toMatchObject({ dead: { files: 0 }, busy: ['edw_x'] });
  });
  expect(await run(world)).toMatchObject({ dead: { files: 1 }, busy: [] });
});

it('cut off between the ledger and the store, the next run goes on', async () => {
  const { world } = await folded();
  await age(world, 8 * DAY);
  const before = await stageOf(world);
  const broken: ObjectStore = { ...world.stage, remove: () => Promise.reject(new Error('killed')) };
  await expect(maintain({ ...world, stage: broken }, { grace: 0, retention: DAY, dryRun: false })).rejects.toThrow(
    'killed',
  );
  expect(await stageOf(world)).toEqual(before);
  const marked = await world.pool.query('SELECT 1 FROM ledger.files WHERE deleted_at IS NOT NULL');
  expect(marked.rowCount).toBe(2);
  expect(await run(world)).toMatchObject({ expired: { files: 2 } });
  expect(await stageOf(world)).toHaveLength(before.length - 2);
});

it('several at once do no harm', async () => {
  const { world } = await folded();
  await strand(world, ONE, null);
  await age(world, 8 * DAY);
  const before = await stageOf(world);
  await Promise.all([run(world), run(world), run(world), world.ingest()]);
  await run(world);
  expect(await stageOf(world)).toHaveLength(before.length - 3);
  expect((await audit(world, folderStore(world.delivered))).findings).toEqual([]);
});

it('scratch of dead processes goes, that of living ones stays', async () => {
  const { world } = await folded();
  // A number beyond any that Linux gives.
  for (const folder of ['99999999-x/fetched', `${process.pid}-y`])
    await mkdir(path.join(world.scratch, folder), { recursive: true });
  await writeFile(path.join(world.scratch, '99999999-x/fetched/1.parquet'), 'four');
  await writeFile(path.join(world.scratch, `${process.pid}-y/1`), 'mine');
  expect((await run(world, { dryRun: true })).scratch).toEqual({ files: 1, bytes: 4 });
  expect((await run(world)).scratch).toEqual({ files: 1, bytes: 4 });
  expect(await readdir(world.scratch)).toEqual([`${process.pid}-y`]);
  await rm(path.join(world.scratch, `${process.pid}-y`), { recursive: true });
});

it('refused rows of an attempt that died go from the error zone, those that a receipt has stay', async () => {
  const { world } = await folded();
  const rows = path.join(world.folder, 'error/rows/cubic/ods_qlik/EDW.X/LOAD1.csv.gz');
  await mkdir(rows, { recursive: true });
  await strand(world, ONE, null);
  for (const attempt of [ONE, TWO]) await appendFile(path.join(rows, `abc-${attempt}.jsonl`), '{}\n');
  await world.pool.query(`INSERT INTO ledger.attempts (id, dataset) VALUES ($1, 'edw_x')`, [TWO]);
  await world.pool.query(
    `UPDATE ledger.receipts SET read = read + 1, announced = announced + 1, quarantined = 1, rows_uri = $1 WHERE load_id = 1`,
    [folderStore(path.join(world.folder, 'error')).uriOf(`rows/cubic/ods_qlik/EDW.X/LOAD1.csv.gz/abc-${TWO}.jsonl`)],
  );
  await age(world, 2 * DAY);
  expect(await run(world)).toMatchObject({ dead: { files: 2 } });
  expect(await readdir(rows)).toEqual([`abc-${TWO}.jsonl`]);
});

it.each([
  ['edw_x_history/changes/month=2026-01/b000001-0123456789abcdef0123.parquet', '0123456789abcdef0123'],
  ['edw_x_history/changes/month=2026-01/b000001-0123456789abcdef0123-0001.parquet', '0123456789abcdef0123'],
  ['edw_x/base/000001-0123456789abcdef0123.parquet', '0123456789abcdef0123'],
  [
    'rows/cubic/ods_qlik/EDW.X/LOAD1.csv.gz/d41d8cd98f00b204e9800998ecf8427e-2-0123456789abcdef0123.jsonl',
    '0123456789abcdef0123',
  ],
  ['edw_x/base/000001.parquet', null],
  ['0123456789abcdef0123/000001.parquet', null],
  // The vendor's id of a dataset may look like one.
  ['dmap_x/period=2026-01-01/0123456789abcdef0123-abcdefabcdefabcdefab.parquet', 'abcdefabcdefabcdefab'],
  ['dmap_x/period=2026-01-01/0123456789abcdef0123-abcdefabcdefabcdefab-0001.parquet', 'abcdefabcdefabcdefab'],
  ['edw_x/base/000001-0123456789ABCDEF0123.parquet', null],
])('the attempt of %s is %s', (name, attempt) => {
  expect(attemptIn(name)).toBe(attempt);
});
