/** What becomes of records: rows, quarantine, archive, the ledger (docs/taps.md). */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { partitionProgress } from '@farelake/db';
import { holdTable, releaseTable } from '../../src/index.ts';
import { tapsContract } from '../../../schema-registry/test/taps-contract.ts';
import { closeWorlds } from '../support/world.ts';
import { NOON, openTapsWorld, poison, tap } from './support/taps-world.ts';

afterAll(closeWorlds, 60_000);

test('rows with their place in the topic, tokens hashed, by service day', async () => {
  const world = await openTapsWorld();
  const late = tap(1, { timestamp: NOON - 5n * 3_600_000n });
  expect(await world.land([tap(0), late, tap(2, { partition: 3 })])).toEqual([
    {
      ...{ table: 'taps', topic: 'taps', records: 3, repeated: 0, written: 3, quarantined: 0, tombstones: 0 },
      madeAnew: 0,
    },
  ]);
  const rows = await world.rows('SELECT * FROM taps ORDER BY partition, "offset"');
  expect(rows[0]).toEqual({
    ...{
      tap_id: '0-0',
      token_id: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      stop_id: '70061',
      device_id: 'V-7',
    },
    ...{ topic: 'taps', partition: '0', offset: '0', _cluster: 'one', _epoch: '0' },
    ...{ _timestamp: '2026-03-01 12:00:00', _timestamp_type: 'CreateTime', service_date: '2026-03-01' },
  });
  expect(rows.map(({ service_date: day }) => day)).toEqual(['2026-03-01', '2026-02-28', '2026-03-01']);
  const files = await world.rows('SELECT uri FROM ledger.files ORDER BY uri');
  expect(
    files.map(({ uri }) =>
      String(uri)
        .replace(/-[0-9a-f]{20}\./, '-ATTEMPT.')
        .replace(/^.*stage/, ''),
    ),
  ).toEqual([
    '/taps/service_date=2026-02-28/0-1-1-ATTEMPT.parquet',
    '/taps/service_date=2026-03-01/0-0-0-ATTEMPT.parquet',
    '/taps/service_date=2026-03-01/3-2-2-ATTEMPT.parquet',
  ]);
});

test('what came before is left out, wherever a delivery begins and ends', async () => {
  const world = await openTapsWorld();
  await world.land([tap(0), tap(1), tap(2)]);
  expect(await world.land([tap(1), tap(2), tap(3), tap(3)])).toMatchObject([
    {
      repeated: 3,
      written: 1,
    },
  ]);
  expect(await world.land([tap(0), tap(3)])).toMatchObject([{ repeated: 2, written: 0 }]);
  expect(await world.rows('SELECT "offset" FROM taps ORDER BY 1')).toEqual(
    ['0', '1', '2', '3'].map((offset) => ({ offset })),
  );
  expect(await world.status()).toMatchObject([
    {
      table: 'taps',
      state: 'live',
      rows: 4,
      version: 2,
      quarantined: 0,
      taps: { partitions: 1, records: 4, missing: 0 },
    },
  ]);
});

test('poison is in quarantine once, with its reason and its bytes; a tombstone is neither', async () => {
  const world = await openTapsWorld();
  const records = [
    poison(0),
    tap(1, { value: Buffer.from([0xff, 0xfe]), key: Buffer.from('k'), headers: [['h', Buffer.from([1])]] }),
    tap(2, { value: null }),
    tap(3),
  ];
  await world.land(records);
  await world.land(records);
  const refused = await world.rows(
    'SELECT r.record_offset, r.reason, r.detail, r.size, b.rows_uri FROM ledger.kafka_refused r JOIN ledger.kafka_batches b ON b.id = r.batch_id ORDER BY 1',
  );
  expect(refused).toEqual([
    {
      record_offset: '0',
      reason: 'missing-field',
      detail: '$.tokenId',
      size: '12',
      rows_uri: expect.any(String) as string,
    },
    { record_offset: '1', reason: 'not-utf8', detail: null, size: '2', rows_uri: refused[0]?.['rows_uri'] },
  ]);
  const text = await readFile(fileURLToPath(String(refused[0]?.['rows_uri'])), 'utf8');
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines[1]).toMatchObject({
    reason: 'not-utf8',
    record: { topic: 'taps', partition: 0, offset: 1, value: '//4=', key: 'aw==', headers: [{ h: [1] }] },
  });
  expect(await world.status()).toMatchObject([{ rows: 1, quarantined: 2, taps: { records: 4, tombstones: 1 } }]);
  expect(await world.rows('SELECT records, written, quarantined, tombstones FROM ledger.kafka_batches')).toEqual([
    { records: '4', written: '1', quarantined: '2', tombstones: '1' },
  ]);
});

test('records are kept as they came, those that are new; a contract may say that they are not', async () => {
  const world = await openTapsWorld();
  await world.land([tap(0), poison(1)]);
  await world.land([poison(1), tap(2)]);
  const kept = await world.rows('SELECT archive_uri FROM ledger.kafka_batches ORDER BY id');
  const offsets = await Promise.all(
    kept.map(async ({ archive_uri: uri }) =>
      gunzipSync(await readFile(fileURLToPath(String(uri))))
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { offset: number }).offset),
    ),
  );
  expect(offsets).toEqual([[0, 1], [2]]);
  const { stream } = tapsContract();
  const other = await openTapsWorld(
    tapsContract({ stream: { ...stream, timeZone: 'UTC', dayStartsAt: '00:00', archive: false } }),
  );
  await other.land([tap(0)]);
  expect(await other.rows('SELECT archive_uri FROM ledger.kafka_batches')).toEqual([{ archive_uri: null }]);
});

test('the same offsets of another cluster, another topic, or of a topic made anew are other records', async () => {
  const world = await openTapsWorld();
  await world.land([tap(0), tap(1)]);
  await world.land([tap(0), tap(1)], { cluster: 'two' });
  await world.land([tap(0, { topic: 'taps-new' })]);
  const anew = tap(0, { timestamp: NOON + 1n });
  expect(await world.land([anew])).toMatchObject([{ written: 1, repeated: 0, madeAnew: 1 }]);
  expect(await world.land([anew, tap(0)])).toMatchObject([{ written: 0, repeated: 2 }]);
  // Known ids tell it also where the records are equal.
  await world.land([tap(5)], { topicIds: new Map([['taps', 'id-1']]) });
  await world.land([tap(5)], { topicIds: new Map([['taps', 'id-2']]) });
  expect(await world.rows('SELECT _cluster, topic, _epoch, "offset" FROM taps ORDER BY ALL')).toEqual(
    [
      ['one', 'taps', '0', '0'],
      ['one', 'taps', '0', '1'],
      ['one', 'taps', '1', '0'],
      ['one', 'taps', '1', '5'],
      ['one', 'taps', '2', '5'],
      ['one', 'taps-new', '0', '0'],
      ['two', 'taps', '0', '0'],
      ['two', 'taps', '0', '1'],
    ].map(([_cluster, topic, _epoch, offset]) => ({ _cluster, topic, _epoch, offset })),
  );
});

test('what is missing between offsets is a gap until it comes', async () => {
  const world = await openTapsWorld();
  await world.land([tap(0), tap(5), tap(9)]);
  expect(await world.status()).toMatchObject([{ taps: { missing: 7 } }]);
  await world.land([6, 7, 8].map((offset) => tap(offset)));
  expect(await world.status()).toMatchObject([{ taps: { missing: 4 } }]);
  await world.land([1, 2, 3, 4].map((offset) => tap(offset)));
  expect(await world.status()).toMatchObject([{ taps: { missing: 0, records: 10 } }]);
});

test('two that bring the same records at once: each counts once', async () => {
  const world = await openTapsWorld();
  const offsets = Array.from({ length: 60 }, (_, index) => index);
  const deliveries = Array.from({ length: 8 }, (_, worker) =>
    offsets.slice(worker * 5, worker * 5 + 25).map((offset) => tap(offset)),
  );
  const landed = (await Promise.all(deliveries.map((records) => world.land(records)))).flat();
  expect(landed.reduce((sum, { written }) => sum + written, 0)).toBe(60);
  expect(await world.rows('SELECT count(*) AS n, count(DISTINCT "offset") AS d FROM taps')).toEqual([
    { n: '60', d: '60' },
  ]);
  expect(await world.status()).toMatchObject([{ rows: 60 }]);
});

test('a held table takes nothing in, and all of it when it is released', async () => {
  const world = await openTapsWorld();
  await holdTable(world, 'taps', 'the vendor looks into it');
  await expect(world.land([tap(0)])).rejects.toMatchObject({ code: 'table-held' });
  await releaseTable(world, 'taps');
  await world.land([tap(0)]);
  expect(await world.status()).toMatchObject([{ state: 'live', rows: 1 }]);
});

test('another key than that of the rows that are there is refused', async () => {
  const world = await openTapsWorld();
  await world.land([tap(0)]);
  process.env['FARELAKE_HMAC_KEY'] = 'f'.repeat(64);
  try {
    await expect(world.land([tap(1)])).rejects.toMatchObject({ code: 'table-held' });
  } finally {
    delete process.env['FARELAKE_HMAC_KEY'];
  }
  await world.land([tap(1)]);
});

test('a topic without a contract', async () => {
  const world = await openTapsWorld();
  world.contracts.set('rides', tapsContract({ dataset: 'rides', source: { schema: 'kafka', table: 'rides' } }));
  await expect(world.land([tap(0, { topic: 'other' })])).rejects.toMatchObject({ code: 'no-topic-contract' });
  // By its name, where there are two.
  expect(await world.land([tap(0, { topic: 'rides' })])).toMatchObject([{ table: 'rides' }]);
});

test('odd times and offsets of poison hide nothing: how things stand can be shown', async () => {
  const world = await openTapsWorld();
  const last = 2n ** 63n - 1n;
  await world.land([
    tap(0),
    tap(1, { timestamp: last }),
    tap(2, { timestamp: -last }),
    tap(last - 1n, { partition: 1 }),
    tap(last, { partition: 1 }),
  ]);
  await world.land([tap(0, { partition: 1 })]);
  expect(await world.status()).toMatchObject([
    { state: 'live', rows: 4, quarantined: 2, taps: { missing: Number.MAX_SAFE_INTEGER } },
  ]);
  expect(await partitionProgress(world.pool)).toMatchObject([
    { partition: 0, newestTimestamp: Number(NOON), missing: 0 },
    { partition: 1, lastOffset: String(last), gaps: 1, missing: Number.MAX_SAFE_INTEGER },
  ]);
});
