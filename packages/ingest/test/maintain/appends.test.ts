/**
 * Proves that a commit without a lease and maintenance never both win: what is committed keeps its files, and what was given up
 * commits nothing and begins anew.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { commitVersion, endAppend, lockAppends, startAttempt, takeBatch, withTransaction } from '@farelake/db';
import type { ObjectStore } from '@farelake/lake';
import { landDelivery, maintain, type Maintained } from '../../src/index.ts';
import { closeWorlds } from '../support/world.ts';
import { openTapsWorld, poison, tap, type TapsWorld } from '../taps/support/taps-world.ts';

afterAll(closeWorlds, 60_000);

const ATTEMPT = 'aaaaaaaaaaaaaaaaaaaa';
const TOPIC = { dataset: 'taps', cluster: 'one', topic: 'taps' };
const DAY = 24 * 3600;

const run = (world: TapsWorld, grace = DAY, retention = 7 * DAY): Promise<Maintained> =>
  maintain(world, { grace, retention, dryRun: false });

const age = ({ pool }: TapsWorld) =>
  pool.query(`UPDATE ledger.attempts SET started_at = started_at - interval '2 days' WHERE outcome IS NULL`);

/** Of stage, archive and error zone. */
const filesOf = async ({ folder }: TapsWorld): Promise<string[]> =>
  (
    await Promise.all(
      ['stage', 'archive', 'error'].map((zone) =>
        readdir(path.join(folder, zone), { recursive: true, withFileTypes: true }).catch(() => []),
      ),
    )
  )
    .flat()
    // Metadata is of commits, and is looked at elsewhere.
    .filter(({ parentPath }) => path.basename(parentPath) !== 'metadata')
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();

const outcomes = async ({ pool }: TapsWorld) =>
  (await pool.query<{ outcome: string }>('SELECT outcome FROM ledger.attempts ORDER BY started_at')).rows.map(
    ({ outcome }) => outcome,
  );

/** Until somebody waits for a row that a transaction has changed. */
async function untilWaiting({ pool }: TapsWorld): Promise<void> {
  for (;;) {
    const { rowCount } = await pool.query(
      `SELECT 1 FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple') AND database IS NOT DISTINCT FROM
         CASE locktype WHEN 'tuple' THEN (SELECT oid FROM pg_database WHERE datname = current_database()) END
       AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())`,
    );
    if ((rowCount ?? 0) > 0) return;
    await sleep(10);
  }
}

it('a commit that began before maintenance judges keeps its files: maintenance waits for it', async () => {
  const world = await openTapsWorld();
  const [stage, archive] = [
    `taps/service_date=2026-03-01/0-0-0-${ATTEMPT}.parquet`,
    `kafka/one/taps/0/0-0-${ATTEMPT}.jsonl.gz`,
  ];
  await startAttempt(world.pool, { id: ATTEMPT, dataset: 'taps', batchId: null });
  await age(world);
  const file = await world.stage.put(Readable.from(['rows']), stage);
  const kept = await world.archive.put(Readable.from(['records']), archive);
  let maintaining: Promise<Maintained> | undefined;
  await withTransaction(world.pool, async (db) => {
    await lockAppends(db, 'taps');
    await takeBatch(db, TOPIC, ATTEMPT, {
      ...{ partition: 0, epoch: 0, topicId: null, runs: [{ first: 0n, last: 0n, sums: Uint32Array.of(1) }] },
      ...{ records: 1, written: 1, tombstones: 0, refused: [], firstTimestamp: null, lastTimestamp: null, rows: null },
      archive: { uri: world.archive.uriOf(archive), sha256: kept.sha256, size: kept.size },
    });
    await commitVersion(db, {
      ...{ tableName: 'taps', baseVersion: 0, attemptId: ATTEMPT, contractVersion: 1, remove: [], rows: 1, fold: null },
      cameOf: 'records',
      add: [
        {
          ...{ uri: world.stage.uriOf(stage), size: file.size, sha256: file.sha256, rows: 1, statistics: {} },
          ...{ contractVersion: 1, batchId: null, segment: null, lowestKey: null },
        },
      ],
    });
    await endAppend(db, ATTEMPT);
    maintaining = run(world);
    await untilWaiting(world);
  });
  expect(await maintaining).toMatchObject({ dead: { files: 0 }, young: { files: 0 }, unknown: { files: 0 } });
  expect(await filesOf(world)).toHaveLength(2);
  expect(await outcomes(world)).toEqual(['committed']);
});

it('a commit that comes after maintenance gave it up changes nothing, and begins anew: each record once', async () => {
  const world = await openTapsWorld();
  let done: Maintained | undefined;
  // All files are written, the commit has not begun: the error zone is written to before the table's files.
  const stage: ObjectStore = {
    ...world.stage,
    put: async (...given) => {
      const written = await world.stage.put(...given);
      if (done === undefined) {
        await age(world);
        done = await run(world);
      }
      return written;
    },
  };
  const landed = await landDelivery(
    { ...world, stage },
    { cluster: 'one', topicIds: new Map(), records: [tap(0), poison(1), tap(2)] },
  );
  expect(done).toMatchObject({ dead: { files: 3 } });
  expect(landed).toMatchObject([{ written: 2, quarantined: 1, repeated: 0 }]);
  expect(await outcomes(world)).toEqual(['aborted', 'committed']);
  expect(await world.rows('SELECT "offset" FROM taps ORDER BY 1')).toEqual([{ offset: '0' }, { offset: '2' }]);
  expect(await filesOf(world)).toHaveLength(3);
  expect(await run(world, 0)).toMatchObject({ dead: { files: 0 }, unknown: { files: 0 } });
});

it('who stalls in the midst of a commit keeps others waiting for no longer than a lease', async () => {
  const world = await openTapsWorld();
  const stalled = withTransaction(world.pool, async (db) => {
    await lockAppends(db, 'taps', 1);
    const landed = landDelivery(
      { ...world, leaseSeconds: 1 },
      { cluster: 'one', topicIds: new Map(), records: [tap(0)] },
    );
    expect(await landed).toMatchObject([{ written: 1 }]);
    await db.query('SELECT 1');
  });
  await expect(stalled).rejects.toThrow();
  expect(await world.taps()).toHaveLength(1);
});

it('appends and maintenance with hardly any grace, side by side: each record once, and all files that are listed are there', async () => {
  const world = await openTapsWorld();
  let ended = false;
  const upkeep = async () => {
    // Long enough for some commits, too short for others.
    while (!ended) await run(world, 0.2, 0);
  };
  const workers = Array.from({ length: 4 }, async (_, partition) => {
    for (let offset = 0; offset < 40; offset += 2)
      await world.land([tap(offset, { partition }), poison(offset + 1, { partition })]);
  });
  const [, ...results] = await Promise.allSettled([upkeep(), Promise.all(workers).finally(() => (ended = true))]);
  expect(results).toMatchObject([{ status: 'fulfilled' }]);
  await run(world, 0, 0);
  expect(await world.rows('SELECT count(*) AS n, count(DISTINCT (partition, "offset")) AS d FROM taps')).toEqual([
    { n: '80', d: '80' },
  ]);
  const { rows } = await world.pool.query<{ n: number }>(
    `SELECT (SELECT count(*) FROM ledger.files WHERE version_removed IS NULL) + (SELECT count(archive_uri) + count(rows_uri) FROM ledger.kafka_batches) AS n`,
  );
  expect(await filesOf(world)).toHaveLength(rows[0]?.n ?? 0);
});

it('files of topics: what a batch names stays, what a dead attempt left goes, from the archive below kafka/ alone', async () => {
  const world = await openTapsWorld();
  await world.land([tap(0), poison(1)]);
  await startAttempt(world.pool, { id: ATTEMPT, dataset: 'taps', batchId: null });
  await world.pool.query(`UPDATE ledger.attempts SET started_at = started_at - interval '2 days'`);
  for (const folder of ['kafka/one/taps/0', 'cubic'])
    await world.archive.put(Readable.from(['x']), `${folder}/0-0-${ATTEMPT}.jsonl.gz`);
  await world.error.put(Readable.from(['x']), `rows/kafka/one/taps/0/0-0-${ATTEMPT}.jsonl`);
  const before = await filesOf(world);
  expect(await maintain(world, { grace: DAY, retention: 0, dryRun: true })).toMatchObject({ dead: { files: 2 } });
  expect(await outcomes(world)).toContain(null);
  expect(await run(world)).toMatchObject({ dead: { files: 2 }, expired: { files: 0 }, unknown: { files: 0 } });
  expect(await filesOf(world)).toHaveLength(before.length - 2);
  expect(await filesOf(world)).toContain(`0-0-${ATTEMPT}.jsonl.gz`);
});
