/** The offset ledger over time: its runs are merged, and checksums go where they tell nothing any more. */
import { takenRuns } from '@farelake/db';
import { maintain } from '../../src/index.ts';
import { mergeAllRuns } from '../../src/taps/compact/merge-runs.ts';
import { closeWorlds } from '../support/world.ts';
import { NOON, openTapsWorld, tap, type TapsWorld } from './support/taps-world.ts';

afterAll(closeWorlds, 60_000);

const WHOLE = [{ partition: 0, first: 0n, last: 1_000_000n }];

const taken = async ({ pool }: TapsWorld) =>
  [...(await takenRuns(pool, { dataset: 'taps', cluster: 'one', topic: 'taps' }, WHOLE)).values()].flat();

const sums = async (world: TapsWorld) =>
  (await taken(world)).flatMap(({ epoch, runs }) =>
    runs.flatMap(({ first, sums: own }) => [...(own ?? [])].map((sum, at) => `${epoch}/${first + BigInt(at)}: ${sum}`)),
  );

const age = ({ pool }: TapsWorld, days: number) =>
  pool.query(`UPDATE ledger.kafka_runs SET taken_at = taken_at - make_interval(days => ${days})`);

test('runs without a gap become one; checksums, gaps, counts and what is known stay', async () => {
  const world = await openTapsWorld();
  for (const offset of [0, 4, 2, 1, 9, 3, 8]) await world.land([tap(offset)]);
  await world.land([tap(0, { timestamp: NOON + 1n }), tap(1, { timestamp: NOON + 1n })]);
  await world.land([tap(2, { timestamp: NOON + 1n })]);
  const [before, status] = [await sums(world), await world.status()];
  expect(await mergeAllRuns(world, true)).toEqual({ before: 9, after: 3 });
  expect((await taken(world)).map(({ runs }) => runs.length)).toEqual([7, 2]);
  expect(await mergeAllRuns(world, false)).toEqual({ before: 9, after: 3 });
  expect((await taken(world)).map(({ runs }) => runs.map(({ first, last }) => [first, last]))).toEqual([
    [
      [0n, 4n],
      [8n, 9n],
    ],
    [[0n, 2n]],
  ]);
  expect(await sums(world)).toEqual(before);
  expect((await world.status()).map(({ taps }) => taps)).toEqual(status.map(({ taps }) => taps));
  expect(await world.land([0, 1, 2, 3, 4, 8, 9].map((offset) => tap(offset)))).toMatchObject([
    { repeated: 7, written: 0 },
  ]);
  expect(await world.land([tap(5), tap(6)])).toMatchObject([{ written: 2 }]);
  expect(await maintain(world, { grace: 0, retention: 0, dryRun: false })).toMatchObject({
    // Into the newest epoch, with a gap before them.
    runs: { before: 4, after: 4 },
  });
});

test('many runs, in several transactions, become one', async () => {
  const world = await openTapsWorld();
  await world.land([tap(0)]);
  await world.pool.query(
    `INSERT INTO ledger.kafka_runs SELECT 1, n, n, decode(lpad(to_hex(n), 8, '0'), 'hex') FROM generate_series(1, 5000) n WHERE n <> 2500`,
  );
  const before = await sums(world);
  expect(await mergeAllRuns(world, true)).toMatchObject({ before: 5000 });
  expect(await mergeAllRuns(world, false)).toEqual({
    before: expect.any(Number) as number,
    after: expect.any(Number) as number,
  });
  expect((await taken(world)).flatMap(({ runs }) => runs.map(({ first, last }) => [first, last]))).toEqual([
    [0n, 2499n],
    [2501n, 5000n],
  ]);
  expect(await sums(world)).toEqual(before);
});

test('checksums go after 30 days where the topic tells its id, but those of the lowest offsets', async () => {
  const world = await openTapsWorld();
  const known = { topicIds: new Map([['taps', 'a']]) };
  const kept = async () =>
    (await taken(world)).flatMap(({ runs }) => runs.map((run) => [run.first, run.last, run.sums !== null]));
  for (const offset of [0, 40_000, 40_001]) await world.land([tap(offset)], known);
  await age(world, 29);
  await mergeAllRuns(world, false);
  expect(await kept()).toEqual([
    [0n, 0n, true],
    [40_000n, 40_001n, true],
  ]);
  await age(world, 2);
  await world.land([tap(40_002)], known);
  await mergeAllRuns(world, false);
  expect(await kept()).toEqual([
    [0n, 0n, true],
    [40_000n, 40_001n, false],
    [40_002n, 40_002n, true],
  ]);
  await age(world, 31);
  await mergeAllRuns(world, false);
  expect(await kept()).toEqual([
    [0n, 0n, true],
    [40_000n, 40_002n, false],
  ]);
  // What was taken is known, and a topic made anew is told by its id, or by its lowest offsets.
  expect(await world.land([tap(0), tap(40_000), tap(40_001)], known)).toMatchObject([{ repeated: 3 }]);
  const anew = [0, 40_000, 40_001].map((offset) => tap(offset, { timestamp: NOON + 1n }));
  expect(await world.land(anew)).toMatchObject([{ written: 3, madeAnew: 1 }]);
  expect(await world.land(anew, { topicIds: new Map([['taps', 'b']]) })).toMatchObject([{ repeated: 3 }]);
});

test('without the id of the topic nothing else would tell it was made anew: checksums stay', async () => {
  const world = await openTapsWorld();
  for (const offset of [0, 40_000, 40_001]) await world.land([tap(offset)]);
  await age(world, 4000);
  await mergeAllRuns(world, false);
  expect((await taken(world)).flatMap(({ runs }) => runs.map((run) => run.sums?.length))).toEqual([1, 2]);
});

test('offsets at the end of all that there are', async () => {
  const world = await openTapsWorld();
  const known = { topicIds: new Map([['taps', 'a']]) };
  const end = 2n ** 63n - 1n;
  for (const offset of [end - 1n, end - 3n, end - 2n]) await world.land([tap(offset)], known);
  await age(world, 31);
  expect(await mergeAllRuns(world, true)).toEqual({ before: 3, after: 1 });
  expect(await mergeAllRuns(world, false)).toEqual({ before: 3, after: 1 });
  expect(await world.land([end - 1n, end - 2n, end - 3n].map((offset) => tap(offset)))).toMatchObject([
    { repeated: 3 },
  ]);
});

test('several at once, beside deliveries: nothing is taken twice or forgotten', async () => {
  const world = await openTapsWorld();
  const offsets = Array.from({ length: 60 }, (_, offset) => offset);
  let ended = false;
  const upkeep = async () => {
    while (!ended) await mergeAllRuns(world, false);
  };
  const landing = Promise.all(
    [0, 1, 2].map(async (worker) => {
      for (let at = 0; at < 58; at += 2)
        await world.land(offsets.slice(at + worker, at + worker + 3).map((offset) => tap(offset)));
    }),
  ).finally(() => (ended = true));
  await Promise.all([upkeep(), upkeep(), landing]);
  await mergeAllRuns(world, false);
  expect((await taken(world)).map(({ runs }) => runs.map(({ first, last }) => [first, last]))).toEqual([[[0n, 59n]]]);
  expect(await world.taps()).toHaveLength(60);
});
