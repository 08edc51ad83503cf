/**
 * Rows that do not fit are set apart up to the budget: what is loaded and what is refused is every row once, each with
 * its place and its text as it was delivered; beyond the budget the file fails whole.
 */
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { SpoiledLoad } from '../../src/index.ts';
import {
  loadPieces,
  openEngine,
  unpack,
  type CsvLoad,
  type Engine,
  type LoadedPieces,
  type Refusal,
} from '../../src/index.ts';
import { numberColumn, textColumns, USUAL } from '../support/csv.ts';
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

let names = 0;
const fresh = (): string => path.join(folder, String((names += 1)));

/** Columns a (text) and n (a whole number). */
const TYPED: Pick<CsvLoad, 'fields' | 'columns' | 'parquetFields'> = {
  ...textColumns(2),
  columns: [{ name: 'a', value: '"@c1"' }, numberColumn('n', 2), ...textColumns(2).columns.slice(2)],
  parquetFields: ['a', 'n', '_load_id', '_line'].map((name, index) => ({ name, id: 101 + index })),
};
const ANY: Refusal = { rows: 1000, share: 1, key: '["@c1"]' };

async function load(texts: readonly string[], refusal: Refusal, pieceBytes = 1 << 20, more: Partial<CsvLoad> = {}) {
  const target = fresh();
  const spec = { ...TYPED, format: USUAL, ...more, refusal };
  const loader = loadPieces(engine, { ...spec, targetOf: (n) => `${target}-${n}.parquet`, portionBytes: pieceBytes });
  try {
    for (const [index, text] of texts.entries())
      await unpack(Readable.from([gzipSync(text)]), `${fresh()}.csv`, {
        format: spec.format,
        pieceBytes,
        take: (piece) => loader.add({ ...piece, loadId: index + 1 }),
      });
    return await loader.finish();
  } finally {
    await loader.close();
  }
}

async function rowsOf({ files }: LoadedPieces): Promise<unknown[][]> {
  if (files.length === 0) return [];
  const list = files.map(({ file }) => `'${file}'`).join(', ');
  const rows = await engine.rows(`SELECT * FROM read_parquet([${list}], hive_partitioning = false)`);
  return rows.map((row) => Object.values(row).map((one) => (typeof one === 'bigint' ? Number(one) : one)));
}

const refusedOf = ({ refused }: LoadedPieces) =>
  refused.map(({ loadId, rows, file }) => ({
    loadId,
    rows,
    lines: readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown),
  }));

interface Row {
  readonly a: string;
  readonly n: string;
  readonly fits: boolean;
  /** Empty lines before it, which are no rows. */
  readonly empty: number;
}
const row: fc.Arbitrary<Row> = fc.record({
  a: fc.constantFrom('x', 'é', '', 'a,b', 'two\nlines', 'say "yes"', '🔥\n\n', '\u0000'),
  n: fc.integer({ min: -9, max: 99 }).map(String),
  fits: fc.boolean(),
  empty: fc.constantFrom(0, 0, 0, 1, 2),
});
const field = (value: string): string => `"${value.replaceAll('"', '""')}"`;
const newlines = (text: string): number => text.split('\n').length - 1;

/** The text of a file, and where its rows stand. */
function written(rows: readonly Row[], eol: string, ends: boolean) {
  let text = `a,n`;
  const placed = rows.map(({ a, n, fits, empty }, index) => {
    text += eol.repeat(empty + 1);
    const raw = `${field(a)},${field(fits ? n : `${n}?`)}`;
    const line = newlines(text) + 1;
    text += raw;
    return { a, n, fits, raw, line, record: index + 2 };
  });
  return { text: text + (ends ? eol : ''), placed };
}

it('every row is loaded or refused, once, with its place and its text', async () => {
  let several = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.array(row, { maxLength: 15 }), fc.constantFrom('\n', '\r\n'), fc.boolean()), {
        minLength: 1,
        maxLength: 3,
      }),
      fc.integer({ min: 1, max: 200 }),
      async (sheets, pieceBytes) => {
        const files = sheets.map(([rows, eol, ends]) => written(rows, eol, ends));
        const loaded = await load(
          files.map(({ text }) => text),
          ANY,
          pieceBytes,
        );
        const good = files.flatMap(({ placed }, file) =>
          placed.flatMap(({ a, n, fits, record }) => (fits ? [[a, Number(n), file + 1, record]] : [])),
        );
        expect(await rowsOf(loaded)).toEqual(good);
        expect(loaded.rows).toBe(good.length);
        const bad = files.flatMap(({ placed }, file) => {
          const own = placed.filter(({ fits }) => !fits);
          const told = own.map(({ a, n, line, record, raw }) => {
            const reason = `"${n}?" is not integer`;
            return {
              row: { record, line, column: 'N', reason, key: [a] },
              line: { line, record, column: 'N', reason, raw },
            };
          });
          return own.length === 0
            ? []
            : [{ loadId: file + 1, rows: told.map((one) => one.row), lines: told.map((one) => one.line) }];
        });
        expect(refusedOf(loaded)).toEqual(bad);
        for (const [file, { placed }] of files.entries()) expect(loaded.counts.get(file + 1) ?? 0).toBe(placed.length);
        if (loaded.files.length > 1 && bad.length > 0) several += 1;
      },
    ),
    runs(40),
  );
  expect(several).toBeGreaterThan(0);
}, 120_000);

describe('where the engine finds other rows than were counted', () => {
  const single: Partial<CsvLoad> = {
    fields: 1,
    columns: [numberColumn('n', 1), ...textColumns(1).columns.slice(1)],
    parquetFields: ['n', '_load_id', '_line'].map((name, index) => ({ name, id: 101 + index })),
  };

  it('empty lines that are rows of a single column', async () => {
    const loaded = await load(['N\n1\n\nno\n3\n\n\nnever\n4\n'], { rows: 9, share: 1 }, 6, single);
    expect(await rowsOf(loaded)).toEqual([
      [1, 1, 2],
      [null, 1, 3],
      [3, 1, 5],
      [null, 1, 6],
      [null, 1, 7],
      [4, 1, 9],
    ]);
    expect(loaded.counts.get(1)).toBe(8);
    expect(refusedOf(loaded)[0]?.lines).toMatchObject([
      { record: 4, line: 4, raw: 'no' },
      { record: 8, line: 8, raw: 'never' },
    ]);
  });

  it('CR alone', async () => {
    const loaded = await load(['a,n\rx,1\ry,no\rz,3\r'], ANY);
    expect(await rowsOf(loaded)).toEqual([
      ['x', 1, 1, 2],
      ['z', 3, 1, 4],
    ]);
    expect(refusedOf(loaded)[0]?.lines).toMatchObject([{ record: 3, line: 3, raw: 'y,no' }]);
  });
});

const file = (rows: number, bad: number) =>
  `a,n\n${Array.from({ length: rows }, (_, index) => `x,${index < bad ? 'no' : index}\n`).join('')}`;
const faultOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (fault: unknown) => fault as SpoiledLoad,
  );

describe('the budget', () => {
  test.each<[what: string, rows: number, bad: number, budget: Refusal, says: string | undefined]>([
    ['as many rows as it allows', 10, 3, { rows: 3, share: 1 }, undefined],
    ['one row more', 10, 4, { rows: 3, share: 1 }, '4 of 10 rows do not fit'],
    ['many more', 500, 400, { rows: 3, share: 1 }, '400 of 500 rows do not fit'],
    ['as large a share as it allows', 10, 2, { rows: 99, share: 0.2 }, undefined],
    ['a larger share', 10, 3, { rows: 99, share: 0.2 }, '3 of 10 rows do not fit'],
    ['no share at all', 10, 1, { rows: 99, share: 0 }, '1 of 10 rows do not fit'],
  ])('%s', async (_, rows, bad, budget, says) => {
    for (const pieceBytes of [1 << 20, 20]) {
      // Looking on where the file has failed already would be for nothing.
      const known = pieceBytes > 20 || bad <= budget.rows;
      const fault = await faultOf(load([file(rows, bad)], budget, pieceBytes));
      if (says === undefined) expect(fault).toBeUndefined();
      else {
        expect(fault).toMatchObject({ code: 'too-many-bad-rows', loadId: 1 });
        expect(fault!.problem).toMatch(known ? says : /^(?:At least )?\d+ (?:of \d+ )?rows do not fit/);
        expect(fault!.problem).toMatch(/The first: line 2, column N: "no" is not integer\.$/);
      }
    }
  });

  it('is each file’s own: of a batch only those beyond it fail', async () => {
    const budget = { rows: 3, share: 0.5 };
    expect(await faultOf(load([file(8, 3), file(9, 3), file(7, 0)], budget))).toBeUndefined();
    const fault = await faultOf(load([file(8, 3), file(9, 4), file(4, 3), file(7, 0)], budget));
    expect(fault!.all.map(({ loadId }) => loadId)).toEqual([2, 3]);
  });

  it('does not count where another file of the batch is broken: nobody knows its share', async () => {
    const fault = await faultOf(load([file(10, 3), 'a,n\nx,1,2\n'], { rows: 99, share: 0.25 }));
    expect(fault!.all.map(({ loadId, code }) => `${loadId} ${code}`)).toEqual(['2 bad-csv']);
  });
});

it('hidden values are in no reason, and in no error', async () => {
  const columns = TYPED.columns.map((column) => (column.name === 'n' ? { ...column, hidden: true } : column));
  const loaded = await load(['a,n\nx,Jane\ny,1\n'], ANY, 1 << 20, { columns });
  expect(loaded.refused[0]?.rows).toMatchObject([{ reason: 'the value (hidden) is not integer' }]);
  const fault = await faultOf(load(['a,n\nx,Jane\ny,1\n'], { rows: 0, share: 1 }, 1 << 20, { columns }));
  const { message, problem, data, stack } = fault!;
  expect(JSON.stringify([message, problem, data, stack])).not.toContain('Jane');
});
