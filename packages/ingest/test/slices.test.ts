/** Proves that keys are cut into ranges that leave none out and take none twice, whatever the keys and wherever the cuts. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { ListedFile } from '@farelake/db';
import { openEngine, type Engine } from '@farelake/lake';
import { quoteLiteral } from '@farelake/schema-registry';
import { runs } from '../../../jest.property.ts';
import { assignSql, keyOrder, lowestKey, rangeSql, sampleBounds, type KeyColumn } from '../src/fold/segments.ts';
import { layOutHistory } from '../src/fold/lay-out.ts';
import { slicesOfPresent, slicesOfWhole, type Cutting } from '../src/fold/slices.ts';

let engine: Engine;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'farelake-slices-'));
  engine = await openEngine({ tempFolder: folder, threads: 1, memoryLimit: 1 << 29, files: { folder } });
});
afterAll(async () => {
  engine.close();
  await rm(folder, { recursive: true });
});

const KEY: KeyColumn[] = [
  { name: 'a', type: 'VARCHAR' },
  { name: 'n', type: 'DECIMAL(38,4)' },
  { name: 'h', type: 'BLOB' },
];
const text = fc.constantFrom(null, '', '\ufeffa', 'a', 'B', 'é', 'ﬀ', '🔥', "o'k", '\u0000', 'ab');
const number = fc.constantFrom(null, '-1.0000', '0.0001', '9999999999999999999999999999999999.9999');
const bytes = fc.constantFrom(null, '', '00', 'ff', 'a0b1');
const keys = fc.uniqueArray(fc.tuple(text, number, bytes), {
  minLength: 1,
  maxLength: 40,
  selector: (key) => JSON.stringify(key),
});

const cell = (value: string | null, { type }: KeyColumn): string =>
  value === null
    ? `CAST(NULL AS ${type})`
    : type === 'BLOB'
      ? `unhex('${value}')`
      : `CAST(${value.split('\0').map(quoteLiteral).join(' || chr(0) || ')} AS ${type})`;

const table = (rows: readonly (readonly (string | null)[])[], key: readonly KeyColumn[]): string =>
  `SELECT * FROM (VALUES ${rows.map((row) => `(${key.map((column, i) => cell(row[i] ?? null, column)).join(', ')})`).join(', ')}) t(${key.map(({ name }) => name).join(', ')})`;

/** How many keys each predicate takes, and how often each key is taken. */
async function taken(relation: string, predicates: readonly string[]) {
  const each = predicates.map((within) => `CASE WHEN ${within} THEN 1 ELSE 0 END`);
  const [row] = await engine.rows(
    `SELECT min(t) AS least, max(t) AS most, ${each.map((_, i) => `sum(p${i}) AS s${i}`).join(', ')}
     FROM (SELECT *, ${each.map((_, i) => `p${i}`).join(' + ')} AS t FROM (SELECT ${each.map((sql, i) => `${sql} AS p${i}`).join(', ')} FROM ${relation}))`,
  );
  return {
    least: Number(row?.['least']),
    most: Number(row?.['most']),
    sizes: predicates.map((_, i) => Number(row?.[`s${i}`])),
  };
}

it('a range takes what the engine sorts between its bounds, of one column or of three', async () => {
  await fc.assert(
    fc.asyncProperty(
      keys,
      fc.array(fc.nat(39), { maxLength: 4 }),
      fc.integer({ min: 1, max: 3 }),
      async (rows, cuts, width) => {
        const key = KEY.slice(0, width);
        await engine.run(`CREATE OR REPLACE TEMP TABLE k AS SELECT DISTINCT * FROM (${table(rows, key)})`);
        await engine.run(`CREATE OR REPLACE TEMP TABLE o AS SELECT * FROM k ORDER BY ${keyOrder(key)}`);
        const [counted] = await engine.rows('SELECT count(*) AS n FROM o');
        const count = Number(counted?.['n']);
        const edges = [...new Set(cuts.map((cut) => cut % count))].filter((cut) => cut > 0).sort((a, b) => a - b);
        const bounds = [];
        for (const edge of edges) bounds.push(await lowestKey(engine, key, `o WHERE rowid = ${edge}`));
        const limits = [undefined, ...bounds, undefined];
        const ranges = limits.slice(1).map((to, index) => rangeSql(key, limits[index], to));
        const places = [0, ...edges, count];
        expect(await taken('o', ranges)).toEqual({
          least: 1,
          most: 1,
          sizes: places.slice(1).map((place, index) => place - (places[index] ?? 0)),
        });
      },
    ),
    runs(60),
  );
}, 120_000);

it('a sample cuts a relation into about equal parts, and not where keys are the same', async () => {
  const key = [KEY[0]!];
  await engine.run(`CREATE OR REPLACE TEMP TABLE k AS SELECT md5(i::VARCHAR) AS a FROM range(50000) t(i)`);
  const bounds = await sampleBounds(engine, key, 'k', 5);
  expect(bounds).toHaveLength(4);
  const limits = [undefined, ...bounds, undefined];
  const { least, most, sizes } = await taken(
    'k',
    limits.slice(1).map((to, index) => rangeSql(key, limits[index], to)),
  );
  expect([least, most]).toEqual([1, 1]);
  for (const size of sizes) expect(Math.abs(size - 10_000)).toBeLessThan(1_500);
  await engine.run(`CREATE OR REPLACE TEMP TABLE k AS SELECT CAST(NULL AS VARCHAR) AS a FROM range(100)`);
  expect(await sampleBounds(engine, key, 'k', 5)).toEqual([[null]]);
});

describe('slices', () => {
  const file = (place: number): ListedFile => ({
    id: place,
    uri: `file:///s${place}`,
    size: 1,
    rows: 10,
    contractVersion: 1,
    statistics: null,
    batchId: null,
    segment: place,
    lowestKey: [String(place * 10)],
  });
  const cutting = (segments: number, rows: number): Cutting => ({
    engine,
    key: [{ name: 'n', type: 'BIGINT' }],
    ordered: Array.from({ length: segments }, (_, place) => file(place)),
    rows,
  });
  const keysAt = (...values: number[]) =>
    engine.run(`CREATE OR REPLACE TEMP TABLE "@keys" AS SELECT unnest([${values.join(', ')}])::BIGINT AS n`);
  const changes = async ({ key, ordered }: Cutting) => {
    const rows = await engine.rows(
      `SELECT "@segment" AS s, count(*) AS n FROM (${assignSql(key, '"@keys"', ordered)}) p GROUP BY 1`,
    );
    return new Map(rows.map((row) => [Number(row['s']), Number(row['n'])]));
  };
  const written = (slices: Awaited<ReturnType<typeof slicesOfPresent>>) =>
    slices.map(({ runs: all }) => all.map(({ present }) => present.map(({ segment }) => segment)));

  it('leave out what nothing falls into, and never write over a segment between two', async () => {
    const of = cutting(6, 1000);
    await keysAt(1, 12, 47);
    const slices = await slicesOfPresent(of, await changes(of));
    expect(written(slices)).toEqual([[[0, 1], [4]]]);
  });

  it('cut a segment that more falls into than fits', async () => {
    const of = cutting(2, 20);
    await keysAt(...Array.from({ length: 90 }, (_, i) => i + 10));
    const slices = await slicesOfPresent(of, await changes(of));
    const all = slices.flatMap(({ runs: each }) => each);
    expect(all.length).toBeGreaterThan(3);
    expect(all.every(({ present }) => present.length === 1 && present[0]?.segment === 1)).toBe(true);
    const { least, most } = await taken(
      '"@keys"',
      all.map(({ within }) => within),
    );
    expect([least, most]).toEqual([1, 1]);
  });

  it('of a table without rows are one, or as many as what comes needs', async () => {
    const of = cutting(0, 20);
    await keysAt(1, 2, 3);
    expect(written(await slicesOfPresent(of, await changes(of)))).toEqual([[[]]]);
    await engine.run('CREATE OR REPLACE TEMP VIEW "@history" AS SELECT i AS n FROM range(100) t(i)');
    const { slices, bounds } = await slicesOfWhole(of, 100);
    expect([slices.length, bounds.length]).toEqual([5, 4]);
    expect((await slicesOfWhole(of, 20)).slices).toHaveLength(1);
  });
});

describe('history', () => {
  const key: KeyColumn[] = [{ name: 'n', type: 'BIGINT' }];
  const bounds = [['2000'], ['4000'], ['6000'], ['8000']];
  const history = (n: string) =>
    engine.run(`CREATE OR REPLACE TEMP TABLE rows AS SELECT ${n} AS n, [i]::INTEGER[] AS m, i AS _line, 1 AS _load_id FROM range(10000) t(i);
      CREATE OR REPLACE TEMP VIEW "@history" AS SELECT * FROM rows`);
  const laidOut = async () => {
    const [view] = await engine.rows(`SELECT sql FROM duckdb_views() WHERE view_name = '@history'`);
    return String(view?.['sql']).includes('laid-out');
  };

  it('in no order of its keys is laid out by slice, and has the same rows', async () => {
    await history('CASE WHEN i % 100 = 0 THEN NULL ELSE i * 7919 % 10000 END');
    await layOutHistory(engine, key, bounds, await mkdtemp(path.join(folder, 'a-')));
    expect(await laidOut()).toBe(true);
    const columns = 'n, m, _line, _load_id';
    const [differing] = await engine.rows(`SELECT count(*) AS n FROM (
      (SELECT ${columns} FROM rows EXCEPT ALL SELECT ${columns} FROM "@history")
      UNION ALL (SELECT ${columns} FROM "@history" EXCEPT ALL SELECT ${columns} FROM rows))`);
    expect(Number(differing?.['n'])).toBe(0);
  });

  it('in the order of its keys stays where it is', async () => {
    await history('i');
    await layOutHistory(engine, key, bounds, await mkdtemp(path.join(folder, 'b-')));
    expect(await laidOut()).toBe(false);
  });
});
