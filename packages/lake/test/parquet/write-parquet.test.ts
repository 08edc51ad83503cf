/** Files that writeParquet wrote, as hyparquet, which shares no code with the engine, reads them. */
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects, type SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { parseLogicalType, quoteIdentifier, quoteLiteral, typeNames } from '@farelake/schema-registry';
import { openEngine, writeParquet, type Engine, type ParquetField } from '../../src/index.ts';
import { testFolder } from '../support/folder.ts';
import { runs } from '../../../../jest.property.ts';

const folder = testFolder();
let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ tempFolder: path.join(folder, 'spill'), threads: 2, memoryLimit: 1 << 30 });
});
afterAll(() => {
  engine.close();
});

const bytesOf = (file: string) => new Uint8Array(readFileSync(file)).buffer;
const rowsOf = async (file: string) =>
  (await parquetReadObjects({ file: bytesOf(file), compressors, utf8: false })) as Record<string, unknown>[];

/** Two values of each logical type: as SQL literals, and as hyparquet gives them. */
const TYPES: [type: string, literals: [string, string], read: [unknown, unknown]][] = [
  ['boolean', ['true', 'false'], [true, false]],
  ['bigint', ['9223372036854775807', '-1'], [9223372036854775807n, -1n]],
  ['double', ["'1.5'", "'-inf'"], [1.5, -Infinity]],
  ['date', ["'2021-12-01'", "'1969-12-31'"], [new Date('2021-12-01'), new Date('1969-12-31')]],
  [
    'timestamp',
    ["'2021-12-01 11:22:33.444'", "'1999-01-01'"],
    [new Date('2021-12-01T11:22:33.444Z'), new Date('1999-01-01')],
  ],
  ['time', ["'11:22:33.444555'", "''"], ['11:22:33.444555', '']],
  ['string', ["'é🔥\n,\"'", "''"], ['é🔥\n,"', '']],
  ['binary', [String.raw`'\x00\xFF'`, "''"], [new Uint8Array([0, 255]), new Uint8Array()]],
  ['decimal(5,2)', ['123.45', '-0.01'], [123.45, -0.01]],
  ['decimal(18,0)', ['999999999999999', '-1'], [999999999999999, -1]],
  ['decimal(38,10)', ['0.5', '-1.25'], [0.5, -1.25]],
];

describe('a written file', () => {
  const file = path.join(folder, 'types.parquet');
  const FIELDS: ParquetField[] = [
    { name: 'header__change_mask', id: 4, elementId: 5 },
    ...TYPES.map(([name], index) => ({ name, id: 101 + 2 * index })),
  ];
  const row = (at: 0 | 1 | undefined, mask: string) =>
    `SELECT CAST(${mask} AS INTEGER[]) AS header__change_mask, ${TYPES.map(([type, literals]) => {
      const value = at === undefined ? 'NULL' : literals[at];
      return `CAST(${value} AS ${typeNames(parseLogicalType(type)).duckdb}) AS ${quoteIdentifier(type)}`;
    }).join(', ')}`;
  let written: Awaited<ReturnType<typeof writeParquet>>;
  beforeAll(async () => {
    const rows = [row(0, '[101, 103]'), row(1, '[]'), row(undefined, 'NULL')].join(' UNION ALL ');
    written = await writeParquet(
      engine,
      `SELECT ${FIELDS.map(({ name }) => `"${name}"`).join(', ')} FROM (${rows})`,
      file,
      FIELDS,
    );
  });

  it('says how many rows and bytes it has', () => {
    expect(written).toMatchObject({ file, rows: 3, size: statSync(file).size });
  });

  it('has every value of every type, and NULL', async () => {
    const read = await rowsOf(file);
    expect(read).toHaveLength(3);
    for (const [type, , values] of TYPES)
      expect([type, ...read.map((each) => each[type])]).toEqual([type, ...values, null]);
    expect(read.map((each) => each['header__change_mask'] ?? null)).toEqual([[101, 103], [], null]);
  });

  it('has the permanent ids, of a list and of its elements too, each once', () => {
    const { schema } = parquetMetadata(bytesOf(file));
    const ids = schema.flatMap(({ name, field_id: id }: SchemaElement) => (id === undefined ? [] : [[name, id]]));
    expect(Object.fromEntries(ids)).toEqual({
      ...Object.fromEntries(FIELDS.map(({ name, id }) => [name, id])),
      element: 5,
    });
    expect(ids).toHaveLength(FIELDS.length + 1);
  });

  it('has the type that the table of types names', () => {
    const { schema } = parquetMetadata(bytesOf(file));
    for (const [type] of TYPES) {
      const { physical, converted } = typeNames(parseLogicalType(type)).parquet;
      expect(schema.find(({ name }) => name === type)).toMatchObject({
        type: physical,
        ...(converted === undefined ? {} : { converted_type: converted }),
      });
    }
  });

  it('is found by every one of its values', async () => {
    for (const [type, literals] of TYPES)
      for (const literal of literals) {
        const value = `CAST(${literal} AS ${typeNames(parseLogicalType(type)).duckdb})`;
        const rows = await engine.rows(
          `SELECT 1 FROM read_parquet(${quoteLiteral(file)}) WHERE ${quoteIdentifier(type)} = ${value}`,
        );
        expect([type, literal, rows.length]).toEqual([type, literal, 1]);
      }
  });

  it('is compressed with zstd, every column of every row group', () => {
    const { row_groups: groups } = parquetMetadata(bytesOf(file));
    const codecs = groups.flatMap((group) => group.columns.map((column) => column.meta_data?.codec));
    expect(new Set(codecs)).toEqual(new Set(['ZSTD']));
    expect(codecs).toHaveLength(FIELDS.length);
  });

  it('reports statistics by name, a list’s by its element', () => {
    expect(Object.keys(written.statistics).sort()).toEqual(
      ['header__change_mask.element', ...TYPES.map(([type]) => type)].sort(),
    );
    expect(written.statistics).toMatchObject({
      bigint: { min: '-1', max: '9223372036854775807', nulls: 1, values: 3 },
      'decimal(38,10)': { min: '-1.2500000000', max: '0.5000000000', nulls: 1 },
      date: { min: '1969-12-31', max: '2021-12-01' },
      timestamp: { min: '1999-01-01 00:00:00', max: '2021-12-01 11:22:33.444' },
      time: { min: '', max: '11:22:33.444555' },
      'header__change_mask.element': { min: '101', max: '103' },
    });
  });
});

describe('statistics', () => {
  it('are true of the data', async () => {
    const file = path.join(folder, 'statistics.parquet');
    const rows = fc.array(
      fc.record({
        n: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
        t: fc.option(fc.constantFrom('', 'a', 'B', 'é', 'z z', "'", '\uFEFF', '\uFEFFa', '\uFEFF\uFEFFz', '🔥')),
        d: fc.option(fc.constantFrom('NaN', '-1.5', '0', '7', 'inf')),
      }),
      { minLength: 1, maxLength: 20 },
    );
    const sql = (value: bigint | string | null) => (value === null ? 'NULL' : quoteLiteral(String(value)));
    await fc.assert(
      fc.asyncProperty(rows, async (data) => {
        const values = data.map(({ n, t, d }) => `(${sql(n)}::BIGINT, ${sql(t)}::VARCHAR, ${sql(d)}::DOUBLE)`);
        const query = `SELECT * FROM (VALUES ${values.join(', ')}) v(n, t, d)`;
        const fields = ['n', 't', 'd'].map((name, index) => ({ name, id: 101 + index, listed: name === 't' }));
        const { statistics } = await writeParquet(engine, query, file, fields);
        const of = <K extends 'n' | 't' | 'd'>(name: K) => data.flatMap((row) => row[name] ?? []);
        for (const name of ['n', 't', 'd'] as const)
          expect(statistics[name]).toMatchObject({ nulls: data.length - of(name).length, values: data.length });
        const numbers = of('n').sort((a, b) => (a < b ? -1 : 1));
        expect([statistics['n']?.min, statistics['n']?.max]).toEqual([
          numbers.at(0)?.toString(),
          numbers.at(-1)?.toString(),
        ]);
        const texts = of('t').sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect([statistics['t']?.min, statistics['t']?.max]).toEqual([texts.at(0), texts.at(-1)]);
        expect(statistics['t']?.listed).toEqual([...new Set(texts)]);
        expect(
          Object.values(statistics)
            .map(({ id }) => id)
            .sort(),
        ).toEqual([101, 102, 103]);
        if (of('d').length > 0) expect(statistics['d']?.hasNan).toBe(of('d').includes('NaN'));
      }),
      runs(60),
    );
  }, 60_000);
});

test('a file of which one row group has no bounds has none, also where another begins with a byte order mark', async () => {
  const file = path.join(folder, 'groups.parquet');
  const groups = (second: string) =>
    `SELECT CASE WHEN i < 65536 THEN '\uFEFFb' ELSE ${second} END AS t FROM range(131072) r(i)`;
  const { t: none } = (await writeParquet(engine, groups(`repeat('é', 140)`), file, [{ name: 't', id: 101 }]))
    .statistics;
  expect([none?.min, none?.max]).toEqual([undefined, undefined]);
  const { t: some } = (await writeParquet(engine, groups(`'a'`), file, [{ name: 't', id: 101 }])).statistics;
  expect([some?.min, some?.max]).toEqual(['a', '\uFEFFb']);
});

test('rows keep the order of the query over many row groups, which are of the size that a fold relies on', async () => {
  const file = path.join(folder, 'order.parquet');
  const count = 200_000;
  const query = `SELECT (i * 7919) % ${count} AS n FROM range(${count}) r(i) ORDER BY n DESC`;
  const written = await writeParquet(engine, query, file, [{ name: 'n', id: 101 }]);
  expect(written).toMatchObject({ rows: count, statistics: { n: { min: '0', max: String(count - 1), nulls: 0 } } });
  const rows = await rowsOf(file);
  expect(rows.findIndex((row, index) => row['n'] !== BigInt(count - 1 - index))).toBe(-1);
  const groups = parquetMetadata(bytesOf(file)).row_groups.map((group) => Number(group.num_rows));
  expect(Math.max(...groups)).toBeLessThanOrEqual(65_536);
  expect(groups.length).toBeLessThan(7);
});

test('a query without rows gives a file without rows', async () => {
  const file = path.join(folder, 'none.parquet');
  const written = await writeParquet(engine, 'SELECT 1 AS n WHERE false', file, [{ name: 'n', id: 101 }]);
  expect(written.rows).toBe(0);
  expect(await rowsOf(file)).toEqual([]);
});

test('a query that fails gives an error', async () => {
  const file = path.join(folder, 'failed.parquet');
  await expect(writeParquet(engine, `SELECT error('no') AS n`, file, [{ name: 'n', id: 101 }])).rejects.toThrow('no');
});
