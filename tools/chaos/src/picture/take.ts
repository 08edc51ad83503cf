/**
 * Everything that has to be the same however often the work was cut off: what readers see, what the ledger counts, and what
 * lies in the zones. Not: numbers of attempts and versions, times, and files that no manifest lists.
 */
import { createHash } from 'node:crypto';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { openPool, readManifest } from '@farelake/db';
import { audit, createViews, currentColumns, historyColumns, status, withEngine } from '@farelake/ingest';
import { ARCHIVE_FOLDER } from '@farelake/kafka';
import { folderStore, openStore, schemeOf, type Engine, type ObjectStore } from '@farelake/lake';
import { historyName, quoteIdentifier as q, type Contract } from '@farelake/schema-registry';
import type { Pool } from 'pg';
import { catalogProblems } from '../../../../packages/ingest/test/support/catalog-chain.ts';
import type { Home } from '../home.ts';
import type { Picture } from './compare.ts';

export async function takePicture(home: Home): Promise<Picture> {
  const pool = openPool(home.databaseUrl, { max: 2 });
  const picture = new Map<string, readonly string[]>();
  const add = (kind: string, things: readonly unknown[]) =>
    picture.set(kind, things.map((thing) => JSON.stringify(thing)).sort());
  try {
    for (const [kind, sql] of Object.entries(LEDGER)) add(kind, (await pool.query(sql)).rows);
    add('status', (await status({ pool, contracts: home.prepared.contracts })).map(withoutCounts));
    const scratch = `${home.folder}/picture`;
    await withEngine({ scratch, signal: new AbortController().signal }, async (engine) => {
      await createViews(engine, pool, home.prepared.contracts.values());
      for (const contract of home.prepared.contracts.values()) {
        add(
          `rows of ${contract.dataset}`,
          await rowsOf(engine, `SELECT ${shownOf(contract)} FROM ${q(contract.dataset)}`),
        );
        add(`history of ${contract.dataset}`, await historyOf(engine, pool, contract));
        add(`kept rows of ${contract.dataset}`, await keptOf(engine, pool, contract));
        add(`published rows of ${contract.dataset}`, await publishedOf(pool, contract));
      }
    });
    const copies = await objectsIn(storeAt(home.zone('archive')), (path) => !path.startsWith(`${ARCHIVE_FOLDER}/`));
    add('objects in archive', copies);
    for (const [kind, column] of Object.entries(OF_TOPICS)) add(kind, await linesOf(pool, column));
    const refused = await objectsIn(storeAt(home.zone('error')), (path) =>
      /^objects\/.*(?<!\.reason\.json)$/.test(path),
    );
    add('objects in the error zone', refused);
    add('rows in the error zone', await refusedRows(pool));
    add('listed files that are gone or of another size', await brokenFiles(pool));
    if (home.prepared.scenario.swept) add('files that no manifest and no batch names', await strayFiles(home, pool));
    add('snapshots that are not the manifest', await catalogProblems(pool, { whole: true, settled: true }));
    add('findings of the audit', await findingsOf(home, pool));
  } finally {
    await pool.end();
  }
  return picture;
}

const LOAD = `o.object_key AS object, o.content_hash AS content`;
const OF_LOAD = `JOIN ledger.loads l ON l.id = x.load_id JOIN ledger.objects o ON o.id = l.object_id`;

/** Every run that begins anew tries a failed file once more, and after some tries it is set apart: the same, for us. */
const REFUSED = `CASE WHEN l.state IN ('failed', 'quarantined') THEN 'refused' ELSE l.state END AS state,
  l.refused_uri IS NOT NULL AS kept`;

const LEDGER: Readonly<Record<string, string>> = {
  objects: 'SELECT object_key, content_hash, size, archived_uri IS NOT NULL AS archived FROM ledger.objects',
  loads: `SELECT ${LOAD}, ${REFUSED}, l.waiting_for, l.generation FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id`,
  receipts: `SELECT ${LOAD}, x.announced, x.read, x.written, x.quarantined FROM ledger.receipts x ${OF_LOAD}`,
  applications: `SELECT x.dataset, x.generation, ${LOAD} FROM ledger.applications x ${OF_LOAD}`,
  'refused rows': `SELECT ${LOAD}, x.record, x.line, x.column_name, x.reason, x.key FROM ledger.refused_rows x ${OF_LOAD}`,
  generations: 'SELECT dataset, name, state, cause, rows, live_rows, keys_lost, keys_gained FROM ledger.generations',
  results:
    'SELECT dataset, dataset_id, last_updated, lane, state, object_id IS NOT NULL AS fetched FROM ledger.dmap_results',
  sets: 'SELECT dataset, watermark, trouble FROM ledger.dmap_sets',
  // Whoever brought what: in which runs and commits they came is nobody's business.
  'offsets of topics': `SELECT p.dataset, p.cluster, p.topic, p.partition, p.epoch, p.topic_id,
    range_agg(int8range(r.first_offset, r.last_offset, '[]'))::text AS taken,
    string_agg(encode(r.sums, 'hex'), '' ORDER BY r.first_offset) AS sums
    FROM ledger.kafka_partitions p JOIN ledger.kafka_runs r ON r.partition_id = p.id GROUP BY p.id`,
  'records of topics': `SELECT p.dataset, p.cluster, p.topic, p.partition, p.epoch, sum(b.records) AS records, sum(b.written) AS written,
    sum(b.quarantined) AS quarantined, sum(b.tombstones) AS tombstones, min(b.first_timestamp) AS first, max(b.last_timestamp) AS last
    FROM ledger.kafka_partitions p JOIN ledger.kafka_batches b ON b.partition_id = p.id GROUP BY p.id`,
  'refused records': `SELECT p.cluster, p.topic, p.partition, p.epoch, q.record_offset, q.reason, q.detail, q.size
    FROM ledger.kafka_refused q JOIN ledger.kafka_partitions p ON p.id = q.partition_id`,
  'open batches': `SELECT id FROM ledger.batches WHERE state = 'open'`,
  'rows of history that no receipt has': `SELECT f.batch_id, sum(f.rows) AS rows FROM ledger.files f
    WHERE f.batch_id IS NOT NULL AND f.version_removed IS NULL GROUP BY f.batch_id
    HAVING sum(f.rows) <> (SELECT coalesce(sum(r.written), 0) FROM ledger.receipts r
      JOIN ledger.loads l ON l.id = r.load_id WHERE l.history_batch_id = f.batch_id)`,
};

/** How many commits it took, when, and how often it went wrong on the way may differ. */
function withoutCounts(table: Awaited<ReturnType<typeof status>>[number]): unknown {
  const { table: name, state, rows, loads, orphans, conflicts, movesOntoLive, quarantined, generation, taps } = table;
  // In which order the states were first counted is nobody's business.
  const counts = Object.entries(loads)
    .map(([of, count]) => [of === 'quarantined' ? 'failed' : of, count])
    .sort();
  return { name, state, rows, loads: counts, orphans, conflicts, movesOntoLive, quarantined, generation, taps };
}

/** Datasets are fetched several at once: which load is which depends on who comes first. */
const shownOf = ({ feed }: Contract): string => (feed === 'dmap' ? '* EXCLUDE (_load_id)' : '*');

const rowsOf = async (engine: Engine, sql: string): Promise<unknown[]> =>
  (await engine.connection.runAndReadAll(sql)).getRowObjectsJson();

/** Each row that any file of history holds, redelivered ones too, with the object that it came from instead of its load's id. */
async function historyOf(engine: Engine, pool: Pool, contract: Contract): Promise<unknown[]> {
  const { files } = await readManifest(pool, historyName(contract.dataset));
  if (files.length === 0) return [];
  const { rows: loads } = await pool.query<{ id: number; name: string }>(
    `SELECT l.id, o.object_key || ' ' || o.content_hash AS name FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id`,
  );
  const names = new Map(loads.map(({ id, name }) => [id, name]));
  const rows = await rowsOf(engine, `SELECT * FROM ${await engine.files.sql(files, historyColumns(contract))} h`);
  return rows.map((row) => {
    const { _load_id: id, ...rest } = row as Record<string, unknown>;
    return { ...rest, object: names.get(Number(id)) };
  });
}

/** Rows of generations that are built beside the table or kept for a rollback. */
async function keptOf(engine: Engine, pool: Pool, contract: Contract): Promise<unknown[]> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT DISTINCT table_name AS name FROM ledger.files WHERE table_name LIKE $1 || '@%' AND version_removed IS NULL`,
    [contract.dataset],
  );
  const kept: unknown[] = [];
  for (const { name } of tables) {
    const { files } = await readManifest(pool, name);
    const rows = await rowsOf(engine, `SELECT * FROM ${await engine.files.sql(files, currentColumns(contract))} k`);
    kept.push(...rows.map((row) => [name, row]));
  }
  return kept;
}

async function publishedOf(pool: Pool, { dataset }: Contract): Promise<unknown[]> {
  const { rows: there } = await pool.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
    `ods.${q(dataset)}`,
  ]);
  if (there[0]?.there !== true) return [];
  const { rows } = await pool.query<Record<string, unknown>>(`SELECT * FROM ods.${q(dataset)}`);
  return rows;
}

export const storeAt = (place: string): ObjectStore =>
  schemeOf(place) === undefined ? folderStore(place) : openStore(place);

async function objectsIn(store: ObjectStore, wanted: (path: string) => boolean = () => true): Promise<unknown[]> {
  const objects: unknown[] = [];
  for await (const { path } of store.list()) {
    if (!wanted(path)) continue;
    const hash = createHash('sha256');
    for await (const chunk of (await store.read(path)) as AsyncIterable<Buffer>) hash.update(chunk);
    objects.push({ path, content: hash.digest('hex') });
  }
  return objects;
}

/** Columns that name files of records, in archive and error zone. */
const OF_TOPICS = { 'records in archive': 'archive_uri', 'records in the error zone': 'rows_uri' } as const;

/** Each record, whatever file it lies in. */
async function linesOf(pool: Pool, column: (typeof OF_TOPICS)[keyof typeof OF_TOPICS]): Promise<string[]> {
  const { rows } = await pool.query<{ uri: string }>(
    `SELECT ${column} AS uri FROM ledger.kafka_batches WHERE ${column} IS NOT NULL`,
  );
  const lines: string[] = [];
  for (const { uri } of rows) {
    const { store, inside } = split(uri);
    const bytes = await buffer(await openStore(store).read(inside));
    lines.push(...(inside.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().trim().split('\n'));
  }
  return lines;
}

/** What the files hold that receipts name; those of dead attempts are named by none. */
async function refusedRows(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ uri: string }>(
    'SELECT rows_uri AS uri FROM ledger.receipts WHERE rows_uri IS NOT NULL',
  );
  const lines: string[] = [];
  for (const { uri } of rows) {
    const { store, inside } = split(uri);
    lines.push(...(await text(await openStore(store).read(inside))).trim().split('\n'));
  }
  return lines;
}

async function brokenFiles(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ uri: string; size: number }>(
    'SELECT uri, size FROM ledger.files WHERE version_removed IS NULL',
  );
  const broken: string[] = [];
  for (const { uri, size } of rows) if ((await sizeOf(uri)) !== size) broken.push(uri);
  return broken;
}

async function sizeOf(uri: string): Promise<number | undefined> {
  const { store, inside } = split(uri);
  return (await openStore(store).stat(inside))?.size;
}

/** `s3://bucket/a/b` → the bucket, or the root of all folders, and what is inside. */
function split(uri: string): { store: string; inside: string } {
  if (schemeOf(uri) === 'file') return { store: 'file:///', inside: fileURLToPath(uri).slice(1) };
  const [, store = '', inside = ''] = /^(s3:\/\/[^/]+)\/(.+)$/.exec(uri) ?? [];
  return { store, inside };
}

/** In stage, and what has come of topics in archive and error zone. */
async function strayFiles(home: Home, pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ uri: string }>(
    `SELECT uri FROM ledger.files WHERE version_removed IS NULL
     UNION SELECT uri FROM ledger.metadata_files WHERE removed_at IS NULL
     UNION SELECT archive_uri FROM ledger.kafka_batches UNION SELECT rows_uri FROM ledger.kafka_batches`,
  );
  const named = new Set(rows.map(({ uri }) => uri));
  const stray: string[] = [];
  for (const [zone, folder] of [
    ['stage', ''],
    ['archive', `${ARCHIVE_FOLDER}/`],
    ['error', `rows/${ARCHIVE_FOLDER}/`],
  ] as const) {
    const store = storeAt(home.zone(zone));
    for await (const { path } of store.list())
      if (path.startsWith(folder) && !named.has(store.uriOf(path))) stray.push(`${zone} ${path}`);
  }
  return stray;
}

/** What lies in the zones beside the ledger, and the ledger within itself, as the audit judges it, read byte for byte. */
async function findingsOf(home: Home, pool: Pool): Promise<unknown[]> {
  const workspace = {
    pool,
    contracts: home.prepared.contracts,
    ...{
      stage: storeAt(home.zone('stage')),
      archive: storeAt(home.zone('archive')),
      error: storeAt(home.zone('error')),
    },
    scratch: `${home.folder}/picture`,
    signal: new AbortController().signal,
  };
  const { findings } = await audit(workspace, storeAt(home.zone('incoming')), { content: true });
  const homeless = (text: string) => text.replaceAll(/(file|s3):\/\/\S*?\/home-\d+/g, '~').replaceAll(home.folder, '~');
  return findings.map(({ kind, table, object, problem }) => [kind, table, homeless(object), homeless(problem)]);
}
