/** Proves, by the commands, that what comes of the sample's taps is what the generator says: table, quarantine, offsets, reconciliation. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { closeHomes, openHome, queryJson, REPOSITORY, type Home } from '../../../packages/cli/test/support/command.ts';
import { formatDatasetKey, parseInstant } from '../../../packages/dmap/src/index.ts';
import { generateUses, type Compared } from '../src/index.ts';

const SAMPLE = path.join(REPOSITORY, 'sample_data');
const EVENTS = path.join(SAMPLE, 'taps/events.jsonl');

interface Expected {
  readonly cluster: string;
  readonly events: number;
  readonly records: number;
  readonly repeated: number;
  readonly rows: number;
  readonly ids: number;
  readonly tombstones: number;
  readonly quarantine: Record<string, number>;
  readonly days: Record<string, number>;
  readonly stops: Record<string, number>;
  readonly partitions: readonly { partition: number; first: number; last: number; records: number; missing: number }[];
  readonly checks: readonly ({ partition: number; offset: number; why: string } & Record<string, unknown>)[];
  readonly reconciliation: readonly Compared[];
}

let expected: Expected;
let home: Home;

const openSample = () => openHome({ FARELAKE_REGISTRY: path.join(REPOSITORY, 'packages/schema-registry/registry') });

beforeAll(async () => {
  expected = JSON.parse(await readFile(path.join(SAMPLE, 'taps/expected.json'), 'utf8')) as Expected;
  home = await openSample();
}, 60_000);
afterAll(closeHomes, 60_000);

/** By the command, as JSON. */
async function json(of: Home, ...args: string[]): Promise<unknown> {
  const { code, out, err } = await of.run(...args, '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out);
}

async function expectTables(of: Home): Promise<void> {
  const counts = await queryJson(of, 'SELECT count(*) AS n, count(DISTINCT tap_id) AS ids FROM taps');
  expect(counts).toEqual([{ n: expected.rows, ids: expected.ids }]);
  const by = async (column: string) => {
    const rows = await queryJson(of, `SELECT CAST(${column} AS VARCHAR) AS name, count(*) AS n FROM taps GROUP BY ALL`);
    return Object.fromEntries((rows as { name: string; n: number }[]).map(({ name, n }) => [name, n]));
  };
  expect(await by('service_date')).toEqual(expected.days);
  expect(await by('stop_id')).toEqual(expected.stops);
  for (const { why, partition, offset, ...row } of expected.checks) {
    const columns = Object.keys(row).join(', ');
    const where = `partition = ${partition} AND "offset" = ${offset}`;
    expect({ why, rows: await queryJson(of, `SELECT ${columns} FROM taps WHERE ${where}`) }).toEqual({
      why,
      rows: [row],
    });
  }
  const status = (await json(of, 'taps', 'status')) as {
    partitions: readonly Record<string, unknown>[];
    refused: readonly { reason: string; records: number }[];
  };
  expect(Object.fromEntries(status.refused.map(({ reason, records }) => [reason, records]))).toEqual(
    expected.quarantine,
  );
  expect(
    status.partitions.map(({ partition, firstOffset, lastOffset, records, missing }) => {
      return { partition, first: Number(firstOffset), last: Number(lastOffset), records, missing };
    }),
  ).toEqual(expected.partitions);
}

test('before anything came the comparison is there, and empty', async () => {
  expect(await queryJson(home, 'SELECT * FROM tap_reconciliation')).toEqual([]);
});

test('events once more, whole and in parts, and late: each record once', async () => {
  const poison = Object.values(expected.quarantine).reduce((sum, n) => sum + n, 0);
  const { records, repeated, rows, tombstones } = expected;
  expect(await json(home, 'taps', 'replay', EVENTS)).toEqual({
    events: expected.events,
    tables: [
      {
        ...{ table: 'taps', topic: 'taps', records, repeated, written: rows, quarantined: poison, tombstones },
        madeAnew: 0,
      },
    ],
  });
  await expectTables(home);
  expect(await json(home, 'taps', 'replay', EVENTS)).toMatchObject({ tables: [{ repeated: records, written: 0 }] });
  expect(await queryJson(home, 'SELECT DISTINCT _cluster AS cluster FROM taps')).toEqual([
    { cluster: expected.cluster },
  ]);
}, 120_000);

test('in the opposite order: the same tables', async () => {
  const other = await openSample();
  const lines = (await readFile(EVENTS, 'utf8')).trimEnd().split('\n');
  const file = path.join(other.folder, 'reversed.jsonl');
  await writeFile(file, `${lines.toReversed().join('\n')}\n`);
  expect(await json(other, 'taps', 'replay', file)).toMatchObject({ tables: [{ written: expected.rows }] });
  await expectTables(other);
}, 120_000);

/** Of the devices of the trial; of the columns that differ from each other, those that are not 0. */
async function compared(source: string): Promise<Compared[]> {
  const rows = (await queryJson(
    home,
    `SELECT * REPLACE (CAST(service_date AS VARCHAR) AS service_date) FROM tap_reconciliation
     WHERE source = '${source}' AND device_id IN (SELECT device_id FROM taps) ORDER BY service_date, device_id`,
  )) as Record<string, unknown>[];
  const kept = new Set(['service_date', 'device_id', 'source', 'taps', 'transactions', 'seen']);
  return rows.map(
    (row) =>
      Object.fromEntries(
        Object.entries(row).filter(([name, value]) => kept.has(name) || value !== 0),
      ) as unknown as Compared,
  );
}

const expectedOf = (source: string) => expected.reconciliation.filter((row) => row.source === source);

test('beside the transactions of the database', async () => {
  expect(await home.run('ingest', path.join(SAMPLE, 'cubic'), '--table', 'EDW.FARE_TRANSACTION')).toMatchObject({
    code: 0,
  });
  const found = await compared('edw_fare_transaction');
  expect(found).toEqual(expectedOf('edw_fare_transaction'));
  for (const name of ['missing_taps', 'missing_transactions', 'taps_twice'])
    expect({ name, shown: found.some((row) => name in row) }).toEqual({ name, shown: true });
}, 120_000);

test('and beside those of the API', async () => {
  const folder = path.join(home.folder, 'incoming');
  for (const { set, datasetId, startDate, endDate, lastUpdated, body } of generateUses()) {
    const key = { set, datasetId, startDate, endDate, lastUpdated: parseInstant(lastUpdated) ?? '' };
    const file = path.join(folder, formatDatasetKey(key));
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, body);
  }
  expect(await home.run('ingest', folder)).toMatchObject({ code: 0 });
  const found = await compared('dmap_use_transaction_location');
  expect(found).toEqual(expectedOf('dmap_use_transaction_location'));
  expect(found.some((row) => 'transactions_twice' in row)).toBe(true);
  // The sums of both are those of the tables.
  const [sums] = (await queryJson(
    home,
    `SELECT sum(taps)::BIGINT AS taps, sum(seen + missing_transactions)::BIGINT AS also FROM tap_reconciliation
     WHERE source = 'edw_fare_transaction'`,
  )) as Record<string, number>[];
  expect(sums).toEqual({ taps: expected.ids, also: expected.ids });
}, 120_000);

test('the view is told among those that can be queried', async () => {
  const { code, err } = await home.run('query', 'SELECT * FROM tap_reconciliations');
  expect({ code, told: err.includes('taps, tap_reconciliation') }).toEqual({ code: 1, told: true });
});
