/** Spark reads files of rows written in memory and files of the engine as one table. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { filesSql, openEngine, rowsToParquet, writeParquet, type ColumnValues, type Value } from '@farelake/lake';
import { parseLogicalType, typeNames } from '@farelake/schema-registry';

/** Type, values, as Spark has to give them. */
const CASES: readonly [type: string, values: Value[], read: (string | boolean | null)[]][] = [
  ['bigint', [1n, -(2n ** 63n), 2n ** 63n - 1n], ['1', '-9223372036854775808', '9223372036854775807']],
  ['string', ['\uFEFFé🔥', null, 'x'.repeat(300)], ['\uFEFFé🔥', null, 'x'.repeat(300)]],
  ['double', [0.1, Number.NaN, -Infinity], ['0.1', 'nan', '-inf']],
  ['boolean', [true, null, false], [true, null, false]],
  ['date', ['0001-01-01', '9999-12-31', '2024-02-29'], ['0001-01-01', '9999-12-31', '2024-02-29']],
  [
    'timestamp',
    [1_637_000_000_000_001n, -1n, null],
    ['2021-11-15 18:13:20.000001', '1969-12-31 23:59:59.999999', null],
  ],
];
const columns = CASES.map(([type, values], at): ColumnValues => ({
  ...{ id: 101 + at, name: `c${at}`, type: parseLogicalType(type), values },
}));

interface Read {
  readonly schema: Record<string, string>;
  readonly rows: unknown[][];
}

const python = process.env['FARELAKE_TEST_PYSPARK'];
(python === undefined ? describe.skip : describe)(
  'Spark, of rows written in memory beside a file of the engine,',
  () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'farelake-engines-'));
    let read: Read;

    beforeAll(async () => {
      const [rows, none, other] = ['rows', 'none', 'engine'].map((name) => path.join(folder, `${name}.parquet`)) as [
        string,
        string,
        string,
      ];
      writeFileSync(rows, rowsToParquet(columns).bytes);
      writeFileSync(none, rowsToParquet(columns.map((column) => ({ ...column, values: [] }))).bytes);
      const engine = await openEngine({ tempFolder: path.join(folder, 'spill') });
      const view = columns.map(({ id, name, type }) => ({ id, name, type: typeNames(type).duckdb }));
      await writeParquet(engine, `SELECT * FROM ${filesSql([rows], view)}`, other, view);
      engine.close();
      const script = path.join(import.meta.dirname, 'support/read_parquet.py');
      const { stdout } = await promisify(execFile)(python ?? '', [script, JSON.stringify([rows, none, other]), 'c0']);
      read = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Read;
    });
    afterAll(() => {
      rmSync(folder, { recursive: true });
    });

    it('has the types that the table of types says', () => {
      expect(read.schema).toEqual(Object.fromEntries(columns.map(({ name, type }) => [name, typeNames(type).spark])));
    });

    it('has every row of both, once each', () => {
      const inOrder = [1, 0, 2].map((row) => CASES.map(([, , values]) => values[row]));
      expect(read.rows).toEqual(inOrder.flatMap((row) => [row, row]));
    });
  },
);
