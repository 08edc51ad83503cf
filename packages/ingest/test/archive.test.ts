/** Proves that every accepted object has an unchanged copy in the archive, whatever happens on the way, and that sources stay as they are. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Delivery, seq } from './support/delivery.ts';
import { closeWorlds, openWorld, type World } from './support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];
const BEGIN = { start: '2026-01-01T00:00:00' };
const AFTER = { end: '2026-03-01T00:00:00' };
const change = (n: number, id: string) => ({ seq: seq(n), oper: 'I', row: [id, 'x'] });

/** Every file below a folder: name below it → SHA-256 and time of modification. */
async function filesBelow(folder: string): Promise<Map<string, { hash: string; mtime: number }>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = names.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const read = files.map(async (file) => {
    const hash = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    return [path.relative(folder, file), { hash, mtime: (await stat(file)).mtimeMs }] as const;
  });
  return new Map((await Promise.all(read)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const archiveOf = (world: World) => filesBelow(path.join(world.folder, 'archive'));

async function delivered(world: World): Promise<Delivery> {
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD1', [['1', 'a']], BEGIN);
  await delivery.changes('20260102-000000000', [change(1, '2')], AFTER);
  return delivery;
}

it('every accepted object and its .dfm has an equal copy, named by key and content; the source is untouched', async () => {
  const world = await openWorld();
  await delivered(world);
  await world.addTable('EDW.X');
  const before = await filesBelow(world.delivered);
  await world.ingest();
  const copies = [...(await archiveOf(world))];
  expect(copies.map(([name]) => name)).toEqual(
    [...before].map(([name, { hash }]) => `cubic/ods_qlik/${name}.${hash}`).sort((a, b) => (a < b ? -1 : 1)),
  );
  expect(copies.every(([name, { hash }]) => name.endsWith(hash))).toBe(true);
  expect(await filesBelow(world.delivered)).toEqual(before);
  expect((await world.status())[0]).toMatchObject({ state: 'live', loads: { archived: 2 } });
});

it('the same names delivered again with other content: both contents are kept', async () => {
  const world = await openWorld();
  const delivery = await delivered(world);
  await world.addTable('EDW.X');
  await world.ingest();
  await delivery.changes('20260102-000000000', [change(1, '2'), change(2, '3')], AFTER);
  await world.ingest();
  const names = [...(await archiveOf(world)).keys()].filter((name) => name.includes('20260102-000000000.csv.gz'));
  expect(names).toHaveLength(2);
});

it('what could not be read, or waits, is not accepted and not archived', async () => {
  const world = await openWorld();
  const delivery = await delivered(world);
  await delivery.changes('20260103-000000000', [change(3, '4')], { ...AFTER, withoutDfm: true });
  await delivery.changes('20260104-000000000', [change(4, '5')], { ...AFTER, spoil: (gz) => gz.subarray(0, 20) });
  await world.addTable('EDW.X');
  await world.ingest();
  const names = [...(await archiveOf(world)).keys()];
  expect(names.filter((name) => /2026010[34]/.test(name))).toEqual([]);
  expect(names).toHaveLength(4);
});

it('a copy cut off by a crash, or spoiled before the ledger knew it, is made again', async () => {
  const world = await openWorld();
  await delivered(world);
  await world.addTable('EDW.X');
  await world.ingest();
  const whole = [...(await archiveOf(world))].map(([name, { hash }]) => [name, hash]);
  // As if the process had died between copy and note, the copy being half there.
  const [name = ''] = whole[0] ?? [];
  await writeFile(path.join(world.folder, 'archive', name), 'half');
  await world.pool.query('UPDATE ledger.objects SET archived_uri = NULL, archived_at = NULL');
  await world.pool.query(`UPDATE ledger.loads SET state = 'applied'`);
  await world.ingest();
  expect([...(await archiveOf(world))].map(([again, { hash }]) => [again, hash])).toEqual(whole);
  expect((await world.status())[0]).toMatchObject({ loads: { archived: 2 } });
});

it('a source gone before its copy is trouble that says so; the table is right, and a new delivery mends it', async () => {
  const world = await openWorld();
  await delivered(world);
  await world.addTable('EDW.X');
  await world.ingest();
  await world.pool.query('UPDATE ledger.objects SET archived_uri = NULL, archived_at = NULL');
  await world.pool.query(`UPDATE ledger.loads SET state = 'applied'`);
  await rm(path.join(world.folder, 'archive'), { recursive: true });
  const away = `${world.delivered}-away`;
  await rename(world.delivered, away);
  await mkdir(path.join(world.delivered, 'EDW.X'), { recursive: true });
  await rename(path.join(away, 'EDW.X/LOAD1.dfm'), path.join(world.delivered, 'EDW.X/LOAD1.dfm'));
  await world.ingest();
  const [status] = await world.status();
  expect(status).toMatchObject({ state: 'failing', rows: 2, loads: { applied: 2 } });
  expect(status?.reason).toMatch(/not archived: .*csv\.gz.*\(and \d more\)/s);
  await rm(world.delivered, { recursive: true });
  await rename(away, world.delivered);
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'live', loads: { archived: 2 } });
});

it('changes from before the snapshot, which are in history only, have their copies too', async () => {
  const world = await openWorld();
  const delivery = await delivered(world);
  await delivery.changes('20251230-000000000', [change(5, '9')], { end: '2025-12-31T00:00:00' });
  await world.addTable('EDW.X');
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ loads: { archived: 2, superseded: 1 } });
  expect([...(await archiveOf(world)).keys()].some((name) => name.includes('20251230'))).toBe(true);
});
