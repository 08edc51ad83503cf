/** Files that rowsToParquet makes: beside the engine's own in one table, over several row groups, without rows; and what it refuses. */
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { parseLogicalType, quoteLiteral, typeNames } from '@farelake/schema-registry';
import {
  filesSql,
  openEngine,
  rowsToParquet,
  writeParquet,
  type ColumnValues,
  type Engine,
  type Value,
} from '../../src/index.ts';
import { testFolder } from '../support/folder.ts';

const folder = testFolder();
let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ tempFolder: path.join(folder, 'spill'), threads: 2, memoryLimit: 1 << 30 });
});
afterAll(() => {
  engine.close();
});

let written = 0;
/** Writes the file, under a name of its own. */
function fileOf(columns: readonly ColumnValues[]) {
  const { bytes, rows, statistics } = rowsToParquet(columns);
  const file = path.join(folder, `${(written += 1)}.parquet`);
  writeFileSync(file, bytes);
  return { file, rows, statistics, bytes };
}

const column = (type: string, values: readonly Value[], id = 101): ColumnValues => ({
  ...{ id, name: type, type: parseLogicalType(type), values },
});
const viewOf = (columns: readonly ColumnValues[]) =>
  columns.map(({ id, name, type }) => ({ id, name, type: typeNames(type).duckdb }));

const ROW: readonly [type: string, value: Value, text: string][] = [
  ['string', 'é🔥', 'é🔥'],
  ['bigint', 9_223_372_036_854_775_807n, '9223372036854775807'],
  ['double', -1.5e300, '-1.5e+300'],
  ['boolean', true, 'true'],
  ['date', '2024-02-29', '2024-02-29'],
  ['timestamp', 1_637_000_000_000_001n, '2021-11-15 18:13:20.000001'],
];

describe('a file of one row of every type', () => {
  const columns = ROW.map(([type, value], at) => column(type, [value, null], 101 + 3 * at));
  const view = viewOf(columns);

  it('is one table with a file that the engine wrote', async () => {
    const { file } = fileOf(columns);
    const other = path.join(folder, 'engine.parquet');
    await writeParquet(engine, `SELECT * FROM ${filesSql([file], view)}`, other, view);
    const texts = view.map(({ name }) => `CAST(${name} AS VARCHAR) AS ${name}`).join(', ');
    const own = Object.fromEntries(ROW.map(([type, , text]) => [type, text]));
    const none = Object.fromEntries(ROW.map(([type]) => [type, null]));
    expect(await engine.rows(`SELECT ${texts} FROM ${filesSql([file, other], view)}`)).toEqual([own, none, own, none]);
  });

  it('is found under other names by its field ids', async () => {
    const { file } = fileOf(columns);
    const renamed = view.map(({ id, type }) => ({ id, name: `renamed_${id}`, type }));
    expect(await engine.rows(`SELECT renamed_104::VARCHAR AS n FROM ${filesSql([file], renamed)} LIMIT 1`)).toEqual([
      { n: '9223372036854775807' },
    ]);
  });

  it('is compressed with zstd, every column optional', () => {
    const { row_groups: groups, schema } = parquetMetadata(fileOf(columns).bytes.slice().buffer);
    expect(new Set(groups.flatMap((group) => group.columns.map((one) => one.meta_data?.codec)))).toEqual(
      new Set(['ZSTD']),
    );
    expect(schema.slice(1).map((one) => [one.name, one.field_id, one.repetition_type])).toEqual(
      columns.map(({ name, id }) => [name, id, 'OPTIONAL']),
    );
  });

  it('has statistics in the words of the engine', () => {
    const { statistics } = fileOf(columns);
    const bounds = Object.entries(statistics).map(([name, { min, max, nulls, values }]) => [
      name,
      min,
      max,
      nulls,
      values,
    ]);
    expect(bounds).toEqual(
      ROW.map(([type, , text]) => {
        const told = type === 'boolean' ? '1' : text;
        return [type, told, told, 1, 2];
      }),
    );
  });
});

test('no row is a file without rows, of all its columns', async () => {
  const columns = ROW.map(([type], at) => column(type, [], 101 + at));
  const { file, rows, statistics, bytes } = fileOf(columns);
  expect(rows).toBe(0);
  expect(statistics['string']).toEqual({ id: 101, nulls: 0, values: 0, bytes: 0 });
  expect(await engine.rows(`SELECT * FROM ${filesSql([file], viewOf(columns))}`)).toEqual([]);
  const described = await engine.rows(`DESCRIBE SELECT * FROM read_parquet(${quoteLiteral(file)})`);
  expect(described.map((one) => one['column_type'])).toEqual(viewOf(columns).map(({ type }) => type));
  expect(await parquetReadObjects({ file: bytes.slice().buffer, compressors })).toEqual([]);
});

describe('200,000 rows', () => {
  const COUNT = 200_000;
  const numbers = Array.from({ length: COUNT }, (_, row) => row);
  /** By row group: only NULL, then with NaN, then with texts that UTF-16 puts into another order. */
  const groupOf = (row: number) => Math.floor(row / 65_536);
  const columns = [
    { ...column('bigint', numbers.map(BigInt), 101) },
    {
      ...column(
        'double',
        numbers.map((row) => (row === 70_000 ? Number.NaN : row / 8)),
        102,
      ),
    },
    {
      ...column(
        'string',
        numbers.map((row) => (groupOf(row) === 0 ? null : groupOf(row) === 1 ? '\uFFFD' : '🔥')),
        103,
      ),
    },
    {
      ...column(
        'date',
        numbers.map((row) => (row < 100_000 ? '2021-12-01' : '2021-11-30')),
        104,
      ),
    },
    {
      ...column(
        'boolean',
        numbers.map((row) => row >= 65_536 && row % 3 === 0),
        105,
      ),
    },
  ];
  const view = viewOf(columns);
  let made: ReturnType<typeof fileOf>;
  beforeAll(() => {
    made = fileOf(columns);
  });

  it('lie in row groups of at most 65,536, in their order', async () => {
    const groups = parquetMetadata(made.bytes.slice().buffer).row_groups.map((group) => Number(group.num_rows));
    expect(groups).toEqual([65_536, 65_536, 65_536, 3_392]);
    const rows = (await parquetReadObjects({ file: made.bytes.slice().buffer, compressors })) as Record<
      string,
      unknown
    >[];
    expect(rows.findIndex((row, index) => row['bigint'] !== BigInt(index))).toBe(-1);
    const [read] = await engine.rows(
      `SELECT count(*) AS n, count(string) AS texts, count(*) FILTER (WHERE boolean) AS yes, sum(bigint)::BIGINT AS sum
       FROM ${filesSql([made.file], view)}`,
    );
    expect(read).toEqual({ n: 200_000n, texts: 134_464n, yes: 44_821n, sum: 19_999_900_000n });
  });

  it('have statistics over all row groups', () => {
    expect(made.statistics).toMatchObject({
      bigint: { min: '0', max: '199999', nulls: 0, values: COUNT },
      double: { hasNan: true, nulls: 0 },
      string: { min: '\uFFFD', max: '🔥', nulls: 65_536 },
      date: { min: '2021-11-30', max: '2021-12-01' },
      boolean: { min: '0', max: '1' },
    });
    expect(made.statistics['double']).not.toHaveProperty('max');
    const size = Object.values(made.statistics).reduce((sum, { bytes = 0 }) => sum + bytes, 0);
    expect(size).toBeLessThan(made.bytes.length);
    expect(size).toBeGreaterThan(0.9 * made.bytes.length);
  });

  it.each([
    ['bigint = 65536', 1],
    ['bigint = 199999', 1],
    ["double = 'nan'", 1],
    ['double > 20000', COUNT - 160_001 + 1],
    ["string = '\uFFFD'", 65_536],
    ["string = '🔥'", 68_928],
    ['string IS NULL', 65_536],
    ["date = DATE '2021-11-30'", 100_000],
    ['boolean', 44_821],
  ])('are found where %s', async (condition, expected) => {
    const [found] = await engine.rows(
      `SELECT count(*)::INTEGER AS n FROM ${filesSql([made.file], view)} WHERE ${condition}`,
    );
    expect(found).toEqual({ n: expected });
  });
});

describe('bounds in the file', () => {
  const bounds = async (one: ColumnValues) => {
    const { file } = fileOf([one]);
    const [row] = await engine.rows(
      `SELECT stats_min_value AS low, stats_max_value AS high FROM parquet_metadata(${quoteLiteral(file)})`,
    );
    return [row?.['low'], row?.['high']];
  };

  it('are none where NaN is', async () => {
    expect(await bounds(column('double', [1, Number.NaN]))).toEqual([null, null]);
  });

  it('of zero are both zeros', async () => {
    expect(await bounds(column('double', [0]))).toEqual(['-0.0', '0.0']);
    expect(await bounds(column('double', [-0]))).toEqual(['-0.0', '0.0']);
  });

  it('of long texts are cut, the upper one rounded up, between characters', async () => {
    const long = `${'x'.repeat(254)}é🔥`;
    expect(await bounds(column('string', [long]))).toEqual([`${'x'.repeat(254)}é`, `${'x'.repeat(254)}ê`]);
    expect(fileOf([column('string', [long])]).statistics['string']).toEqual({
      ...{ id: 101, nulls: 0, values: 1, bytes: expect.any(Number) as unknown },
    });
  });
});

describe('refused without telling the value', () => {
  it.each([
    ['string', 1n, 'bigint'],
    ['string', 'a\uD83D', 'string'],
    ['bigint', 1, 'number'],
    ['bigint', 2n ** 63n, 'bigint'],
    ['double', '1', 'string'],
    ['boolean', 1, 'number'],
    ['date', 20_000, 'number'],
    ['date', '2023-02-29', 'string'],
    ['date', '0000-01-01', 'string'],
    ['date', '2023-2-9', 'string'],
    ['timestamp', '2021-12-01', 'string'],
    ['timestamp', -(2n ** 63n), 'bigint'],
    ['timestamp', 2n ** 63n - 1n, 'bigint'],
    ['string', undefined as unknown as Value, 'undefined'],
  ])('%s given %p', (type, value, given) => {
    expect(() => rowsToParquet([column(type, [null, value])])).toThrow(
      new Error(`column ${type}, row 1: this ${given} is not what a ${type} is given as`),
    );
  });

  it.each(['time', 'binary', 'decimal(5,2)'])('%s, which is not written', (type) => {
    expect(() => rowsToParquet([column(type, [])])).toThrow('is not written from values; string, bigint');
  });

  it('columns that make no table', () => {
    expect(() => rowsToParquet([])).toThrow('a Parquet file needs a column');
    expect(() => rowsToParquet([column('string', []), column('bigint', [1n], 102)])).toThrow(
      'has 1 rows, the first has 0',
    );
    expect(() => rowsToParquet([column('string', []), column('bigint', [])])).toThrow('two columns have one id');
    expect(() => rowsToParquet([column('string', []), column('string', [], 102)])).toThrow('two columns have one name');
  });
});
