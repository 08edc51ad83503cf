/**
 * Proves that ten commands at once on one home and one bucket give the tables of one; that one which stalls is followed by
 * another, and changes nothing when it wakes.
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPool } from '@farelake/db';
import { startFront, type Front } from '../../lake/test/support/s3-front.ts';
import { startS3, s3Variables, type S3Server } from '../../lake/test/support/s3-server.ts';
import { closeHomes, openHome, REPOSITORY, type Home } from './support/command.ts';

const FEED = path.join(REPOSITORY, 'sample_data/cubic');
const REGISTRY = { FARELAKE_REGISTRY: path.join(REPOSITORY, 'packages/schema-registry/registry') };
const TABLES = ['edw_card', 'edw_device_event', 'edw_fare_transaction', 'edw_product', 'edw_stop_point'];

let s3: S3Server;
let front: Front;
beforeAll(async () => {
  s3 = await startS3();
  await s3.makeBucket('workers');
  front = await startFront(s3.endpoint);
}, 30_000);
afterAll(async () => {
  await closeHomes();
  await front.close();
  await s3.close();
}, 60_000);

interface Status {
  readonly version: number;
  readonly publication: { readonly version: number; readonly rows: number } | null;
}

/** What a reader sees and what the ledger counts; not how many commits it took, nor when. */
async function picture(home: Home) {
  const sums = TABLES.flatMap((table) => [table, `${table}_history`]).map((view) => {
    const columns = view.endsWith('_history') ? 'COLUMNS(* EXCLUDE (_load_id))' : 'COLUMNS(*)';
    return `SELECT '${view}' AS v, count(*) AS n, bit_xor(hash(t)) AS h FROM (SELECT ${columns} FROM ${view}) t`;
  });
  const answer = await home.run('query', sums.join(' UNION ALL '), '--format', 'json');
  expect(answer).toMatchObject({ code: 0, err: '' });
  const status = JSON.parse((await home.run('status', '--json')).out) as Status[];
  const same = status.map(({ version, publication, ...table }) => ({
    ...table,
    published: publication && { rows: publication.rows, behind: version - publication.version },
  }));
  const pool = openPool(home.databaseUrl, { max: 1 });
  try {
    const { rows } = await pool.query<Record<string, number>>(
      `SELECT (SELECT count(*) FROM ledger.objects) AS objects, (SELECT count(*) FROM ledger.receipts) AS receipts,
         (SELECT sum(written) FROM ledger.receipts)::bigint AS written, (SELECT count(*) FROM ledger.applications) AS applications,
         (SELECT sum(rows) FROM ledger.files WHERE batch_id IS NOT NULL AND version_removed IS NULL)::bigint AS history,
         (SELECT count(*) FROM ledger.batches WHERE state = 'open') AS open,
         (SELECT count(*) FROM ledger.leases WHERE holder IS NOT NULL) AS held`,
    );
    return { views: JSON.parse(answer.out) as unknown, status: same, ledger: rows[0] };
  } finally {
    await pool.end();
  }
}

let alone: Awaited<ReturnType<typeof picture>>;
beforeAll(async () => {
  const home = await openHome(REGISTRY);
  expect(await home.run('ingest', FEED)).toMatchObject({ code: 0 });
  alone = await picture(home);
  expect(alone.ledger).toMatchObject({ open: 0, held: 0 });
}, 300_000);

const inBucket = (prefix: string) => ({
  ...REGISTRY,
  ...s3Variables(front.endpoint),
  FARELAKE_STAGE: `s3://workers/${prefix}/stage`,
  FARELAKE_ARCHIVE: `s3://workers/${prefix}/archive`,
});

// Several into a folder: interruption.test.ts.
it('ten into a bucket', async () => {
  const home = await openHome(inBucket('ten'));
  const ended = await Promise.all(Array.from({ length: 10 }, () => home.start('ingest', FEED).ended));
  for (const one of ended) expect(one).toMatchObject({ code: 0, err: '' });
  expect(await picture(home)).toEqual(alone);
}, 300_000);

it('one that stalls in the midst is followed by another, and changes nothing when it wakes', async () => {
  const home = await openHome({ ...REGISTRY, FARELAKE_LEASE_SECONDS: '2' });
  const stalled = home.start('ingest', FEED);
  const pool = openPool(home.databaseUrl, { max: 1 });
  try {
    for (;;) {
      const busy = await pool
        .query(`SELECT 1 FROM ledger.attempts WHERE ended_at IS NULL`)
        .catch(() => ({ rowCount: 0 }));
      if (busy.rowCount !== 0) break;
      await sleep(20);
    }
    stalled.child.kill('SIGSTOP');
    expect(await home.run('ingest', FEED)).toMatchObject({ code: 0, err: '' });
    const followed = await picture(home);
    expect(followed).toEqual(alone);
    const versions = `SELECT count(*) AS n, (SELECT count(*) FROM ledger.files) AS files FROM ledger.versions`;
    const before = (await pool.query(versions)).rows;
    stalled.child.kill('SIGCONT');
    expect(await stalled.ended).toMatchObject({ code: 0, err: '' });
    expect((await pool.query(versions)).rows).toEqual(before);
    expect(await picture(home)).toEqual(alone);
  } finally {
    await pool.end();
  }
}, 300_000);
