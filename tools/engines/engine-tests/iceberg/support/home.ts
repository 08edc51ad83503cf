/** A home with tables that commands made, and what `farelake query` said of them at the time. */
import { expect } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openPool } from '@farelake/db';
import type { Row } from '@farelake/engines';
import { quoteIdentifier } from '@farelake/schema-registry';
import type { Pool } from 'pg';
import { openHome, REPOSITORY, type Home } from '../../../../../packages/cli/test/support/command.ts';
import { NAMESPACE } from './readers.ts';

export interface IcebergHome {
  readonly home: Home;
  /** Of a login that may do everything, for tests to look things up. */
  readonly pool: Pool;
  /** As `farelake psql --url --reader` prints it. */
  readonly readerUrl: string;
  /** Runs a command, which has to end well. @returns its standard output */
  readonly run: (...args: string[]) => Promise<string>;
  close(): Promise<void>;
}

/** @param stage folder of the tables */
export async function openIcebergHome(stage: string): Promise<IcebergHome> {
  // A home whose tables lie elsewhere makes no key of its own.
  const key = randomBytes(32).toString('hex');
  const home = await openHome({ DATABASE_URL: '', FARELAKE_STAGE: stage, FARELAKE_HMAC_KEY: key });
  const run = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await home.run(...args);
    expect({ args, code, err: code === 0 ? '' : err }).toEqual({ args, code: 0, err: '' });
    return out;
  };
  await cp(path.join(REPOSITORY, 'packages/schema-registry/registry'), registryOf(home), { recursive: true });
  await run('migrate');
  const pool = openPool((await run('psql', '--url')).trim());
  const readerUrl = (await run('psql', '--url', '--reader')).trim();
  return {
    ...{ home, pool, readerUrl, run },
    async close() {
      await pool.end();
      await run('down');
    },
  };
}

const registryOf = (home: Home): string => path.join(home.folder, 'registry');

/** Changes a contract as an editor would. */
export async function editContract(
  { home }: IcebergHome,
  file: string,
  change: (contract: Record<string, unknown>) => Record<string, unknown>,
): Promise<void> {
  const place = path.join(registryOf(home), file);
  const contract = JSON.parse(await readFile(place, 'utf8')) as Record<string, unknown>;
  await writeFile(place, JSON.stringify(change(contract)));
}

export async function addContract({ home }: IcebergHome, file: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.join(registryOf(home), file)), { recursive: true });
  await writeFile(path.join(registryOf(home), file), text);
}

/** A table at a moment. */
export interface Recorded {
  readonly table: { readonly namespace: string; readonly table: string };
  readonly snapshotId: bigint;
  /** Rows of all its files by the ledger: of a history also those that were delivered again, which its view leaves out. */
  readonly files: number;
  /** What `farelake query --format json` said. */
  readonly rows: readonly Row[];
}

export interface Moment {
  /** Milliseconds since 1970, by the database's clock. */
  readonly at: number;
  readonly tables: readonly Recorded[];
}

/** All tables that the catalog knows, as they are now; those of tests that made theirs by hand are not the ledger's. */
export async function recordTables({ pool, run }: IcebergHome): Promise<Moment> {
  const { rows: found } = await pool.query<{ name: string; id: string; files: string; at: string }>(
    `SELECT s.table_name AS name, s.snapshot_id AS id, extract(epoch FROM clock_timestamp()) * 1000 AS at,
       coalesce((SELECT sum(f.rows) FROM ledger.files f
         WHERE f.table_name = s.table_name AND f.version_removed IS NULL), 0) AS files
     FROM ledger.snapshots s JOIN ledger.pointers p USING (table_name, version) ORDER BY 1`,
  );
  const lists = found.map(({ name }) => `(SELECT list(t) FROM ${quoteIdentifier(name)} t) AS ${quoteIdentifier(name)}`);
  const [said] = JSON.parse(await run('query', `SELECT ${lists.join(', ')}`, '--format', 'json')) as [
    Record<string, Row[] | null>,
  ];
  const tables = found.map(({ name, id, files }) => ({
    table: { namespace: NAMESPACE, table: name },
    ...{ snapshotId: BigInt(id), files: Number(files), rows: said[name] ?? [] },
  }));
  return { at: Math.ceil(Number(found[0]?.at ?? 0)), tables };
}
