/** Proves that the audit knows what commits of topics wrote, misses what is gone of it, and adds up what the ledger says of them. */
import { rm, truncate, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { startAttempt } from '@farelake/db';
import { folderStore } from '@farelake/lake';
import { tapsContract } from '../../../schema-registry/test/taps-contract.ts';
import { audit, maintain, retryRefused, type Audited } from '../../src/index.ts';
import { closeWorlds } from '../support/world.ts';
import { NOON, openTapsWorld, poison, tap, type TapsWorld } from '../taps/support/taps-world.ts';

afterAll(closeWorlds, 60_000);

const ATTEMPT = 'aaaaaaaaaaaaaaaaaaaa';
const UNKNOWN = 'bbbbbbbbbbbbbbbbbbbb';

const look = (world: TapsWorld, options: Parameters<typeof audit>[2] = {}): Promise<Audited> =>
  audit(world, folderStore(world.delivered), options);

/** By kind and object: places are looked at side by side. */
const found = async (world: TapsWorld, options: Parameters<typeof audit>[2] = {}) =>
  (await look(world, options)).findings.map(({ kind, table, object }) => [kind, table, object]).toSorted();

async function landed(): Promise<TapsWorld> {
  const world = await openTapsWorld();
  for (const offset of [0, 10, 20])
    await world.land([
      tap(offset),
      poison(offset + 1),
      tap(offset + 2, { value: null }),
      tap(offset, { partition: 1, timestamp: NOON + 86_400_000n }),
    ]);
  return world;
}

/** Of the first batch with refused records. */
const batchFiles = async ({ pool }: TapsWorld) => {
  const { rows } = await pool.query<{ archive: string; refused: string; table: string }>(
    `SELECT archive_uri AS archive, rows_uri AS refused,
       (SELECT min(uri) FROM ledger.files WHERE version_removed IS NULL) AS table
     FROM ledger.kafka_batches WHERE rows_uri IS NOT NULL ORDER BY id LIMIT 1`,
  );
  return rows[0]!;
};

const local = (uri: string) => fileURLToPath(uri);

it('everything is there: nothing is found, before and after compaction; all of it is read with --content', async () => {
  const world = await landed();
  expect(await look(world, { content: true })).toMatchObject({
    ...{ findings: [], notes: [], found: { archive: 6, error: 3, stage: 6 } },
    // 6 of the table, 6 of records, 3 of refused ones.
    read: { files: 15 },
  });
  await maintain(world, { grace: 3600, retention: 3600, dryRun: false });
  expect(await look(world, { content: true })).toMatchObject({ findings: [], read: { files: 11 } });
  expect(await look(world, { dataset: 'taps' })).toMatchObject({ findings: [], found: { archive: 6, error: 3 } });
  expect(await look(world, { dataset: 'edw_x' })).toMatchObject({ findings: [], found: { archive: 0, error: 0 } });
});

it('what is gone of records, refused ones and the table', async () => {
  const world = await landed();
  const { archive, refused, table } = await batchFiles(world);
  for (const uri of [archive, refused, table]) await rm(local(uri));
  expect(await found(world)).toEqual([
    ['copy-gone', 'taps', archive],
    ['file-gone', 'taps', table],
    ['refused-gone', 'taps', refused],
  ]);
  expect(await found(world, { dataset: 'edw_x' })).toEqual([]);
});

it('what has another size', async () => {
  const world = await landed();
  const { archive, refused } = await batchFiles(world);
  await truncate(local(archive), 5);
  await truncate(local(refused), 0);
  expect(await found(world)).toEqual([
    ['copy-differs', 'taps', archive],
    ['refused-differs', 'taps', refused],
  ]);
});

it('what has other bytes in the same size shows with --content', async () => {
  const world = await landed();
  const { archive, refused, table } = await batchFiles(world);
  const sizes = await world.pool.query<{ uri: string; size: number }>(
    'SELECT archive_uri AS uri, archive_size AS size FROM ledger.kafka_batches UNION SELECT uri, size FROM ledger.files',
  );
  for (const { uri, size } of sizes.rows)
    if (uri === archive || uri === table) await writeFile(local(uri), 'x'.repeat(size));
  await writeFile(local(refused), 'x');
  expect(await found(world)).toEqual([]);
  const { findings } = await look(world, { content: true });
  expect(findings.map(({ kind, object }) => [kind, object]).toSorted()).toEqual([
    ['copy-damaged', archive],
    ['refused-damaged', refused],
    ['topic-damaged', table],
  ]);
  expect(findings.find(({ kind }) => kind === 'copy-damaged')?.problem).toMatch(/its rows|whose rows are in the table/);
});

it('files of dead attempts are a note until maintenance removes them; those of nobody are a finding', async () => {
  const world = await landed();
  await startAttempt(world.pool, { id: ATTEMPT, dataset: 'taps', batchId: null });
  for (const attempt of [ATTEMPT, UNKNOWN]) {
    await world.archive.put(Readable.from(['x']), `kafka/one/taps/0/0-0-${attempt}.jsonl.gz`);
    await world.error.put(Readable.from(['x']), `rows/kafka/one/taps/0/0-0-${attempt}.jsonl`);
  }
  const stray = [
    ['unknown-copy', null, world.archive.uriOf(`kafka/one/taps/0/0-0-${UNKNOWN}.jsonl.gz`)],
    ['unknown-copy', null, world.error.uriOf(`rows/kafka/one/taps/0/0-0-${UNKNOWN}.jsonl`)],
  ];
  expect(await found(world)).toEqual(stray);
  expect((await look(world)).notes).toMatchObject([{ kind: 'unnamed', count: 2 }]);
  await maintain(world, { grace: 0, retention: 3600, dryRun: false });
  expect(await found(world)).toEqual(stray);
  expect((await look(world)).notes).toEqual([]);
});

it('rows of the table, records of its topics, offsets and refused ones have to agree', async () => {
  const world = await landed();
  const change = async (sql: string, back: string) => {
    await world.pool.query(sql);
    const { findings } = await look(world);
    await world.pool.query(back);
    return findings.map(({ kind, object, problem }) => `${kind} ${object}: ${problem}`);
  };
  expect(
    await change(
      'UPDATE ledger.kafka_batches SET written = written + 1, records = records + 1 WHERE id = 1',
      'UPDATE ledger.kafka_batches SET written = written - 1, records = records - 1 WHERE id = 1',
    ),
  ).toEqual([
    'rows-differ records of its topics: its files have 6 rows, and 7 are told',
    'offsets-differ one taps-0: 9 offsets are taken, and 10 records were',
  ]);
  expect(
    await change(
      'UPDATE ledger.kafka_refused SET partition_id = (SELECT max(id) FROM ledger.kafka_partitions) WHERE record_offset = 11',
      'UPDATE ledger.kafka_refused SET partition_id = (SELECT min(id) FROM ledger.kafka_partitions) WHERE record_offset = 11',
    ),
  ).toEqual([
    'offsets-differ one taps-0: 2 refused records are noted, and 3 were refused',
    'offsets-differ one taps-1: 1 refused records are noted, and 0 were refused',
  ]);
  expect(await found(world)).toEqual([]);
});

it('refused records that are rows by now: their file stays, and is a note', async () => {
  const world = await openTapsWorld();
  const value = Buffer.from('{"tapId":"t","tokenId":"x","stopId":"1","deviceId":"2","zone":"Z"}');
  await world.land([tap(0), tap(1, { value })]);
  const contract = tapsContract();
  const zone = { ...contract.columns[3]!, id: 105, name: 'zone', sourceName: 'zone', nullable: true };
  const mended = { ...contract, version: 2, columns: [...contract.columns, zone], lastColumnId: 105 };
  world.contracts.set('taps', mended);
  expect(await retryRefused(world, mended, { dryRun: false })).toMatchObject({ accepted: 1 });
  for (let run = 0; run < 2; run += 1) {
    expect(await look(world, { content: true })).toMatchObject({
      findings: [],
      notes: [{ kind: 'unnamed', count: 1 }],
      found: { error: 1 },
    });
    await maintain(world, { grace: 0, retention: 0, dryRun: false });
  }
});

it('what is committed while it looks is no finding', async () => {
  const world = await landed();
  let offset = 100;
  const archive = {
    ...world.archive,
    list: async function* () {
      for await (const file of world.archive.list()) {
        await world.land([tap((offset += 1)), poison((offset += 1))]);
        yield file;
      }
    },
  };
  expect(await found({ ...world, archive }, { content: true })).toEqual([]);
  expect(offset).toBeGreaterThan(110);
});
