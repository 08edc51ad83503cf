/**
 * Proves that the compiled fold on DuckDB gives what the reference interpreter gives, whatever the stream, its split into
 * batches and the order of arrival.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { openEngine, type Engine } from '@farelake/lake';
import { interpret, keyOf, rankFiles, type ChangeEvent, type FoldMode, type Value } from '@farelake/qlik';
import { quoteLiteral } from '@farelake/schema-registry';
import { runs } from '../../../jest.property.ts';
import type { Wanted } from '../src/fold/gather.ts';
import { runFold, type FoldFile } from '../src/fold/run-fold.ts';
import { eventsOf, streams, type Stream } from './support/streams.ts';

const RUNS = runs(1000);

/** One in which events are kept, one in which they are looked up again: relations are tables here, views there. */
let engines: { kept: Engine; again: Engine };
let engine: Engine;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'farelake-fold-'));
  const open = () => openEngine({ tempFolder: folder, threads: 1, memoryLimit: 1 << 30 });
  engines = { kept: await open(), again: await open() };
});
afterAll(async () => {
  for (const one of Object.values(engines)) one.close();
  await rm(folder, { recursive: true });
});

const COLUMNS = 'k1 BIGINT, k2 VARCHAR, a BIGINT, b VARCHAR, c VARCHAR';
const NAMES = ['k1', 'k2', 'a', 'b', 'c'];

const literal = (value: Value): string =>
  value === null ? 'NULL' : typeof value === 'string' ? quoteLiteral(value) : String(value);

const historyRow = (e: ChangeEvent): string =>
  `(${[
    literal(e.seq),
    literal(e.oper),
    literal(e.timestamp),
    e.mask === null ? 'NULL' : `[${e.mask.join(', ')}]::INTEGER[]`,
    ...NAMES.map((name) => literal(e.values[name] ?? null)),
    e.file,
    e.line,
  ].join(', ')})`;

/** Ways of cutting the keys: not at all, by a range, by several, by each column. */
const SLICES = [
  ['true'],
  ['(k1 IS NULL OR k1 < 2)', 'k1 >= 2'],
  ['k1 IS NULL', 'k1 = 1', 'k1 = 2', 'k1 > 2'],
  ["(k2 IS NULL OR k2 = '')", "k2 > ''"],
].map((predicates) => predicates.map((within) => ({ within })));

/** Mostly not at all: each slice costs statements, and what cuts could break shows soon enough. */
const cuts = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(SLICES.length - 1) });
const keeping = fc.constantFrom(true, true, false);
const ways = fc.record({ slicing: cuts, kept: keeping, surplus: fc.nat(2) });
type Way = { slicing: number; kept: boolean; surplus: number };
const modes: Record<FoldMode, number> = { append: 0, rebuild: 0, truncate: 0, whole: 0 };

/** Keeps the current table as the pipeline does: only what a fold says all about is replaced. */
async function keep(stream: Stream, within: string, mode: FoldMode): Promise<void> {
  const columns = [...NAMES, 'header__change_seq', 'header__timestamp'].join(', ');
  const same = stream.rules.key.map((name) => `k.${name} IS NOT DISTINCT FROM cur.${name}`).join(' AND ');
  await engine.run(`CREATE OR REPLACE TEMP TABLE states AS SELECT ${columns} FROM "@folded" WHERE "@alive"`);
  await engine.run(
    mode === 'whole' || mode === 'truncate'
      ? `DELETE FROM cur WHERE ${within}`
      : `DELETE FROM cur WHERE ${within} AND EXISTS (SELECT 1 FROM "@keys" k WHERE ${same})`,
  );
  await engine.run('INSERT INTO cur SELECT * FROM states');
}

/** Rows of history as they are asked for: exactly those, or with all others, or with some others. */
function rowsOf({ rules }: Stream, wanted: Wanted, surplus: string): string {
  switch (wanted.what) {
    case 'all':
      return 'true';
    case 'keys': {
      const same = rules.key.map((name) => `w.${name} IS NOT DISTINCT FROM hist.${name}`).join(' AND ');
      return `${surplus} OR EXISTS (SELECT 1 FROM "${wanted.relation}" w WHERE ${same})`;
    }
    case 'sequences':
      return `${surplus} OR header__change_oper IN ('B', 'U') AND header__change_seq IN (SELECT header__change_seq FROM "${wanted.relation}")`;
    case 'since':
      return `${surplus} OR header__change_seq >= ${quoteLiteral(wanted.sequence)}`;
    case 'truncations':
      return `${surplus} OR header__change_oper = 'T'`;
  }
}
const SURPLUS = ['false', 'true', '_line % 2 = 0'];

async function pipeline(stream: Stream, { slicing, kept, surplus }: Way) {
  engine = kept ? engines.kept : engines.again;
  const events = eventsOf(stream);
  await engine.run(`CREATE OR REPLACE TEMP TABLE hist (header__change_seq VARCHAR, header__change_oper VARCHAR,
    header__timestamp VARCHAR, header__change_mask INTEGER[], ${COLUMNS}, _load_id BIGINT, _line BIGINT);
    CREATE OR REPLACE TEMP TABLE cur (${COLUMNS}, header__change_seq VARCHAR, header__timestamp VARCHAR)`);
  if (events.length > 0) await engine.run(`INSERT INTO hist VALUES ${events.map(historyRow).join(', ')}`);
  let pending: number[] = [];
  const applied: number[] = [];
  const totals = { watermark: undefined as string | undefined, orphans: 0, conflicts: 0, movesOntoLive: 0 };
  let held = false;
  for (const batch of stream.batches) {
    pending = [...pending, ...batch];
    const files: FoldFile[] = [...applied, ...pending].map((index) => ({
      loadId: index + 1,
      rank: index + 1,
      fresh: pending.includes(index),
    }));
    const result = await runFold(engine, {
      rules: stream.rules,
      files,
      history: (
        loads,
        wanted,
      ) => `(SELECT * FROM hist WHERE _load_id IN (${loads.map((file) => file.loadId).join(', ')})
        AND (${rowsOf(stream, wanted, SURPLUS[surplus] ?? '')}))`,
      watermark: totals.watermark,
      keptEvents: kept ? Infinity : -1,
      slices: () => Promise.resolve(SLICES[slicing] ?? []),
      current: () =>
        Promise.resolve(
          `SELECT c.* FROM cur c SEMI JOIN "@keys" k ON ${stream.rules.key.map((n) => `c.${n} IS NOT DISTINCT FROM k.${n}`).join(' AND ')}`,
        ),
      settle: (slice, mode) => keep(stream, slice.within, mode),
    });
    held = result.result === 'held';
    if (result.result === 'held') continue;
    const added = result.mode !== 'whole';
    modes[result.mode] += 1;
    totals.orphans = result.orphans + (added ? totals.orphans : 0);
    totals.conflicts = result.conflicts + (added ? totals.conflicts : 0);
    totals.movesOntoLive = result.movesOntoLive + (added ? totals.movesOntoLive : 0);
    totals.watermark = result.watermark;
    applied.push(...pending);
    pending = [];
  }
  if (held) return { state: 'held' as const };
  const rows = await engine.rows('SELECT * FROM cur');
  return {
    state: 'folded' as const,
    rows: rows
      .map(plain)
      .map((r) => [keyOf(stream.rules, r), r] as const)
      .sort(byKey),
    ...totals,
  };
}

const plain = (row: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : (value as Value)]),
  );
const byKey = (a: readonly [string, unknown], b: readonly [string, unknown]) => (a[0] < b[0] ? -1 : 1);

function reference(stream: Stream) {
  const result = interpret(stream.rules, eventsOf(stream));
  if (result.state === 'held') return { state: 'held' as const };
  const { rows, watermark, orphans, conflicts, movesOntoLive } = result;
  const flat = [...rows].map(
    ([key, { values, seq, timestamp }]) =>
      [key, { ...values, header__change_seq: seq, header__timestamp: timestamp }] as const,
  );
  return { state: 'folded' as const, rows: flat.sort(byKey), watermark, orphans, conflicts, movesOntoLive };
}

describe('the fold on DuckDB', () => {
  const tally = { held: 0, orphans: 0, conflicts: 0, movesOntoLive: 0, batches: 0 };

  it(`gives what the interpreter gives, on ${RUNS.numRuns} random streams, splits and orders`, async () => {
    await fc.assert(
      fc.asyncProperty(streams, ways, async (stream, way) => {
        const expected = reference(stream);
        // A key of one column cannot be cut by another.
        const cut = stream.rules.key.includes('k2') ? way.slicing : way.slicing % 3;
        if (stream.batches.length > 0) expect(await pipeline(stream, { ...way, slicing: cut })).toEqual(expected);
        tally.batches += stream.batches.length;
        if (expected.state === 'held') tally.held += 1;
        else {
          tally.orphans += expected.orphans;
          tally.conflicts += expected.conflicts;
          tally.movesOntoLive += expected.movesOntoLive;
        }
      }),
      RUNS,
    );
  }, 1_800_000);

  it('met everything that streams are meant to have', () => {
    // A generator that stops making, say, moves would leave the property above true of nothing.
    expect(Math.min(tally.held, tally.orphans, tally.conflicts, tally.movesOntoLive)).toBeGreaterThan(
      RUNS.numRuns / 200,
    );
    expect(tally.batches).toBeGreaterThan(RUNS.numRuns);
    expect(Math.min(...Object.values(modes))).toBeGreaterThan(RUNS.numRuns / 50);
  });

  it('ranks files as the ledger does', () => {
    const files = [
      { time: null, key: 'b', contentHash: '1' },
      { time: null, key: 'a', contentHash: '2' },
    ];
    expect(rankFiles(files).map(({ file }) => file.key)).toEqual(['a', 'b']);
  });
});
