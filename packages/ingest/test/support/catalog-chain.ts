/**
 * Whether the catalog shows what the ledger says, at any moment: while others commit, after one of them died, in the end. Each table's
 * snapshots are one chain, a version of the manifest each, and list the files of that version.
 */
import { withConnection } from '@farelake/db';
import { liveFiles, parseMetadata, type Snapshot, type TableMetadata } from '@farelake/iceberg';
import type { Pool } from 'pg';
import { icebergPath } from '../../src/index.ts';
import { metadataReader } from './metadata-reader.ts';

export interface ChainOptions {
  /** Files of all retained snapshots are compared, not only of the newest. */
  readonly whole?: boolean;
  /** Nobody works: the newest version is shown. */
  readonly settled?: boolean;
  /** No version is passed over. */
  readonly each?: boolean;
}

/** What is wrong, in words; nothing: the catalog is as it should be. */
export async function catalogProblems(pool: Pool, options: ChainOptions = {}): Promise<string[]> {
  // Who lets snapshots go meanwhile removes files that are looked for here: what counts is the newest.
  for (let tries = 1; ; tries += 1) {
    const ledger = await readLedger(pool);
    const problems = (await Promise.all(ledger.map((table) => problemsOf(table, options)))).flat();
    if (problems.length === 0 || tries === 5) return problems;
    if (JSON.stringify(ledger) === JSON.stringify(await readLedger(pool))) return problems;
  }
}

interface LedgerTable {
  readonly name: string;
  readonly found: string | null;
  readonly ours: string | null;
  readonly shown: number | null;
  readonly versions: readonly { readonly version: number; readonly rows: number }[];
  /** Of which the newest metadata has snapshots. */
  readonly snapshots: readonly { readonly version: number; readonly id: string }[];
  readonly files: readonly { readonly uri: string; readonly added: number; readonly removed: number | null }[];
}

/** All of one moment. */
const readLedger = (pool: Pool): Promise<LedgerTable[]> =>
  withConnection(pool, async (db) => {
    const { rows } = await db.query<LedgerTable>(
      `SELECT name, t.metadata_location AS found, p.metadata AS ours, p.version AS shown,
         coalesce((SELECT json_agg(json_build_object('version', v.version, 'rows', v.rows) ORDER BY v.version)
           FROM ledger.versions v WHERE v.table_name = name), '[]') AS versions,
         coalesce((SELECT json_agg(json_build_object('version', s.version, 'id', s.snapshot_id::text) ORDER BY s.version)
           FROM ledger.snapshots s WHERE s.table_name = name AND s.expired_at IS NULL), '[]') AS snapshots,
         coalesce((SELECT json_agg(json_build_object('uri', f.uri, 'added', f.version_added, 'removed', f.version_removed))
           FROM ledger.files f WHERE f.table_name = name), '[]') AS files
       FROM (SELECT table_name AS name FROM iceberg_tables UNION SELECT table_name FROM ledger.pointers) n
       LEFT JOIN iceberg_tables t ON t.table_name = name LEFT JOIN ledger.pointers p ON p.table_name = name ORDER BY 1`,
    );
    return rows;
  });

async function problemsOf(table: LedgerTable, options: ChainOptions): Promise<string[]> {
  const { name, found, ours } = table;
  if (found === null || found !== ours)
    return [`${name}: the catalog is at ${String(found)}, our last commit is ${String(ours)}`];
  try {
    const metadata = parseMetadata(await metadataReader.read(found));
    const compared = options.whole === true ? metadata.snapshots : metadata.snapshots.slice(-1);
    const wrong = await Promise.all(compared.map((snapshot) => contentProblems(table, snapshot)));
    const newest = table.versions.at(-1)?.version;
    const behind =
      options.settled === true && newest !== table.shown ? [`does not show version ${String(newest)}`] : [];
    const left = options.each === true ? gaps(table) : [];
    return [...chainProblems(table, metadata), ...behind, ...left, ...wrong.flat()].map((one) => `${name}: ${one}`);
  } catch (error) {
    return [`${name}: cannot be read: ${String(error)}`];
  }
}

const versionOf = ({ summary }: Snapshot): number => Number(summary['farelake.version']);

function chainProblems({ shown, snapshots: known }: LedgerTable, { snapshots, ...metadata }: TableMetadata): string[] {
  const problems: string[] = [];
  const newest = snapshots.at(-1);
  if (newest === undefined || metadata['current-snapshot-id'] !== newest['snapshot-id'])
    problems.push('its current snapshot is not the newest');
  else if (versionOf(newest) !== shown) problems.push(`shows version ${versionOf(newest)}, not ${String(shown)}`);
  const told = snapshots.map((one) => `${versionOf(one)} ${one['snapshot-id']}`).join();
  const noted = known.map(({ version, id }) => `${version} ${id}`).join();
  if (told !== noted) problems.push(`has snapshots ${told}, and the ledger says ${noted}`);
  for (const [at, one] of snapshots.entries()) {
    const before = snapshots[at - 1];
    if (before === undefined) continue;
    const where = `snapshot of version ${versionOf(one)}`;
    if (versionOf(one) <= versionOf(before)) problems.push(`${where} comes after that of ${versionOf(before)}`);
    if (one['parent-snapshot-id'] !== before['snapshot-id']) problems.push(`${where} does not follow the one before`);
    if (one['sequence-number'] !== before['sequence-number'] + 1n) problems.push(`${where} has another number`);
    if (one['timestamp-ms'] <= before['timestamp-ms']) problems.push(`${where} is not later than the one before`);
  }
  return problems;
}

/** Versions that have no snapshot, from the first that is retained. */
function gaps({ versions, snapshots }: LedgerTable): string[] {
  const there = new Set(snapshots.map(({ version }) => version));
  const first = snapshots[0]?.version ?? 0;
  return versions
    .filter(({ version }) => version >= first && !there.has(version))
    .map(({ version }) => `version ${version} has no snapshot`);
}

async function contentProblems({ versions, files }: LedgerTable, snapshot: Snapshot): Promise<string[]> {
  const version = versionOf(snapshot);
  const listed = (await liveFiles(metadataReader, snapshot)).map(({ path }) => path).sort();
  const manifest = files
    .filter(({ added, removed }) => added <= version && (removed === null || removed > version))
    .map(({ uri }) => icebergPath(uri))
    .sort();
  const rows = String(versions.find((one) => one.version === version)?.rows);
  return [
    ...(listed.join() === manifest.join()
      ? []
      : [
          `version ${version} lists ${listed.length} files, and the manifest ${manifest.length}: ${differing(listed, manifest)}`,
        ]),
    ...(snapshot.summary['total-records'] === rows
      ? []
      : [`version ${version} has ${String(snapshot.summary['total-records'])} rows, and the manifest ${rows}`]),
  ];
}

const differing = (these: readonly string[], those: readonly string[]): string =>
  [...new Set(these).symmetricDifference(new Set(those))].slice(0, 3).join(', ');
