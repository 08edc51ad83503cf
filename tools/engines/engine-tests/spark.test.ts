/** Spark reads what a load writes: the types that the table of types promises, and the values that were delivered. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { historyColumns } from '@farelake/ingest';
import { loadPieces, openEngine, unpack, type Engine, type LoadedPieces } from '@farelake/lake';
import { projectSnapshot, type Dfm } from '@farelake/qlik';
import { parseLogicalType, typeNames, type Contract, type ContractColumn } from '@farelake/schema-registry';

/** Type, texts delivered, values as Spark has to give them. */
const CASES: readonly [type: string, delivered: string[], read: (string | boolean)[]][] = [
  ['boolean', ['1', 'f', 'TRUE'], [true, false, true]],
  [
    'bigint',
    ['9223372036854775807', '-9223372036854775808', '0'],
    ['9223372036854775807', '-9223372036854775808', '0'],
  ],
  ['decimal(5,2)', ['-0.5', '999.99', '1'], ['-0.50', '999.99', '1.00']],
  ['decimal(18,0)', ['999999999999999999', '-1', '0'], ['999999999999999999', '-1', '0']],
  ['decimal(19,4)', ['-123456789012345.6789', '2.40', '.5'], ['-123456789012345.6789', '2.4000', '0.5000']],
  ['decimal(20,0)', ['18446744073709551615', '0', '-7'], ['18446744073709551615', '0', '-7']],
  [
    'decimal(38,10)',
    ['1234567890123456789012345678.0123456789', '0.0000000001', '-1'],
    ['1234567890123456789012345678.0123456789', '0.0000000001', '-1.0000000000'],
  ],
  [
    'decimal(38,38)',
    ['.00000000000000000000000000000000000001', '0', '-.5'],
    [`0.${'1'.padStart(38, '0')}`, `0.${'0'.repeat(38)}`, `-0.5${'0'.repeat(37)}`],
  ],
  ['double', ['-1.7976931348623157e308', '0.1', 'inf'], ['-1.7976931348623157e+308', '0.1', 'inf']],
  ['date', ['0001-01-01', '9999-12-31', '2024-02-29'], ['0001-01-01', '9999-12-31', '2024-02-29']],
  [
    'timestamp',
    ['2021-12-01 11:20:30.4444449', '1969-12-31T23:59:59.999999', '0001-01-01'],
    ['2021-12-01 11:20:30.444444', '1969-12-31 23:59:59.999999', '0001-01-01 00:00:00.000000'],
  ],
  ['time', ['23:59:59.9999999', '01:02:03', '00:00:00.5'], ['23:59:59.999999', '01:02:03.000000', '00:00:00.500000']],
  ['string', ['é🔥', ' x ', 'NULL'], ['é🔥', ' x ', 'NULL']],
  ['binary', ['00fFaB', '01', 'ff'], ['00ffab', '01', 'ff']],
];
const names = CASES.map((_, index) => `c${index}`);

const contract = {
  ...{ feed: 'qlik', dataset: 'edw_engines', source: { schema: 'EDW', table: 'ENGINES' }, version: 1, key: ['c1'] },
  columns: CASES.map(([type], index): ContractColumn => ({
    ...{ id: 101 + index, name: `c${index}`, sourceName: `C${index}`, type, nullable: true },
    ...{ classification: 'internal', treatment: 'keep', description: '' },
  })),
  ...{ lastColumnId: 200, cdc: { updateImage: 'sparse', beforeImage: 'none' }, layout: {} },
  ...{ publish: { postgres: false }, owner: 'tests' },
} as Contract;

const format = { fieldDelimiter: ',', quoteChar: '"', escapeChar: '', nullValue: '' };
const dfm = {
  ...{ source: contract.source, tableVersion: 1, format, recordCount: 4 },
  columns: CASES.map((_, index) => ({ ordinal: index + 1, name: `C${index}`, type: 'STRING' })),
} as unknown as Dfm;

interface Read {
  readonly schema: Record<string, string>;
  readonly rows: unknown[][];
}

const python = process.env['FARELAKE_TEST_PYSPARK'];
(python === undefined ? describe.skip : describe)('Spark, of what a load wrote in two pieces,', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'farelake-engines-'));
  let engine: Engine;
  let loaded: LoadedPieces;
  let read: Read;

  beforeAll(async () => {
    engine = await openEngine({ tempFolder: path.join(folder, 'spill') });
    // Drift compares types of sources, which these columns have none of: the projection is that of the contract itself.
    const columns = projectSnapshot(contract, { ...dfm, columns: dfm.columns.map(sourceOf) });
    const targetOf = (portion: number) => path.join(folder, `${portion}.parquet`);
    const spec = { format, fields: CASES.length, columns, parquetFields: historyColumns(contract), targetOf };
    const loader = loadPieces(engine, { ...spec, portionBytes: 400 });
    const rows = [0, 1, 2].map((row) => CASES.map(([, delivered]) => delivered[row]).join(','));
    const text = [names.join(',').toUpperCase(), ...rows, ','.repeat(CASES.length - 1)].join('\n');
    await unpack(Readable.from([gzipSync(`${text}\n`)]), path.join(folder, '1.csv'), {
      ...{ format, pieceBytes: 400 },
      take: (piece) => loader.add({ ...piece, loadId: 7 }),
    });
    loaded = await loader.finish();
    await loader.close();
    const script = path.join(import.meta.dirname, 'support/read_parquet.py');
    const files = JSON.stringify(loaded.files.map(({ file }) => file));
    const { stdout } = await promisify(execFile)(python ?? '', [script, files, '_line']);
    read = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Read;
  });
  afterAll(() => {
    engine.close();
    rmSync(folder, { recursive: true });
  });

  it('has the types that the table of types says', () => {
    expect(loaded.files.length).toBeGreaterThan(1);
    const expected = CASES.map(([type], index) => [`c${index}`, typeNames(parseLogicalType(type)).spark]);
    expect(Object.entries(read.schema).filter(([name]) => names.includes(name))).toEqual(expected);
    expect(read.schema).toMatchObject({ header__timestamp: 'TIMESTAMP_NTZ', _load_id: 'BIGINT', _line: 'BIGINT' });
    expect(read.schema['header__change_mask']).toBe('ARRAY<INT>');
  });

  it('has the values that were delivered, NULL too', () => {
    const place = Object.keys(read.schema).indexOf('c0');
    const values = read.rows.map((row) => row.slice(place, place + CASES.length));
    expect(values).toEqual([
      ...[0, 1, 2].map((row) => CASES.map(([, , expected]) => expected[row])),
      CASES.map(() => null),
    ]);
    expect(read.rows.map((row) => row.at(-1))).toEqual(['2', '3', '4', '5']);
  });
});

/** A column of the source whose type is the contract's. */
function sourceOf(column: Dfm['columns'][number], index: number): Dfm['columns'][number] {
  const [name, precision, scale] = (CASES[index]?.[0] ?? '').split(/[(,)]/);
  const types: Record<string, string> = {
    ...{ boolean: 'BOOLEAN', bigint: 'INT8', decimal: 'NUMERIC', double: 'REAL8', date: 'DATE' },
    ...{ timestamp: 'DATETIME', time: 'TIME', string: 'STRING', binary: 'BYTES' },
  };
  return {
    ...column,
    type: types[name ?? ''] ?? 'STRING',
    precision: Number(precision ?? 0),
    scale: Number(scale ?? 0),
  };
}
