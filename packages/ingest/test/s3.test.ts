/** Proves that buckets are places like folders: the same answers from deliveries and tables in S3, whatever the network does. */
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Fault } from '../../lake/test/support/s3-front.ts';
import { createViews, withEngine } from '../src/index.ts';
import { openFaultyBucket, type FaultyBucket } from './support/faulty-bucket.ts';
import { closeWorlds, openWorld, REPOSITORY, type World } from './support/world.ts';

const VENDOR = path.resolve(REPOSITORY, '../shared/samples/cubic/ods_qlik');
const FEED = path.join(REPOSITORY, 'sample_data/cubic');
const BUCKET = 'fares';

let bucket: FaultyBucket;
let server: FaultyBucket['server'];
let front: FaultyBucket['front'];
beforeAll(async () => {
  bucket = await openFaultyBucket(BUCKET);
  ({ server, front } = bucket);
});
afterEach(() => {
  front.fault = () => undefined;
});
afterAll(async () => {
  await closeWorlds();
  await bucket.close();
}, 60_000);

/** Puts a folder into the bucket, as its deliverer would. */
async function deliver(folder: string, prefix: string, wanted?: (file: string) => boolean): Promise<string> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const inside = path.relative(folder, file).split(path.sep).join('/');
    if (!entry.isFile() || wanted?.(inside) === false) continue;
    const Body = await readFile(file);
    await server.client.send(new PutObjectCommand({ Bucket: BUCKET, Key: `${prefix}/${inside}`, Body }));
  }
  return `s3://${BUCKET}/${prefix}`;
}

const TABLES: Record<string, Parameters<World['addTable']>[1]> = {
  'EDW.FARE_TRANSACTION': {},
  'EDW.CARD': { cdc: { beforeImage: 'full' } },
  'EDW.STOP_POINT': { cdc: { updateImage: 'full', beforeImage: 'partial' }, key: ['STOP_ID', 'PLATFORM_CODE'] },
  'EDW.PRODUCT': {},
  'EDW.DEVICE_EVENT': {},
};

async function addTables(world: World, from: string): Promise<void> {
  for (const [table, options] of Object.entries(TABLES))
    await world.addTable(table, { from, ...options, segmentRows: 500 });
}

/** All that can be queried, and how the tables stand; numbers of loads may differ. */
async function answers(world: World): Promise<unknown> {
  const views = [...world.contracts.keys()].sort().flatMap((table) => [table, `${table}_history`]);
  const rows = [];
  for (const view of views) {
    const without = view.endsWith('_history') ? 'EXCLUDE (_load_id)' : '';
    rows.push([view, await world.rows(`SELECT * ${without} FROM ${view} ORDER BY ALL NULLS FIRST`)]);
  }
  const statuses = (await world.status()).map(({ table, state, rows: count, loads, orphans, conflicts }) => {
    return { table, state, count, loads, orphans, conflicts };
  });
  return { rows, statuses };
}

const urisOf = async (world: World): Promise<string[]> =>
  (await world.pool.query<{ uri: string }>('SELECT uri FROM ledger.files ORDER BY uri')).rows.map(({ uri }) => uri);

describe('the sample feed', () => {
  let fromFolder: World;
  let fromBucket: World;
  let incoming = '';
  beforeAll(async () => {
    fromFolder = await openWorld();
    await addTables(fromFolder, FEED);
    await fromFolder.ingest(FEED);
    incoming = await deliver(FEED, 'incoming/cubic');
    fromBucket = await openWorld(`s3://${BUCKET}/zones`);
    await addTables(fromBucket, incoming);
    await fromBucket.ingest(incoming);
  }, 120_000);

  it('what came from a folder and comes from a bucket, with other tags, is known by its bytes', async () => {
    const world = await openWorld();
    await addTables(world, FEED);
    await world.ingest(FEED);
    const before = await answers(world);
    const receipts = async (): Promise<unknown[]> =>
      (await world.pool.query<{ load_id: number }>('SELECT load_id FROM ledger.receipts ORDER BY 1')).rows;
    const counted = await receipts();
    await world.ingest(incoming);
    expect(await receipts()).toEqual(counted);
    const { rows, statuses } = (await answers(world)) as {
      rows: unknown;
      statuses: { state: string; loads: object }[];
    };
    expect(rows).toEqual((before as { rows: unknown }).rows);
    expect(new Set(statuses.map(({ state }) => state))).toEqual(new Set(['live']));
    const { rows: others } = await world.pool.query<{ state: string; reason: string }>(
      `SELECT DISTINCT l.state, l.reason FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id
       WHERE o.store_uri LIKE 's3:%' AND l.reason NOT LIKE 'older than%'`,
    );
    expect(others.map(({ state }) => state)).toEqual(others.map(() => 'superseded'));
    expect(others[0]?.reason).toMatch(/^the same content came before as/);
  }, 120_000);

  it('gives the same answers from buckets as from folders', async () => {
    expect([...fromBucket.contracts]).toEqual([...fromFolder.contracts]);
    const found = await answers(fromBucket);
    expect(found).toEqual(await answers(fromFolder));
    const uris = await urisOf(fromBucket);
    expect(uris.length).toBeGreaterThan(10);
    for (const uri of uris) expect(uri).toMatch(/^s3:\/\/fares\/zones\/stage\/edw_[a-z_]+\//);
    // What was fetched and written is gone with the work.
    expect(await readdir(fromBucket.scratch)).toEqual([]);
  }, 60_000);

  it('ingested once more reads no object again', async () => {
    front.seen.length = 0;
    const { registered } = await fromBucket.ingest(incoming);
    expect(registered).toMatchObject({ fresh: 0, unreadable: [] });
    expect(front.seen.filter(({ url }) => !url.includes('list-type'))).toEqual([]);
  });

  it('is fetched by tables that a statement names, and no others', async () => {
    front.seen.length = 0;
    const [row] = await fromBucket.rows('SELECT count(*)::INTEGER AS n FROM "EDW_Product"');
    expect(Number(row?.['n'])).toBeGreaterThan(0);
    expect(front.seen.length).toBeGreaterThan(0);
    for (const { url } of front.seen) expect(url).toMatch(/\/zones\/stage\/edw_product\//);
    expect(await fromBucket.rows("SELECT count(*) AS n FROM query_table('edw_card')")).not.toEqual([]);
    const columns = await fromBucket.rows(
      // The ledger's own relations are in a schema of theirs.
      `SELECT table_name FROM duckdb_columns() WHERE NOT internal AND schema_name <> 'ledger'`,
    );
    expect(new Set(columns.map((one) => one['table_name'])).size).toBe(11);
    // A name that no one can see in the text fails; it does not answer with nothing.
    await expect(fromBucket.rows(`SELECT * FROM query_table('edw_' || 'card')`)).rejects.toThrow();
    const byColumn = `SELECT count(*) FROM query_table('edw_' || 'card') WHERE card_token IS NOT NULL`;
    await expect(fromBucket.rows(byColumn)).rejects.toThrow(/does not name it/);
  });

  it('whose scratch has no room says so before it fetches anything', async () => {
    const unreadable = await withEngine({ ...fromBucket, scratchLimit: 1000 }, async (engine) => {
      front.seen.length = 0;
      return (await createViews(engine, fromBucket.pool, fromBucket.contracts.values())).unreadable;
    });
    expect(unreadable.length).toBe(10);
    for (const { reason } of unreadable) expect(reason).toMatch(/have to be fetched.*1\.0 kB.*FARELAKE_SCRATCH_LIMIT/);
    expect(front.seen).toEqual([]);
  });

  it('of which a file is gone says which; the other tables are there', async () => {
    const uri = (await urisOf(fromBucket)).find((one) => one.includes('/edw_product/')) ?? '';
    const Key = uri.slice(`s3://${BUCKET}/`.length);
    await server.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key }));
    await withEngine(fromBucket, async (engine) => {
      const { unreadable } = await createViews(engine, fromBucket.pool, fromBucket.contracts.values());
      expect(unreadable.map(({ table }) => table)).toEqual(['edw_product']);
      expect(unreadable[0]?.reason).toMatch(/^edw_product\/base\/|zones\/stage\/edw_product.*Restore the file\.$/);
      expect(await engine.rows('SELECT count(*) AS n FROM edw_card')).not.toEqual([]);
    });
  });
});

(existsSync(VENDOR) ? describe : describe.skip)("the vendor's samples", () => {
  it('give the five rows from a bucket, named by a prefix or whole', async () => {
    for (const from of [await deliver(VENDOR, 'vendor/ods_qlik'), `s3://${BUCKET}/vendor`]) {
      const world = await openWorld(`s3://${BUCKET}/vendor-zones-${from.length}`);
      await world.addTable('EDW.SAMPLE', { from });
      expect((await world.ingest(from)).tables).toMatchObject([{ loaded: 4, rowsLoaded: 7, applied: 4 }]);
      const rows = await world.rows('SELECT sample_id, sample_name FROM edw_sample ORDER BY 1');
      expect(rows.map((row) => row['sample_name'])).toEqual([
        'Sample 1 🔥',
        'Sample 2 🔥🔥',
        'Sample 3',
        'Sample 4 🔥🔥🔥🔥',
        'Sample 5 🔥🔥🔥🔥🔥',
      ]);
    }
  }, 60_000);
});

describe('a store', () => {
  const wanted = (file: string) => /EDW\.(?:CARD|PRODUCT|STOP_POINT)/.test(file);
  const names = ['EDW.CARD', 'EDW.PRODUCT', 'EDW.STOP_POINT'];

  it('that fails and stalls now and then gives the same tables', async () => {
    const quiet = await openWorld();
    const from = await deliver(FEED, 'faulty/cubic', wanted);
    const world = await openWorld(`s3://${BUCKET}/faulty-zones`);
    const faults: Fault[] = ['reset', 'lost', 'cut', 'stall', 'mute', 'busy', 'broken'];
    // A fixed sequence of numbers, so that a failure comes again.
    let state = 42;
    const next = (below: number) => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % below;
    front.fault = () => (next(100) < 12 ? faults[next(faults.length)] : undefined);
    for (const one of [quiet, world])
      for (const table of names)
        await one.addTable(table, { from: one === world ? from : FEED, ...TABLES[table], segmentRows: 500 });
    await world.ingest(from);
    const found = await answers(world);
    front.fault = () => undefined;
    for (const fault of faults) expect(front.done[fault] ?? 0).toBeGreaterThan(0);
    await quiet.ingest(FEED);
    const expected = (await answers(quiet)) as { statuses: { table: string }[] };
    const mine = expected.statuses.filter(({ table }) => world.contracts.has(table));
    expect(found).toEqual({ ...expected, statuses: mine });
  }, 120_000);

  it('that always fails is told in bounded time, and nothing is lost', async () => {
    const from = await deliver(FEED, 'down/cubic', wanted);
    // How long it is asked again is said elsewhere; here each time is one.
    const patience = { retries: 0, ofStores: 0, first: 1, longest: 1 };
    const world = await openWorld(`s3://${BUCKET}/down-zones`, { patience });
    for (const table of names) await world.addTable(table, { from, ...TABLES[table] });
    const begin = performance.now();
    front.fault = () => 'busy';
    await expect(world.ingest(from)).rejects.toMatchObject({ code: 'store-unreachable' });
    // Gone only once everything is registered.
    let listed = false;
    front.fault = ({ url }) => {
      listed ||= url.includes('.dfm');
      return listed && url.includes('.csv.gz') ? 'reset' : undefined;
    };
    const { troubled } = await world.ingest(from);
    expect(troubled.map(({ error }) => (error as { code?: string }).code)).toEqual(
      names.map(() => 'store-unreachable'),
    );
    expect(performance.now() - begin).toBeLessThan(60_000);
    front.fault = () => undefined;
    expect((await world.ingest(from)).troubled).toEqual([]);
    expect((await world.status()).map(({ state }) => state)).toEqual(['live', 'live', 'live']);
    expect(await world.troubles()).toEqual([]);
  }, 120_000);
});
