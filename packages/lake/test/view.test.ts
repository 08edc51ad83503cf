/** Reading a table's files: columns by field id, whatever they were called, and nothing from a path. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  filesSql,
  localPath,
  openEngine,
  writeParquet,
  type Engine,
  type ParquetField,
  type ViewColumn,
} from '../src/index.ts';
import { testFolder } from './support/folder.ts';

const folder = testFolder();
let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ tempFolder: path.join(folder, 'spill'), threads: 2, memoryLimit: 1 << 30 });
});
afterAll(() => {
  engine.close();
});

const write = async (name: string, query: string, ids: Record<string, number | [number, number]>) => {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  const fields: ParquetField[] = Object.entries(ids).map(([column, id]) =>
    typeof id === 'number' ? { name: column, id } : { name: column, id: id[0], elementId: id[1] },
  );
  await writeParquet(engine, query, file, fields);
  return pathToFileURL(file).href;
};
const column = (id: number, name: string, type: string): ViewColumn => ({ id, name, type });
const read = async (uris: readonly string[], columns: readonly ViewColumn[]) =>
  engine.rows(`SELECT * FROM ${filesSql(uris, columns)} ORDER BY ALL NULLS FIRST`);

describe('a relation over files', () => {
  it('has the columns asked for, in that order, by id: a renamed one too', async () => {
    const old = await write('old.parquet', `SELECT 1 AS a, 'x' AS b`, { a: 101, b: 102 });
    const renamed = await write('renamed.parquet', `SELECT 'y' AS a, 2 AS c`, { a: 102, c: 101 });
    const columns = [column(102, 'b', 'VARCHAR'), column(101, 'a', 'INTEGER')];
    const rows = await read([old, renamed], columns);
    expect(rows).toEqual([
      { b: 'x', a: 1 },
      { b: 'y', a: 2 },
    ]);
    expect(Object.keys(rows[0]!)).toEqual(['b', 'a']);
  });

  it('has NULL where a file does not have a column yet, and leaves out what is no longer asked for', async () => {
    const old = await write('before.parquet', 'SELECT 1 AS a, 9 AS gone', { a: 101, gone: 102 });
    const young = await write('after.parquet', 'SELECT 2 AS a, [7, 8] AS l', { a: 101, l: [103, 104] });
    // A column of the removed one's name is another column.
    const columns = [column(101, 'a', 'INTEGER'), column(105, 'gone', 'VARCHAR'), column(103, 'l', 'INTEGER[]')];
    expect(await read([old, young], columns)).toMatchObject([
      { a: 1, gone: null, l: null },
      { a: 2, gone: null, l: { items: [7, 8] } },
    ]);
  });

  it('reads a widened column in its new type', async () => {
    const narrow = await write('narrow.parquet', 'SELECT 1.25::DECIMAL(5,2) AS d', { d: 101 });
    const wide = await write('wide.parquet', 'SELECT 123456789012.5::DECIMAL(20,2) AS d', { d: 101 });
    const sql = filesSql([narrow, wide], [column(101, 'd', 'DECIMAL(20,2)')]);
    expect(await engine.rows(`SELECT typeof(d) AS t, d::VARCHAR AS d FROM ${sql} ORDER BY 2`)).toEqual([
      { t: 'DECIMAL(20,2)', d: '1.25' },
      { t: 'DECIMAL(20,2)', d: '123456789012.50' },
    ]);
  });

  it('takes nothing from a path that looks like a partition', async () => {
    const uri = await write('month=2021-12/a=5/x.parquet', `SELECT 'own' AS month, 1 AS a`, { month: 101, a: 102 });
    const columns = [column(101, 'month', 'VARCHAR'), column(102, 'a', 'INTEGER')];
    expect(await read([uri], columns)).toEqual([{ month: 'own', a: 1 }]);
    expect(await read([uri], [column(103, 'month', 'VARCHAR')])).toEqual([{ month: null }]);
  });

  it('takes a pattern in a path for a name', async () => {
    const meant = await write('st[a]*?/x.parquet', 'SELECT 1 AS a', { a: 101 });
    await write('sta!/x.parquet', 'SELECT 2 AS a', { a: 101 });
    await write(`it's é🔥 100%/x.parquet`, 'SELECT 3 AS a', { a: 101 });
    const quoted = pathToFileURL(path.join(folder, `it's é🔥 100%/x.parquet`)).href;
    expect(await read([meant, quoted], [column(101, 'a', 'INTEGER')])).toEqual([{ a: 1 }, { a: 3 }]);
  });

  it('has names that need quotes', async () => {
    const uri = await write('plain.parquet', 'SELECT 1 AS a', { a: 101 });
    expect(await read([uri], [column(101, `o'"ne`, 'INTEGER')])).toEqual([{ [`o'"ne`]: 1 }]);
  });

  it('is empty without files, with its columns and types', async () => {
    const columns = [
      column(101, 'a', 'DECIMAL(20,2)'),
      column(4, 'mask', 'INTEGER[]'),
      column(102, `o'"ne`, 'VARCHAR'),
    ];
    expect(await read([], columns)).toEqual([]);
    expect(await engine.rows(`DESCRIBE SELECT * FROM ${filesSql([], columns)}`)).toMatchObject(
      columns.map(({ name, type }) => ({ column_name: name, column_type: type })),
    );
  });
});

it('names local files only', () => {
  expect(localPath('file:///a%20b/c')).toBe('/a b/c');
  expect(() => localPath('s3://bucket/key')).toThrow(/file/);
});
