/** Proves that a damaged file of history is told as such, that no repair believes it, and that a replay mends it. */
import { chmod, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { readManifest, type ListedFile } from '@farelake/db';
import { localPath, writeParquet } from '@farelake/lake';
import { historyName } from '@farelake/schema-registry';
import { previewRepair, repairTable, sendBack, verifyTable, withEngine } from '../../src/index.ts';
import { historyColumns } from '../../src/columns.ts';
import { flipUnread } from '../support/damage.ts';
import { soundTable } from '../support/table-for-repair.ts';
import { closeWorlds, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const ORDER = { by: 'somebody@somewhere', why: 'a test damaged history' };

/** The file with the snapshot's 30 rows. */
async function snapshotFile(world: World): Promise<ListedFile> {
  const { files } = await readManifest(world.pool, historyName('edw_x'));
  return files.find(({ rows }) => rows === 30)!;
}

/** Every command tells of the same damage, and the table and its versions stay. */
async function expectRefused(world: World, file: ListedFile, what: RegExp): Promise<number[]> {
  const contract = world.contracts.get('edw_x')!;
  const before = await readManifest(world.pool, 'edw_x');
  const damage = {
    code: 'history-damaged',
    problem: expect.stringMatching(what) as string,
    remedy: expect.stringMatching(/farelake replay --load \d+/) as string,
  };
  const all: (() => Promise<unknown>)[] = [
    () => verifyTable(world, contract, 'history'),
    () => verifyTable(world, contract, 'interpreter'),
    () => previewRepair(world, { contract, keys: undefined }),
    () => previewRepair(world, { contract, keys: [['1', 'p']] }),
    () => repairTable(world, { contract, keys: undefined }, ORDER),
    () => repairTable(world, { contract, keys: [['1', 'p']] }, ORDER),
  ];
  let loads: number[] = [];
  for (const work of all) {
    const error = (await work().catch((thrown: unknown) => thrown)) as { data: { loads: number[] } };
    expect(error).toMatchObject({ ...damage, data: { dataset: 'edw_x', files: [file.uri] } });
    loads = error.data.loads;
  }
  expect(await readManifest(world.pool, 'edw_x')).toEqual(before);
  return loads;
}

/** @param checksum `unknown`: as if the file had been written before checksums were noted */
async function replaceBy(
  world: World,
  file: ListedFile,
  sql: string,
  checksum: 'unknown' | 'known' = 'unknown',
): Promise<void> {
  const contract = world.contracts.get('edw_x')!;
  const columns = historyColumns(contract);
  await withEngine(world, async (engine, folder) => {
    await engine.run(`CREATE TEMP VIEW rows AS SELECT * FROM ${await engine.files.sql([file], columns)} f`);
    const { file: local } = await writeParquet(engine, sql, `${folder}/other.parquet`, columns);
    await writeFile(localPath(file.uri), await readFile(local));
  });
  const { size } = await stat(localPath(file.uri));
  // Of the size that the manifest says, as if the bytes alone had changed.
  await world.pool.query('UPDATE ledger.files SET size = $1, sha256 = $3 WHERE id = $2', [
    size,
    file.id,
    checksum === 'known' ? file.sha256 : null,
  ]);
}

it.each([
  ['in the middle of the footer', (size: number) => size - 60],
  ['at the first page header', () => 4],
])('bytes flipped %s', async (_, at) => {
  const { world } = await soundTable();
  const file = await snapshotFile(world);
  const bytes = await readFile(localPath(file.uri));
  const place = at(bytes.length);
  for (let n = place; n < place + 24; n += 1) bytes[n] = bytes[n]! ^ 0xff;
  await writeFile(localPath(file.uri), bytes);
  await expectRefused(world, file, /\.parquet: /);
});

it('one bit where no reader looks; and a replay of the loads it names makes all right again', async () => {
  const { world, contract } = await soundTable();
  const file = await snapshotFile(world);
  await flipUnread(localPath(file.uri));
  const loadIds = await expectRefused(world, file, /\.parquet: its bytes are not those that were written/);
  await sendBack(world, { loadIds });
  await world.ingest();
  expect(await verifyTable(world, contract, 'history')).toMatchObject({ equal: true, rows: { table: 30 } });
});

it('a value that became another one within the bounds, which only the checksum tells', async () => {
  const { world, contract } = await soundTable();
  const file = await snapshotFile(world);
  const other = `SELECT * REPLACE (CASE WHEN id = 9 THEN 'n8' ELSE name END AS name) FROM rows`;
  await replaceBy(world, file, other, 'known');
  await expectRefused(world, file, /\.parquet: its bytes are not those that were written/);
  // Without one the table is blamed for it.
  await world.pool.query('UPDATE ledger.files SET sha256 = NULL WHERE id = $1', [file.id]);
  expect(await verifyTable(world, contract, 'history')).toMatchObject({
    equal: false,
    changes: { changed: 1, shown: [{ columns: ['name'] }] },
  });
});

it('a file that this user may not read is told as that', async () => {
  const { world } = await soundTable();
  const file = await snapshotFile(world);
  await chmod(localPath(file.uri), 0);
  // Whoever may read everything cannot be kept from it.
  if (process.getuid?.() !== 0) await expectRefused(world, file, /its file cannot be read/);
});

it('a file cut off', async () => {
  const { world } = await soundTable();
  const file = await snapshotFile(world);
  await truncate(localPath(file.uri), 100);
  await expectRefused(world, file, /it has 100 bytes, the manifest says \d+/);
});

it('a file with fewer rows; a replay of the loads it names makes all right again', async () => {
  const { world, contract } = await soundTable();
  const file = await snapshotFile(world);
  await replaceBy(world, file, 'SELECT * FROM rows WHERE id = 3');
  const loadIds = await expectRefused(world, file, /it has 1 rows, the manifest says 30/);
  await sendBack(world, { loadIds });
  await world.ingest();
  expect(await verifyTable(world, contract, 'history')).toMatchObject({ equal: true, rows: { table: 30 } });
});

it('rows that say they are of another load', async () => {
  const { world } = await soundTable();
  const file = await snapshotFile(world);
  await replaceBy(world, file, 'SELECT * REPLACE (_load_id + 77 AS _load_id) FROM rows');
  await expectRefused(world, file, /values of _load_id lie outside/);
});

it('keys that became others, and keys that were lost', async () => {
  const { world } = await soundTable();
  const file = await snapshotFile(world);
  await replaceBy(world, file, 'SELECT * REPLACE (CASE WHEN id = 9 THEN 9000 END AS id) FROM rows');
  await expectRefused(world, file, /values of id lie outside.*id is NULL/);
});

it('a receipt that says other rows than its files have', async () => {
  const { world } = await soundTable();
  const file = await snapshotFile(world);
  await world.pool.query('UPDATE ledger.receipts SET written = 31, read = 31 WHERE written = 30');
  await expectRefused(world, file, /has 30 rows in history, its receipt says 31/);
});

it.each([
  { name: 'one that holds all of the former', type: 'decimal(32,4)', before: false },
  { name: 'any, of files written before their types were noted', type: 'string', before: true },
])(
  'bounds are compared by the type that was written: a contract with another one ($name) blames nothing, and a damage is told',
  async ({ type, before }) => {
    const { world, contract } = await soundTable();
    if (before) await world.pool.query('UPDATE ledger.files SET types = NULL');
    const columns = contract.columns.map((column) => (column.name === 'price' ? { ...column, type } : column));
    const revised = { ...contract, columns };
    world.contracts.set('edw_x', revised);
    expect(await verifyTable(world, revised, 'history')).toMatchObject({ equal: true, rows: { table: 30 } });
    expect(await previewRepair(world, { contract: revised, keys: undefined })).toMatchObject({ segments: 0 });
    world.contracts.set('edw_x', contract);
    const file = await snapshotFile(world);
    await replaceBy(world, file, 'SELECT * REPLACE (CASE WHEN id = 9 THEN 9000.5 ELSE price END AS price) FROM rows');
    world.contracts.set('edw_x', revised);
    await expectRefused(world, file, /values of price lie outside/);
  },
);

it('a contract with another type than files have for certain: nothing is compared, the table is held', async () => {
  const { world, contract } = await soundTable();
  const columns = contract.columns.map((column) => (column.name === 'price' ? { ...column, type: 'string' } : column));
  const revised = { ...contract, columns };
  world.contracts.set('edw_x', revised);
  await expect(verifyTable(world, revised, 'history')).rejects.toThrow(/edw_x is held: 2 files have column PRICE/);
});
