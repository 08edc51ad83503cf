/** Compaction: closed service dates come to lie in few sorted files, with the very same rows, whatever goes on beside it. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ObjectStore } from '@farelake/lake';
import { tapsContract } from '../../../schema-registry/test/taps-contract.ts';
import { holdTable, maintain, releaseTable, withEngine, type Maintained } from '../../src/index.ts';
import { withTable } from '../../src/table/in-table.ts';
import { fingerprint } from '../../src/taps/compact/merge-files.ts';
import { closeWorlds } from '../support/world.ts';
import { NOON, openTapsWorld, tap, type TapsWorld } from './support/taps-world.ts';

afterAll(closeWorlds, 60_000);

const HOUR = 3_600_000n;
const DAY = 24n * HOUR;

const run = (world: TapsWorld, more: Partial<Parameters<typeof maintain>[1]> = {}): Promise<Maintained> =>
  maintain(world, { grace: 24 * 3600, retention: 7 * 24 * 3600, dryRun: false, ...more });

/** Names of the table's files, without attempts. */
const names = async ({ pool }: TapsWorld): Promise<string[]> => {
  const { rows } = await pool.query<{ uri: string }>('SELECT uri FROM ledger.files WHERE version_removed IS NULL');
  return rows.map(({ uri }) => uri.replace(/^.*\/taps\//, '').replace(/-[0-9a-f]{20}/, '')).sort();
};

/** Three micro-batches of three partitions, of two days. */
async function landed(): Promise<TapsWorld> {
  const world = await openTapsWorld();
  for (const batch of [0, 1, 2])
    await world.land(
      [0, 1, 2].flatMap((partition) =>
        [0, 1, 2, 3].map((one) =>
          tap(4 * batch + one, { partition, timestamp: NOON + BigInt(one % 2) * DAY - BigInt(batch) * HOUR }),
        ),
      ),
    );
  return world;
}

test('the small files of a closed date become one, sorted by time, with the same rows', async () => {
  const world = await landed();
  const before = await world.taps();
  expect(await names(world)).toHaveLength(18);
  const foreseen = await run(world, { dryRun: true });
  expect(await names(world)).toHaveLength(18);
  const done = await run(world);
  expect(done.merged).toMatchObject(
    ['2026-03-01', '2026-03-02'].map((date) => ({
      table: 'taps',
      date,
      rows: 18,
      before: { files: 9 },
      after: { files: 1 },
    })),
  );
  expect(foreseen.merged.map(({ after, ...one }) => ({ ...one, files: after.files }))).toEqual(
    done.merged.map(({ after, ...one }) => ({ ...one, files: after.files })),
  );
  expect(done).toMatchObject({ unmerged: [], busy: [], kept: { files: 18 } });
  expect(await names(world)).toEqual([
    'service_date=2026-03-01/compacted-0.parquet',
    'service_date=2026-03-02/compacted-0.parquet',
  ]);
  expect(await world.taps()).toEqual(before);
  // As they lie in the file.
  const lying = await world.rows(
    `SELECT _timestamp, partition, "offset" FROM taps WHERE service_date = DATE '2026-03-01'`,
  );
  const texts = lying.map(
    (row) => `${String(row['_timestamp'])} ${String(row['partition'])} ${String(row['offset']).padStart(3)}`,
  );
  expect(texts).toEqual(texts.toSorted());
  expect(await world.status()).toMatchObject([{ rows: 36, version: 5, taps: { records: 36, missing: 0 } }]);
  // Nothing is left to do, and records that come again are known.
  expect((await run(world)).merged).toEqual([]);
  expect(await world.land([tap(0)])).toMatchObject([{ written: 0 }]);
});

test('notes of the new file are those of the files: ids, types, treatments, bounds, without those of hidden columns', async () => {
  const world = await landed();
  const notes = async () =>
    (
      await world.pool.query<{ statistics: Record<string, Record<string, unknown>> }>(
        `SELECT treatments, column_ids, types, contract_version, batch_id, load_id, statistics FROM ledger.files
         WHERE version_removed IS NULL ORDER BY uri LIMIT 1`,
      )
    ).rows[0];
  const { statistics: before, ...rest } = (await notes())!;
  await run(world);
  const { statistics: after, ...same } = (await notes())!;
  expect(same).toEqual(rest);
  const ids = (statistics: Record<string, Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(statistics).map(([name, { id }]) => [name, id]));
  expect(ids(after)).toEqual(ids(before));
  expect(after['service_date']).toMatchObject({ min: '2026-03-01', max: '2026-03-01', nulls: 0, values: 18 });
  expect(after['offset']).toMatchObject({ min: '0', max: '10' });
  expect(after['token_id']).not.toHaveProperty('min');
});

test('a date is closed when its day has been over for the grace, by the clock of the database', async () => {
  const { stream } = tapsContract();
  const world = await openTapsWorld(tapsContract({ stream: { ...stream!, timeZone: 'UTC', dayStartsAt: '00:00' } }));
  const now = BigInt(Date.now());
  const midnight = now - (now % DAY);
  for (const offset of [0, 1])
    await world.land([tap(offset, { timestamp: midnight - 1n }), tap(offset + 2, { timestamp: now })]);
  const since = Number(now - midnight) / 1000;
  expect((await run(world, { tapGrace: since + 600 })).merged).toEqual([]);
  expect((await run(world, { tapGrace: since - 600 })).merged).toMatchObject([
    { before: { files: 2 }, after: { files: 1 } },
  ]);
});

test('late taps for a closed date are right at once, and are merged by the next run', async () => {
  const world = await landed();
  await run(world);
  await world.land([tap(100)]);
  await world.land([tap(101)]);
  expect(await names(world)).toHaveLength(4);
  expect(await world.taps()).toHaveLength(38);
  expect((await run(world)).merged).toMatchObject([{ date: '2026-03-01', before: { files: 3 }, rows: 20 }]);
  expect(await names(world)).toHaveLength(2);
  expect(await world.rows('SELECT count(*) AS n, count(DISTINCT (partition, "offset")) AS d FROM taps')).toEqual([
    { n: '38', d: '38' },
  ]);
});

test('records that come while it works are neither lost nor in its way', async () => {
  const world = await landed();
  let offset = 200;
  const stage: ObjectStore = {
    ...world.stage,
    adopt: async (...given) => {
      await world.land([tap((offset += 1)), tap((offset += 1), { partition: 1 })]);
      return world.stage.adopt(...given);
    },
  };
  const done = await run({ ...world, stage });
  // What comes while a date is worked on is left to the next run.
  expect(done.merged).toMatchObject([{ rows: 18 }, { rows: 18 }]);
  expect(done.unmerged).toEqual([]);
  const { length } = await world.taps();
  expect(length).toBe(36 + offset - 200);
  expect(await world.status()).toMatchObject([{ rows: length, taps: { records: length } }]);
});

test('a file that is taken out meanwhile: the date is given up and told, nothing of it is changed', async () => {
  const world = await landed();
  let taken = false;
  const stage: ObjectStore = {
    ...world.stage,
    adopt: async (...given) => {
      if (!taken)
        await world.pool.query(
          `WITH next AS (INSERT INTO ledger.versions (table_name, version, attempt_id, contract_version, rows)
             SELECT table_name, version + 1, attempt_id, contract_version, rows - 1 FROM ledger.versions WHERE version = 3 RETURNING *)
           UPDATE ledger.files f SET version_removed = n.version FROM next n
           WHERE f.id = (SELECT min(id) FROM ledger.files WHERE uri LIKE '%=2026-03-01/%')`,
        );
      taken = true;
      return world.stage.adopt(...given);
    },
  };
  const done = await run({ ...world, stage });
  expect(done.unmerged).toEqual([
    { table: 'taps', date: '2026-03-01', why: expect.stringMatching(/Another commit/) as string },
  ]);
  expect(done.merged).toMatchObject([{ date: '2026-03-02' }]);
  expect(await names(world)).toHaveLength(9);
});

test('a damaged file is not written anew: its date is left and told, others are merged', async () => {
  const world = await landed();
  const { rows } = await world.pool.query<{ uri: string }>(
    `SELECT uri FROM ledger.files WHERE uri LIKE '%=2026-03-02/%' LIMIT 1`,
  );
  const file = fileURLToPath(rows[0]!.uri);
  const bytes = await readFile(file);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(file, bytes);
  expect(await run(world)).toMatchObject({
    merged: [{ date: '2026-03-01' }],
    unmerged: [{ table: 'taps', date: '2026-03-02', why: expect.stringContaining(rows[0]!.uri) as string }],
  });
  expect(await names(world)).toHaveLength(10);
});

test('a merge that would lose, double or change a row cannot be committed', async () => {
  const world = await landed();
  await world.pool.query(`UPDATE ledger.files SET rows = rows + 1 WHERE id = (SELECT min(id) FROM ledger.files)`);
  expect((await run(world)).unmerged).toMatchObject([{ why: expect.stringMatching(/the manifest says/) as string }]);
  await withEngine(world, async (engine) => {
    const print = (rows: string) =>
      fingerprint(
        engine,
        [{ name: 'a' }, { name: 'b' }],
        `(SELECT *, DATE '2026-03-01' AS service_date FROM (VALUES ${rows}) v(a, b))`,
        '2026-03-01',
      );
    const right = await print(`(1, 'x'), (2, NULL), (2, NULL)`);
    expect(await print(`(2, NULL), (1, 'x'), (2, NULL)`)).toEqual(right);
    for (const wrong of [
      `(1, 'x'), (2, NULL)`,
      `(1, 'x'), (1, 'x'), (2, NULL)`,
      `(1, 'y'), (2, NULL), (2, NULL)`,
      `(2, 'x'), (1, NULL), (2, NULL)`,
    ])
      expect(await print(wrong)).not.toEqual(right);
  });
});

test('files with other columns or treatments are not merged with each other; a column that came later stays NULL', async () => {
  const world = await landed();
  const contract = tapsContract();
  const zone = { ...contract.columns[3]!, id: 105, name: 'zone', sourceName: 'zone', nullable: true };
  world.contracts.set('taps', { ...contract, version: 2, columns: [...contract.columns, zone], lastColumnId: 105 });
  for (const offset of [50, 51])
    await world.land([
      tap(offset, {
        value: Buffer.from(`{"tapId":"t","tokenId":"x","stopId":"1","deviceId":"2","zone":"Z${offset}"}`),
      }),
    ]);
  const before = await world.taps();
  expect((await run(world)).merged).toMatchObject([
    { date: '2026-03-01', before: { files: 9 } },
    { date: '2026-03-01', before: { files: 2 }, rows: 2 },
    { date: '2026-03-02', before: { files: 9 } },
  ]);
  expect(await world.taps()).toEqual(before);
  expect(await world.rows('SELECT zone, count(*) AS n FROM taps GROUP BY 1 ORDER BY 1 NULLS LAST')).toEqual([
    { zone: 'Z50', n: '1' },
    { zone: 'Z51', n: '1' },
    { zone: null, n: '36' },
  ]);
});

test('a held table, one whose contract says other things, and one that is worked on are left alone and told', async () => {
  const world = await landed();
  await holdTable(world, 'taps', 'the vendor looks into it');
  expect(await run(world)).toMatchObject({
    merged: [],
    unmerged: [{ table: 'taps', date: null, why: expect.stringMatching(/held/) as string }],
  });
  await releaseTable(world, 'taps');
  const contract = tapsContract();
  for (const columns of [
    contract.columns.slice(0, 3),
    contract.columns.map((one) => (one.id === 102 ? { ...one, treatment: 'keep' as const } : one)),
  ]) {
    world.contracts.set('taps', { ...contract, columns });
    expect(await run(world)).toMatchObject({ merged: [], unmerged: [{ table: 'taps', date: null }] });
  }
  world.contracts.set('taps', contract);
  await withTable(world, 'taps', async () => {
    expect(await run(world)).toMatchObject({ merged: [], unmerged: [], busy: ['taps'] });
  });
  expect(await names(world)).toHaveLength(18);
});
