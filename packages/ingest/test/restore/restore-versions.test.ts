/** Proves that versions come back as what they were: when they were committed, to the microsecond, and what they came of. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { listVersions, type ListedVersion } from '@farelake/db';
import { maintain, repairTable, resetCatalog, retryRefused, rollBack } from '../../src/index.ts';
import { atTime, expectAsItStood, remember, rowsAt } from '../support/as-it-stood.ts';
import { doctorSegment } from '../support/damage.ts';
import { FEB, five, rowsOf, type Told } from '../support/five-rows.ts';
import { afterLoss, lostAndRestored, restoreAll } from '../support/lost.ts';
import { closeWorlds, type World } from '../support/world.ts';
import { mended, withFare } from '../taps/support/added-field.ts';
import { openTapsWorld, tap, tapsWorld } from '../taps/support/taps-world.ts';
import { KEY } from '../taps/support/topic.ts';

afterAll(closeWorlds, 60_000);

const TABLES = ['edw_x', 'edw_x_history'];

const versionsOf = async ({ pool }: World, tables: readonly string[] = TABLES) =>
  Promise.all(tables.map((table) => listVersions(pool, table, 100)));

/** Versions of every origin that a table with a history has, the repair last. */
async function story(): Promise<Told & { all: Awaited<ReturnType<typeof remember>>[] }> {
  const told = await five();
  const { world, delivery, change, decide } = told;
  const contract = { ...decide.contract, generations: { maxShrink: 1 } };
  world.contracts.set('edw_x', contract);
  const all = [await remember(world, TABLES)];
  const then = async (work: Promise<unknown>) => {
    await work;
    await world.ingest();
    all.push(await remember(world, TABLES));
  };
  await then(change('2026-01-20T00:00:00', 5, 8, 'new'));
  await then(delivery.snapshot('LOAD00000001', rowsOf(4, 'b'), { start: FEB }));
  await then(rollBack(decide));
  await doctorSegment(world, contract, 0, `SELECT * REPLACE (s || '!' AS s) FROM rows WHERE id > 1`);
  await repairTable(world, { contract, keys: undefined }, { by: 'anna@host', why: 'a test damaged it' });
  all.push(await remember(world, TABLES));
  return { ...told, all };
}

it('table versions says what it said, and a time finds the version that it found', async () => {
  const { world, all } = await story();
  const before = await versionsOf(world);
  expect(before[0]!.map(({ origin }) => origin)).toEqual(['repair', 'fold', 'exchange', 'exchange', 'fold', 'fold']);
  expect(before[1]!.map(({ origin, loads }) => [origin, loads])).toEqual(before[1]!.map(() => ['load', 1]));
  const restored = await lostAndRestored(world);
  const [current, history] = await versionsOf(restored);
  // Who repaired, and why, only the ledger had. The damage of the test was committed to the ledger, and shown to nobody.
  const shown = before[0]!.filter(({ version }) => version !== 5).map((one) => ({ ...one, repair: null }));
  const own = (one: ListedVersion) => ({ ...one, filesAdded: 0, filesRemoved: 0 });
  expect(current!.map(own)).toEqual(shown.map(own));
  expect(history).toEqual(before[1]);
  await expectAsItStood(restored, all);
  for (const { committedAt, rows } of shown)
    expect(await rowsAt(restored, 'SELECT * FROM edw_x ', atTime(committedAt))).toHaveLength(rows);
});

const THESE = /"farelake\.(?:committed-at|came-of|came-of-loads)":"[^"]*",/g;

it('metadata of before summaries told of it is restored by the times of its snapshots', async () => {
  const { world } = await story();
  const before = await versionsOf(world);
  const folder = path.join(world.folder, 'stage');
  for (const name of await readdir(folder, { recursive: true }))
    if (name.endsWith('.metadata.json')) {
      const text = await readFile(path.join(folder, name), 'utf8');
      expect(text).toMatch(THESE);
      await writeFile(path.join(folder, name), text.replaceAll(THESE, ''));
    }
  const [current, history] = await versionsOf(await lostAndRestored(world));
  expect(current!.map(({ origin }) => origin)).toEqual(current!.map(() => 'fold'));
  expect(history!.map(({ version, loads }) => [version, loads])).toEqual(
    before[1]!.map(({ version }) => [version, null]),
  );
  for (const [n, { committedAt }] of history!.entries()) {
    expect(committedAt).toMatch(/\.\d{3}000Z$/);
    expect(Date.parse(committedAt)).toBeGreaterThanOrEqual(Date.parse(before[1]![n]!.committedAt));
  }
});

it('a catalog that was reset tells of its version what that came of, not of the reset', async () => {
  const { world } = await story();
  const [before] = await versionsOf(world);
  await world.pool.query("DELETE FROM public.iceberg_tables WHERE table_name = 'edw_x'");
  await world.pool.query("DELETE FROM ledger.pointers WHERE table_name = 'edw_x'");
  await resetCatalog(world, world.contracts.get('edw_x')!);
  const [current] = await versionsOf(await lostAndRestored(world));
  expect(current!.map(({ version, origin, committedAt }) => ({ version, origin, committedAt }))).toContainEqual({
    ...{ version: before![0]!.version, origin: 'repair', committedAt: before![0]!.committedAt },
  });
});

describe('of a topic', () => {
  beforeEach(() => {
    process.env['FARELAKE_HMAC_KEY'] = KEY;
  });
  afterEach(() => {
    delete process.env['FARELAKE_HMAC_KEY'];
  });

  it('records, refused ones that were taken in, and files that became one', async () => {
    const world = await openTapsWorld();
    await world.land([tap(0), withFare(1)]);
    await world.land([tap(2)]);
    world.contracts.set('taps', mended());
    await retryRefused(tapsWorld(world, mended()), mended(), { dryRun: false });
    await maintain(world, { grace: 0, retention: 7 * 86_400, tapGrace: 0, dryRun: false });
    const [before] = await versionsOf(world, ['taps']);
    expect(before!.map(({ origin }) => origin)).toEqual(['compaction', 'retry', 'records', 'records']);
    const next = await afterLoss(world);
    expect((await restoreAll(next)).leftOut).toEqual([]);
    expect(await versionsOf(next, ['taps'])).toEqual([before]);
  });
});
