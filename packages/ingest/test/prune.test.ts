/** Proves that files which are left out by their statistics hold nothing of what is sought, and that files are left out. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { ListedFile } from '@farelake/db';
import { openEngine, writeParquet, type Engine } from '@farelake/lake';
import { quoteLiteral } from '@farelake/schema-registry';
import { runs } from '../../../jest.property.ts';
import { filesHolding, since, withOperations, withSequences } from '../src/fold/prune.ts';

let engine: Engine;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'farelake-prune-'));
  engine = await openEngine({ tempFolder: folder, threads: 1, memoryLimit: 1 << 29 });
});
afterAll(async () => {
  engine.close();
  await rm(folder, { recursive: true });
});

let names = 0;
async function written(query: string, fields: Parameters<typeof writeParquet>[3]): Promise<ListedFile> {
  names += 1;
  const file = path.join(folder, `${names}.parquet`);
  const { rows, size, statistics } = await writeParquet(engine, query, file, fields);
  return {
    ...{ id: names, uri: `file://${file}`, size, rows, contractVersion: 1, batchId: 1, segment: null, lowestKey: null },
    // As the ledger hands it back.
    statistics: JSON.parse(JSON.stringify(statistics)) as unknown,
  };
}

const long = 'x'.repeat(300);
/** Values of each type a key may have, as SQL; texts with what statistics and bindings get wrong. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  BIGINT: ['-9223372036854775808', '-1', '0', '7', '8', '9223372036854775807'],
  'DECIMAL(38,4)': ['-0.0001', '0', '1.5', '9999999999999999999999999999999999.9999'],
  DOUBLE: ["'NaN'", "'-inf'", '-0.0', '0.0', '1.5e300', '0.1', "'inf'"],
  VARCHAR: [
    ...['', 'a', 'B', 'b', 'é', 'ﬀ', '🔥', 'z', '\uFEFF', '\uFEFFb', '\uFEFF\uFEFFa', '\uFFFDa', "o'k"].map(
      quoteLiteral,
    ),
    `'a' || chr(0)`,
    ...[long, `${long}y`, `\uFEFF${long}`, `${'é'.repeat(140)}a`, '🔥'.repeat(80), `a${'é'.repeat(140)}`].map(
      quoteLiteral,
    ),
  ],
  BLOB: ["unhex('')", "unhex('00ff')", "unhex('EFBBBF61')", "unhex('61')"],
  DATE: ["'1969-12-31'", "'2026-01-01'"],
  TIMESTAMP: ["'1999-01-01'", "'2026-01-01 01:02:03.000001'", "'2026-01-01 01:02:03.000002'"],
  BOOLEAN: ['true', 'false'],
};

const column = fc.oneof(fc.constant('VARCHAR'), fc.constantFrom(...Object.keys(TYPES)));
const cellsOf = (type: string) =>
  fc.option(
    fc.constantFrom(...(TYPES[type] ?? [])).map((value) => `CAST(${value} AS ${type})`),
    { nil: `CAST(NULL AS ${type})`, freq: 6 },
  );
/** Few rows a file, so that bounds tell something. */
const cases = fc.uniqueArray(column, { minLength: 1, maxLength: 2 }).chain((types) => {
  const row = fc.tuple(...types.map(cellsOf));
  return fc.array(fc.array(row, { maxLength: 3 }), { minLength: 1, maxLength: 5 }).chain((files) => {
    // Half of them is there: leaving its file out would be the fault.
    const there = files.flat();
    const sought = there.length === 0 ? row : fc.oneof(row, fc.constantFrom(...there));
    return fc.record({
      types: fc.constant(types),
      files: fc.constant(files),
      sought: fc.array(sought, { maxLength: 3 }),
    });
  });
});
const relation = (types: readonly string[], rows: readonly (readonly string[])[]): string => {
  const named = types.map((type, i) => `CAST(c${i} AS ${type}) AS c${i}`).join(', ');
  const empty = `SELECT ${types.map((_, i) => `NULL AS c${i}`).join(', ')} WHERE false`;
  const values = rows.map((row) => `(${row.join(', ')})`).join(', ');
  return rows.length === 0
    ? `SELECT ${named} FROM (${empty})`
    : `SELECT ${named} FROM (VALUES ${values}) v(${types.map((_, i) => `c${i}`).join(', ')})`;
};

it('files left out hold none of the keys, whatever their type and values', async () => {
  const tally = { kept: 0, out: 0, needless: 0 };
  await fc.assert(
    fc.asyncProperty(cases, fc.boolean(), async ({ types, files, sought }, ownBounds) => {
      const fields = types.map((_, i) => ({ name: `c${i}`, id: 101 + i }));
      const listed: ListedFile[] = [];
      for (const rows of files) listed.push(await written(relation(types, rows), fields));
      await engine.run(`CREATE OR REPLACE TEMP TABLE "@keys" AS ${relation(types, sought)}`);
      const columns = types.map((type, i) => ({ id: 101 + i, name: `c${i}`, type }));
      const found = await filesHolding(engine, listed, '@keys', columns, ownBounds ? 0 : undefined);
      for (const file of listed) {
        const same = types.map((_, i) => `f.c${i} IS NOT DISTINCT FROM k.c${i}`).join(' AND ');
        const [held] = await engine.rows(
          `SELECT count(*) AS n FROM read_parquet(${quoteLiteral(file.uri.slice('file://'.length))}) f SEMI JOIN "@keys" k ON ${same}`,
        );
        const kept = found.includes(file);
        if (Number(held?.['n']) > 0) expect(kept).toBe(true);
        tally[kept ? (Number(held?.['n']) > 0 ? 'kept' : 'needless') : 'out'] += 1;
      }
    }),
    runs(300),
  );
  // More are left out than are kept for nothing: bounds are of use.
  expect(tally.kept).toBeGreaterThan(0);
  expect(tally.out).toBeGreaterThan(tally.needless);
}, 120_000);

const HEADER = [
  { name: 'header__change_seq', id: 1 },
  { name: 'header__change_oper', id: 2, listed: true },
];
const events = (...rows: [seq: string | null, oper: string][]) =>
  written(
    `SELECT CAST(s AS VARCHAR) AS header__change_seq, o AS header__change_oper FROM (VALUES ${rows
      .map(([s, o]) => `(${s === null ? 'NULL' : quoteLiteral(s)}, '${o}')`)
      .join(', ')}) v(s, o)`,
    HEADER,
  );

describe('by header', () => {
  it('operations, sequences and what comes after one are told', async () => {
    const snapshot = await events([null, 'L'], [null, 'L']);
    const updates = await events(['01', 'I'], ['05', 'U']);
    const truncating = await events(['03', 'B'], ['07', 'T'], ['09', 'U']);
    const all = [snapshot, updates, truncating];
    expect(withOperations(all, ['T'])).toEqual([truncating]);
    expect(withOperations(all, ['B', 'U'])).toEqual([updates, truncating]);
    expect(since(all, '06')).toEqual([truncating]);
    expect(since(all, '05')).toEqual([updates, truncating]);
    await engine.run(`CREATE OR REPLACE TEMP TABLE "@sequences" AS SELECT '08' AS header__change_seq`);
    expect(await withSequences(engine, all, '@sequences')).toEqual([truncating]);
    await engine.run(`DELETE FROM "@sequences"`);
    expect(await withSequences(engine, all, '@sequences')).toEqual([]);
  });

  it('files are kept whose statistics say nothing, or have no ids, by which bounds were not exact', async () => {
    const known = await events(['01', 'I']);
    const unknown = { ...known, statistics: null };
    const older = { ...known, statistics: { header__change_oper: { min: 'I', max: 'I', nulls: 0 } } };
    const all = [known, unknown, older];
    expect(withOperations(all, ['T'])).toEqual([unknown, older]);
    expect(since(all, '06')).toEqual([unknown, older]);
    await engine.run(`CREATE OR REPLACE TEMP TABLE "@sequences" AS SELECT '08' AS header__change_seq`);
    expect(
      await filesHolding(engine, all, '@sequences', [{ id: 1, name: 'header__change_seq', type: 'VARCHAR' }]),
    ).toEqual([unknown, older]);
  });

  it('another column under a name that was used before is not taken for it', async () => {
    const file = await written(`SELECT 5::BIGINT AS card`, [{ name: 'card', id: 101 }]);
    await engine.run(`CREATE OR REPLACE TEMP TABLE "@keys" AS SELECT 9::BIGINT AS card`);
    const seek = (id: number) => filesHolding(engine, [file], '@keys', [{ id, name: 'card', type: 'BIGINT' }]);
    expect(await seek(101)).toEqual([]);
    expect(await seek(102)).toEqual([file]);
  });
});
