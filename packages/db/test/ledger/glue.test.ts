/** Proves the outbox's record: the newest version counts in whatever order publishers come, and what the ledger knows of a pointer. */
import path from 'node:path';
import {
  allPointers,
  gluePublications,
  glueTruth,
  tablesBehind,
  writeGluePublication,
  writeGlueTrouble,
  type GluePublication,
} from '../../src/index.ts';
import { commitPointed } from '../support/pointed.ts';
import { withTestDatabase } from '../support/postgres.ts';

const database = withTestDatabase({ migrations: path.resolve(import.meta.dirname, '../../../../migrations') });
const LAKE = 'farelake_test';

/** A table whose every version has a snapshot `<table>/<version>`, the pointer at the last. */
async function committed(table: string, versions: number): Promise<void> {
  for (let n = 0; n < versions; n += 1) await commitPointed(database.pool, table, (version) => `${table}/${version}`);
}

const recordOf = async (table: string): Promise<GluePublication | undefined> =>
  (await gluePublications(database.pool, LAKE)).get(table);

const write = (tableName: string, version: number, isHealed = false) =>
  writeGluePublication(database.pool, LAKE, { tableName, version, metadata: `${tableName}/${version}` }, isHealed);

it('a publisher that comes late with an older version takes nothing back', async () => {
  await write('late', 3);
  const first = await recordOf('late');
  await write('late', 2);
  expect(await recordOf('late')).toEqual(first);
  await write('late', 5);
  expect(await recordOf('late')).toMatchObject({ version: 5, metadata: 'late/5', healed: 0, healedAt: null });
});

it('counts what was set right, and keeps when', async () => {
  await write('healed', 1);
  await write('healed', 1, true);
  await write('healed', 2, true);
  await write('healed', 2);
  expect(await recordOf('healed')).toMatchObject({ version: 2, healed: 2, healedAt: expect.any(Date) as Date });
});

it('trouble stays until a version as new gets there, and that of an older one is not noted', async () => {
  await writeGlueTrouble(database.pool, LAKE, { tableName: 'sad', version: 4 }, 'access denied');
  expect(await recordOf('sad')).toMatchObject({
    version: 0,
    metadata: null,
    publishedAt: null,
    trouble: 'access denied',
  });
  await write('sad', 4);
  expect(await recordOf('sad')).toMatchObject({ version: 4, trouble: null });
  await writeGlueTrouble(database.pool, LAKE, { tableName: 'sad', version: 3 }, 'too late to matter');
  expect(await recordOf('sad')).toMatchObject({ trouble: null });
  await writeGlueTrouble(database.pool, LAKE, { tableName: 'sad', version: 5 }, 'throttled');
  await write('sad', 3);
  expect(await recordOf('sad')).toMatchObject({ version: 4, trouble: 'throttled' });
});

it('tells of the tables that are asked for alone', async () => {
  await write('asked', 1);
  await write('unasked', 1);
  expect([...(await gluePublications(database.pool, LAKE, ['asked', 'never published'])).keys()]).toEqual(['asked']);
});

it('keeps databases of Glue apart', async () => {
  await write('apart', 1);
  expect((await gluePublications(database.pool, 'another')).has('apart')).toBe(false);
  await committed('apart', 1);
  expect(await glueTruth(database.pool, 'another', 'apart', undefined)).toMatchObject({ standsAt: 0 });
});

it('a table is behind whose newest version is not the one that its pointer shows', async () => {
  for (const table of ['led', 'behind', 'unshown']) await committed(table, 2);
  await database.pool.query(`UPDATE ledger.pointers SET version = 1 WHERE table_name = 'behind'`);
  await database.pool.query(`DELETE FROM ledger.pointers WHERE table_name = 'unshown'`);
  const asked = ['unshown', 'led', 'uncommitted', 'behind'];
  expect(await tablesBehind(database.pool, asked)).toEqual(['unshown', 'behind']);
});

describe('the truth about a table', () => {
  it('is its pointer, with the version that a file of ours is known by', async () => {
    await committed('truth', 3);
    const pointer = { metadata: 'truth/3', version: 3 };
    const truth = (found?: string) => glueTruth(database.pool, LAKE, 'truth', found);
    expect(await truth()).toEqual({ pointer, known: undefined, oldest: 1, standsAt: 0, isOfSibling: false });
    expect(await truth('truth/2')).toMatchObject({ pointer, known: 2, standsAt: 0, isOfSibling: false });
    expect(await truth('elsewhere/2')).toMatchObject({ known: undefined, isOfSibling: false });
    // Another table's file is no version of this one, and no other lake's either; nor is one that lies beside it.
    await committed('other', 1);
    expect(await truth('other/1')).toMatchObject({ known: undefined, isOfSibling: true });
    expect(await truth('other/99')).toMatchObject({ known: undefined, isOfSibling: true });
    expect(await truth('other/deeper/1')).toMatchObject({ isOfSibling: false });
  });

  it('knows a file without a snapshot of its own, of the pointer and of what was published', async () => {
    await committed('expired', 2);
    await database.pool.query(`UPDATE ledger.pointers SET metadata = 'expired/2b' WHERE table_name = 'expired'`);
    expect(await glueTruth(database.pool, LAKE, 'expired', 'expired/2b')).toMatchObject({ known: 2 });
    await writeGluePublication(
      database.pool,
      LAKE,
      { tableName: 'expired', version: 2, metadata: 'expired/2b' },
      false,
    );
    await database.pool.query(`UPDATE ledger.pointers SET metadata = 'expired/2c' WHERE table_name = 'expired'`);
    expect(await glueTruth(database.pool, LAKE, 'expired', 'expired/2b')).toEqual({
      pointer: { metadata: 'expired/2c', version: 2 },
      known: 2,
      oldest: 1,
      standsAt: 2,
      isOfSibling: false,
    });
  });

  it('knows a file that only the list of files has, where it lies in the folder of the table', async () => {
    await committed('listed', 3);
    await database.pool.query(
      `INSERT INTO ledger.metadata_files (uri, table_name, kind, size, attempt_id, version_added)
       VALUES ('listed/2b', 'listed', 'metadata', 1, 'listed', 2)`,
    );
    const truth = (found: string) => glueTruth(database.pool, LAKE, 'listed', found);
    expect(await truth('listed/2b')).toMatchObject({ known: 2 });
    for (const other of ['elsewhere/2b', 'listed/b', 'listed/2c'])
      expect(await truth(other)).toMatchObject({ known: undefined });
  });

  it('has the oldest version that the ledger knows', async () => {
    await committed('restored', 4);
    for (const rows of ['snapshots', 'versions'])
      await database.pool.query(`DELETE FROM ledger.${rows} WHERE table_name = 'restored' AND version < 3`);
    expect(await glueTruth(database.pool, LAKE, 'restored', undefined)).toMatchObject({ oldest: 3 });
  });

  it('of a table that no catalog points at there is none', async () => {
    expect(await glueTruth(database.pool, LAKE, 'nothing', undefined)).toBeUndefined();
    expect((await allPointers(database.pool)).map(({ tableName }) => tableName)).not.toContain('nothing');
  });

  it('is asked for of some tables, of none, or of all', async () => {
    await committed('asked', 2);
    await committed('unasked', 1);
    const pointer = { tableName: 'asked', metadata: 'asked/2', version: 2 };
    expect(await allPointers(database.pool, ['asked', 'nothing'])).toEqual([pointer]);
    expect(await allPointers(database.pool, [])).toEqual([]);
    expect((await allPointers(database.pool)).map(({ tableName }) => tableName)).toEqual(
      expect.arrayContaining(['asked', 'unasked']),
    );
  });
});
