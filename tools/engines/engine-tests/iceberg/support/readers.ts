/** The readers of a test file. */
import { describe } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { openPool } from '@farelake/db';
import { icebergReaders, type IcebergInstallation, type IcebergReader } from '@farelake/engines';
import { quoteIdentifier, quoteLiteral } from '@farelake/schema-registry';

const installed = process.env['FARELAKE_TEST_ICEBERG'];

/** `describe` where the readers are installed; the setup of the run has said why they are not. */
export const describeIceberg = installed === undefined ? describe.skip : describe;

export const installation = (): IcebergInstallation => JSON.parse(installed ?? '{}') as IcebergInstallation;

export const CATALOG = 'farelake';
export const NAMESPACE = 'farelake_local';

export const READERS = ['PyIceberg', 'Spark', 'DuckDB', 'icebird'] as const;

export interface Readers {
  readonly all: readonly IcebergReader[];
  /** The connection string that they were given. */
  readonly databaseUrl: string;
  called(name: (typeof READERS)[number]): IcebergReader;
  close(): Promise<void>;
}

/** @param databaseUrl of a login that may only read @param folder for what readers spill */
export function startReaders(databaseUrl: string, folder: string): Readers {
  const place = { databaseUrl, catalog: CATALOG };
  const all = icebergReaders(installation(), place, path.join(folder, 'readers'));
  return {
    all,
    databaseUrl,
    called: (name) => all.find((reader) => reader.name === name)!,
    async close() {
      await Promise.all(all.map((reader) => reader.close()));
    },
  };
}

/** With a login of their own. @param databaseUrl of one that may do everything, on a migrated database */
export async function openReaders(databaseUrl: string, folder: string): Promise<Readers> {
  const login = await readOnlyLogin(databaseUrl);
  const readers = startReaders(login.url, folder);
  return {
    ...readers,
    async close() {
      await readers.close();
      await login.drop();
    },
  };
}

/** A member of `farelake_reader`, with a password full of traps. */
async function readOnlyLogin(databaseUrl: string): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `reader_${randomBytes(4).toString('hex')}`;
  const password = `${randomBytes(8).toString('hex')} %&ü/`;
  const ask = async (sql: string): Promise<void> => {
    const pool = openPool(databaseUrl, { max: 1 });
    await pool.query(sql).finally(() => pool.end());
  };
  await ask(`CREATE ROLE ${quoteIdentifier(name)} LOGIN PASSWORD ${quoteLiteral(password)} IN ROLE farelake_reader`);
  const url = new URL(databaseUrl);
  url.username = name;
  url.password = encodeURIComponent(password);
  return { url: url.href, drop: () => ask(`DROP ROLE ${quoteIdentifier(name)}`) };
}
