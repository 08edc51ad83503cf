/**
 * Feeds of any size, loaded and folded by farelake: every row, figure and told value is as the simulated source has it.
 */
import { readFile, mkdir, cp, readdir } from 'node:fs/promises';
import path from 'node:path';
import { closeWorlds, openWorld, type World } from '../../../packages/ingest/test/support/world.ts';
import { generateFeed, type FeedOptions, type FeedSummary, type VolumeExpectation } from '../src/index.ts';

afterAll(closeWorlds, 60_000);

const CONTRACTS: Record<string, Parameters<World['addTable']>[1]> = {
  'EDW.CARD': { cdc: { beforeImage: 'full' } },
  'EDW.STOP_POINT': { cdc: { updateImage: 'full', beforeImage: 'partial' }, key: ['STOP_ID', 'PLATFORM_CODE'] },
};
const ALL = ['EDW.FARE_TRANSACTION', 'EDW.CARD', 'EDW.STOP_POINT', 'EDW.PRODUCT', 'EDW.DEVICE_EVENT', 'EDW.BENCH_FARE'];

const feedIn = async (world: World, options: Omit<FeedOptions, 'out' | 'tables'>): Promise<FeedSummary> => {
  const summary = await generateFeed({ ...options, tables: ALL, out: path.join(world.folder, 'feed') });
  for (const table of ALL) await world.addTable(table, { from: summary.out, ...CONTRACTS[table], segmentRows: 400 });
  return summary;
};

type Plain = Record<string, unknown>;

/** One spelling for values that the engine's JSON and the command line print differently. */
const plain = (value: unknown): string | null => {
  if (value === null || value === undefined) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
};

const sorted = (rows: readonly Plain[], columns: readonly string[]): string[] =>
  rows.map((row) => JSON.stringify(columns.map((column) => plain(row[column])))).sort();

/** The query that shows every column as the command line would. */
const projection = async (world: World, dataset: string): Promise<{ columns: string[]; sql: string }> => {
  const described = (await world.rows(`DESCRIBE ${dataset}`)) as { column_name: string; column_type: string }[];
  const own = described.filter(({ column_name: name }) => !name.startsWith('header__'));
  const shown = own.map(({ column_name: name, column_type: type }) => {
    if (type === 'BLOB') return `lower(hex(${name})) AS ${name}`;
    return type === 'DOUBLE' || type === 'BOOLEAN' ? name : `${name}::VARCHAR AS ${name}`;
  });
  return { columns: own.map(({ column_name: name }) => name), sql: `SELECT ${shown.join(', ')} FROM ${dataset}` };
};

const expectFigures = async (world: World, dataset: string, truth: VolumeExpectation): Promise<void> => {
  const key = world.contracts.get(dataset)!.key[0]!;
  const wanted: Plain = { rows: String(truth.rows) };
  const shown = ['count(*)::VARCHAR AS rows'];
  for (const [column, nulls] of Object.entries(truth.nulls)) {
    wanted[`nulls_${column}`] = String(nulls);
    shown.push(`count(*) FILTER (WHERE ${column} IS NULL)::VARCHAR AS nulls_${column}`);
  }
  for (const [column, sum] of Object.entries(truth.sums)) {
    wanted[`sum_${column}`] = sum;
    shown.push(`sum(${column})::VARCHAR AS sum_${column}`);
  }
  for (const [column, sum] of Object.entries(truth.keyed)) {
    wanted[`keyed_${column}`] = sum;
    shown.push(`sum((${key} % 9973)::BIGINT * ${column})::VARCHAR AS keyed_${column}`);
  }
  expect(await world.rows(`SELECT ${shown.join(', ')} FROM ${dataset}`)).toEqual([wanted]);
};

const expectTruth = async (world: World, { out, expected }: FeedSummary): Promise<void> => {
  expect(await world.troubles()).toEqual([]);
  const statuses = new Map((await world.status()).map((one) => [one.table, one]));
  expect(JSON.parse(await readFile(path.join(out, 'expected.json'), 'utf8'))).toEqual(expected);
  for (const [dataset, truth] of Object.entries(expected)) {
    expect(statuses.get(dataset)).toMatchObject({
      state: 'live',
      rows: truth.rows,
      orphans: truth.orphans,
      conflicts: 0,
      movesOntoLive: 0,
    });
    await expectFigures(world, dataset, truth);
    const { columns, sql } = await projection(world, dataset);
    const lines = (await readFile(path.join(out, 'expected-rows', `${dataset}.jsonl`), 'utf8')).trim().split('\n');
    const all = lines.map((line) => JSON.parse(line) as Plain);
    expect(sorted(await world.rows(sql), columns)).toEqual(sorted(all, columns));
    const byKey = new Map(all.map((row) => [keyText(truth, row), row]));
    for (const check of truth.checks) {
      const row = byKey.get(keyText(truth, check.key));
      expect([check, row?.[check.column ?? ''] ?? null]).toEqual([check, check.value ?? null]);
      expect([check, row === undefined]).toEqual([check, check.absent ?? false]);
    }
  }
};

const keyText = (truth: VolumeExpectation, row: Plain): string =>
  JSON.stringify(Object.keys(truth.checks[0]!.key).map((name) => row[name]));

test('what comes of a feed is what the simulated source holds', async () => {
  const world = await openWorld();
  const feed = await feedIn(world, { rows: 900, changes: 700, fileRows: 250, changeFileRows: 150 });
  await world.ingest(feed.out);
  await expectTruth(world, feed);
});

test('the same in disorder, with many moves, deletes and keys that come back, file after file', async () => {
  const world = await openWorld();
  const feed = await feedIn(world, {
    rows: 120,
    changes: 500,
    changeFiles: 4,
    seed: 11,
    disorder: 0.2,
    skew: { share: 0.5, newest: 0.1 },
    mix: { insert: 20, update: 40, delete: 25, move: 15 },
    start: '2026-06-30',
  });
  const incoming = path.join(feed.out, 'cubic', 'ods_qlik');
  const stems = async (table: string) =>
    [
      ...new Set((await readdir(path.join(incoming, table))).map((file) => file.replace(/\.(csv\.gz|dfm)$/, ''))),
    ].sort();
  const deliver = async (table: string, stem: string) => {
    await mkdir(path.join(world.delivered, table), { recursive: true });
    for (const ending of ['.csv.gz', '.dfm'])
      await cp(path.join(incoming, table, stem + ending), path.join(world.delivered, table, stem + ending));
  };
  for (const table of ALL) for (const stem of await stems(table)) await deliver(table, stem);
  await world.ingest();
  for (let step = 0; step < 4; step++) {
    for (const table of ALL) await deliver(`${table}__ct`, (await stems(`${table}__ct`))[step]!);
    await world.ingest();
  }
  expect(feed.tables.map(({ changes }) => [changes.files, changes.operations.orphans > 0])).toEqual(
    ALL.map(() => [8, true]),
  );
  await expectTruth(world, feed);
});
