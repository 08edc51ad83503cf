/** Proves that files note their schema as Iceberg's own writers do, whoever wrote them, and that a rewrite keeps it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openEngine, rewriteParquet, rowsToParquet, writeParquet, type Engine } from '../../src/index.ts';

let folder: string;
let engine: Engine;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'farelake-schema-'));
  engine = await openEngine({ tempFolder: path.join(folder, 'spill') });
});
afterAll(async () => {
  engine.close();
  await rm(folder, { recursive: true });
});

const noted = async (file: string): Promise<unknown> => {
  const rows = await engine.rows(
    `SELECT decode(value) AS text FROM parquet_kv_metadata('${file}') WHERE decode(key) = 'iceberg.schema'`,
  );
  return rows.map(({ text }) => JSON.parse(String(text)) as unknown);
};

const list = { type: 'list', 'element-id': 5, element: 'int', 'element-required': false };
const FIELDS = [
  { id: 101, name: "it's", icebergType: 'long' },
  { id: 4, name: 'mask', elementId: 5, icebergType: list },
];
const SCHEMA = {
  type: 'struct',
  'schema-id': 0,
  fields: [
    { id: 101, name: "it's", required: false, type: 'long' },
    { id: 4, name: 'mask', required: false, type: list },
  ],
};

it('the engine notes all columns with their types, or nothing; a rewrite notes what it reads', async () => {
  const query = `SELECT 1::BIGINT AS "it's", [1, 2]::INTEGER[] AS mask`;
  const [whole, part, again] = ['whole', 'part', 'again'].map((name) => path.join(folder, `${name}.parquet`));
  await writeParquet(engine, query, whole!, FIELDS);
  await writeParquet(engine, query, part!, [FIELDS[0]!, { id: 4, name: 'mask', elementId: 5 }]);
  expect(await noted(whole!)).toEqual([SCHEMA]);
  expect(await noted(part!)).toEqual([]);
  await rewriteParquet(engine, whole!, 'true', again!);
  expect(await noted(again!)).toEqual([SCHEMA]);
  await rewriteParquet(engine, part!, 'true', again!);
  expect(await noted(again!)).toEqual([]);
});

it('rows without an engine note the same', async () => {
  const file = path.join(folder, 'rows.parquet');
  const column = { id: 101, name: 'x', type: { kind: 'timestamp' }, values: [0n] } as const;
  await writeFile(file, rowsToParquet([column]).bytes);
  expect(await noted(file)).toEqual([
    { type: 'struct', 'schema-id': 0, fields: [{ id: 101, name: 'x', required: false, type: 'timestamp' }] },
  ]);
});
