/** Random columns as rowsToParquet writes them, against two readers that share no code, and against writeParquet of the same rows. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { parquetReadObjects, type ParquetReadOptions } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { quoteIdentifier, quoteLiteral, typeNames } from '@farelake/schema-registry';
import {
  filesSql,
  openEngine,
  rowsToParquet,
  writeParquet,
  type ColumnStatistics,
  type ColumnValues,
  type Engine,
  type Value,
} from '../../src/index.ts';
import { LONGEST_BOUND } from '../../src/parquet/bound-text.ts';
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

type Kind = 'string' | 'bigint' | 'double' | 'boolean' | 'date' | 'timestamp';

const HOSTILE = [
  ...['', "'", '"', '\0', 'a\0b', '\uFEFF', '\uFEFFa', 'a\uFEFF', '\uE000', '\uFFFF', '\u{10000}', '\u{10FFFF}'],
  ...['🔥', 'é', 'e\u0301', '\r\n', 'NULL', 'x'.repeat(255), 'x'.repeat(256), 'x'.repeat(257), 'é'.repeat(128)],
  ...['é'.repeat(129), '\u{10FFFF}'.repeat(64), '\u{10FFFF}'.repeat(65), `${'x'.repeat(254)}🔥`],
];
const EDGES = [-(2n ** 63n), 2n ** 63n - 1n, 0n, -1n, 2n ** 53n + 1n];
const MOMENTS = [-9_223_372_022_400_000_000n, 9_223_372_036_854_775_806n, 0n, -1n, -62_135_596_800_000_000n];
const YEARS = { min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true };

const VALUES: Record<Kind, fc.Arbitrary<Value>> = {
  string: fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' }), fc.string()),
  bigint: fc.oneof(fc.constantFrom(...EDGES), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  double: fc.oneof(fc.constantFrom(0, -0, Number.NaN, 1e16, 1e15, 1e-4, 1e-5), fc.double(), fc.double({ noNaN: true })),
  boolean: fc.boolean(),
  date: fc.oneof(
    fc.constantFrom('0001-01-01', '9999-12-31', '1970-01-01', '2024-02-29'),
    fc.date(YEARS).map((date) => date.toISOString().slice(0, 10)),
  ),
  timestamp: fc.oneof(
    fc.constantFrom(...MOMENTS),
    fc.bigInt({ min: MOMENTS[0]!, max: MOMENTS[1]! }),
    fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n }),
  ),
};
const KINDS = Object.keys(VALUES) as Kind[];

/** Some columns have few values many times, some none: what is written of them has another form in the file. */
const column = (rows: number) =>
  fc.constantFrom(...KINDS).chain((kind) => {
    const value = VALUES[kind];
    const cell = fc.oneof(
      fc.constant(fc.option(value)),
      fc.constant(value),
      fc.constant(fc.constant(null)),
      fc.array(value, { minLength: 1, maxLength: 3 }).map((few) => fc.option(fc.constantFrom(...few))),
    );
    return cell
      .chain((one) => fc.array(one as fc.Arbitrary<Value>, { minLength: rows, maxLength: rows }))
      .map((values) => ({ kind, values }));
  });

const tables = fc
  .oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 4, max: 80 }))
  .chain((rows) => fc.array(column(rows), { minLength: 1, maxLength: 6 }))
  .map((columns) =>
    columns.map(({ kind, values }, at): ColumnValues => ({ id: 101 + 7 * at, name: `c${at}`, type: { kind }, values })),
  );

/** So that each comes back as it went in: the engine's binding drops a byte order mark at the start, and cuts times. */
const readSql = ({ name, type }: ColumnValues): string => {
  const value = quoteIdentifier(name);
  const as: Partial<Record<string, string>> = {
    string: `'=' || ${value}`,
    date: `CAST(${value} AS VARCHAR)`,
    timestamp: `epoch_us(${value})`,
  };
  return `${as[type.kind] ?? value} AS ${value}`;
};
const unsigned = (value: unknown): unknown => (typeof value === 'string' ? value.replace(/^=/, '') : value);

async function asEngineReads(columns: readonly ColumnValues[], source: string): Promise<unknown[][]> {
  const rows = await engine.rows(`SELECT ${columns.map(readSql).join(', ')} FROM ${source}`);
  return columns.map(({ name }) => rows.map((row) => unsigned(row[name])));
}

async function asHyparquetReads(columns: readonly ColumnValues[], bytes: Uint8Array): Promise<unknown[][]> {
  // As they are kept: a Date has milliseconds only, and a decoder drops a byte order mark.
  const parsers = {
    dateFromDays: (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10),
    timestampFromMicroseconds: (micros: bigint) => micros,
    stringFromBytes: (text?: Uint8Array) => text && new TextDecoder('utf-8', { ignoreBOM: true }).decode(text),
  } as unknown as NonNullable<ParquetReadOptions['parsers']>;
  const file = bytes.slice().buffer;
  const rows = (await parquetReadObjects({ file, compressors, parsers })) as Record<string, unknown>[];
  return columns.map(({ name }) => rows.map((row) => row[name]));
}

/** A NUL character cannot stand in a statement; chr(0) can. */
const literal = (value: Value, { type }: ColumnValues): string => {
  const text = String(Object.is(value, -0) ? '-0.0' : value);
  if (type.kind === 'timestamp') return `make_timestamp(${text})`;
  return `CAST(${text.split('\0').map(quoteLiteral).join(' || chr(0) || ')} AS ${typeNames(type).duckdb})`;
};

/** NaN equals NaN, and both zeros are one. */
const equal = (a: Value, b: Value): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

const sameZero = (bound: string | undefined) => (bound === '-0.0' ? '0.0' : bound);

/** The engine bounds by what it cuts such texts to, even where the bound is a shorter text: looser, and never wrong. */
const isCut = (value: Value): boolean => typeof value === 'string' && Buffer.byteLength(value) > LONGEST_BOUND;
const bytesCompared = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const SIGN = { min: -1, max: 1 };

function expectAlike(own: ColumnStatistics[string], theirs: ColumnStatistics[string], { type, values }: ColumnValues) {
  expect(own).toMatchObject({ id: theirs.id, nulls: theirs.nulls, values: theirs.values });
  if (theirs.hasNan !== undefined) expect(own.hasNan).toBe(theirs.hasNan);
  for (const bound of ['min', 'max'] as const)
    if (own[bound] !== undefined && theirs[bound] !== undefined)
      if (values.some(isCut)) expect(bytesCompared(own[bound], theirs[bound]) * SIGN[bound]).toBeLessThanOrEqual(0);
      else expect(sameZero(own[bound])).toBe(sameZero(theirs[bound]));
  const present = values.filter((value) => value !== null);
  // Where the text of a bound is never in doubt, it must be there.
  if (present.length > 0 && !['string', 'timestamp'].includes(type.kind) && !present.some(Number.isNaN))
    expect([own.min, own.max]).not.toContain(undefined);
  if (present.length === 0 || own.hasNan === true) expect([own.min, own.max]).toEqual([undefined, undefined]);
}

test('both readers give back what was written, each value is found, and bounds are as the engine tells them', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(tables, async (columns) => {
      // A name of its own each time: the engine keeps what it knows of a file's schema.
      run += 1;
      const [file, other] = ['rows', 'engine'].map((by) => path.join(folder, `${by}-${run}.parquet`)) as [
        string,
        string,
      ];
      const { bytes, rows, statistics } = rowsToParquet(columns);
      writeFileSync(file, bytes);
      expect(rows).toBe(columns[0]!.values.length);
      const view = columns.map(({ id, name, type }) => ({ id, name, type: typeNames(type).duckdb }));
      const given = columns.map(({ values }) => values);
      expect(await asHyparquetReads(columns, bytes)).toEqual(given);
      expect(await asEngineReads(columns, filesSql([file], view))).toEqual(given);

      const written = await writeParquet(engine, `SELECT * FROM ${filesSql([file], view)}`, other, view);
      for (const one of columns) expectAlike(statistics[one.name]!, written.statistics[one.name]!, one);
      expect(await schemaOf(file)).toEqual(await schemaOf(other));

      for (const one of columns) {
        const sought = [...new Set(one.values)].filter((value) => value !== null);
        const counts = sought.map(
          (value) => `(SELECT count(*) FROM ${filesSql([file], view)} WHERE ${one.name} = ${literal(value, one)})`,
        );
        const [found] = await engine.rows(`SELECT [${counts.join(', ')}]::INTEGER[]::VARCHAR AS found`);
        const expected = sought.map((value) => one.values.filter((each) => each !== null && equal(each, value)).length);
        expect(found).toEqual({ found: `[${expected.join(', ')}]` });
      }
    }),
    {
      ...runs(120),
      examples: [
        [[{ id: 101, name: 'c0', type: { kind: 'string' }, values: [null, 'x'.repeat(256), `${'x'.repeat(254)}🔥`] }]],
      ],
    },
  );
}, 120_000);

const schemaOf = (file: string) =>
  engine.rows(
    `SELECT name, type, type_length, repetition_type, num_children, converted_type, scale, precision, field_id, logical_type
     FROM parquet_schema(${quoteLiteral(file)}) WHERE column_id > 0`,
  );
