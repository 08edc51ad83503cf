/** A home of its own for each test: real Postgres, real folders, real engine; the CLI is not needed. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { migrate, openPool } from '@farelake/db';
import { folderStore, openStore, schemeOf, type ObjectStore } from '@farelake/lake';
import type { Contract } from '@farelake/schema-registry';
import type { Pool } from 'pg';
import { createTestDatabase } from '../../../db/test/support/postgres.ts';
import {
  createLedgerSchema,
  createViews,
  draftContract,
  ingest,
  type IngestOptions,
  status,
  troublesOf,
  withEngine,
  type Workspace,
} from '../../src/index.ts';

export const REPOSITORY = path.resolve(import.meta.dirname, '../../../..');

export interface World extends Workspace {
  readonly folder: string;
  readonly delivered: string;
  readonly contracts: Map<string, Contract>;
  /** Drafts and keeps a contract from what lies in `delivered` (or another folder). */
  addTable(
    table: string,
    options?: Parameters<typeof draftContract>[2] & { from?: string; segmentRows?: number },
  ): Promise<Contract>;
  ingest(folder?: string, options?: IngestOptions): ReturnType<typeof ingest>;
  rows(sql: string): Promise<Record<string, unknown>[]>;
  status(): ReturnType<typeof status>;
  /** So long that the next try at each failed file counts. */
  letTimePass(): Promise<void>;
  troubles(): ReturnType<typeof troublesOf>;
}

const opened: { world: { pool: Pool; folder: string }; drop: () => Promise<void> }[] = [];

/** A folder, or `s3://bucket/prefix`. */
const storeAt = (place: string): ObjectStore => (schemeOf(place) === undefined ? folderStore(place) : openStore(place));

/**
 * @param settings with a pool: on that database instead of one of the tests' own
 * @param zones folder or `s3://bucket/prefix` of stage, archive and error; the world's own folder unless given
 */
export async function openWorld(zones?: string, settings: Partial<Workspace> = {}): Promise<World> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'farelake-world-'));
  const database = await createTestDatabase();
  const pool = settings.pool ?? openPool(database.url);
  await migrate(pool, path.join(REPOSITORY, 'migrations'));
  const contracts = new Map<string, Contract>();
  const delivered = path.join(folder, 'delivered');
  const workspace: Workspace = {
    pool,
    contracts,
    stage: storeAt(`${zones ?? folder}/stage`),
    archive: storeAt(`${zones ?? folder}/archive`),
    error: storeAt(`${zones ?? folder}/error`),
    scratch: path.join(folder, 'scratch'),
    signal: new AbortController().signal,
    ...settings,
  };
  const world: World = {
    ...workspace,
    contracts,
    folder,
    delivered,
    addTable: async (table, { from = delivered, segmentRows, ...options } = {}) => {
      const { contract } = await draftContract(storeAt(from), table, options);
      const kept = segmentRows === undefined ? contract : { ...contract, layout: { segmentRows } };
      contracts.set(contract.dataset, kept);
      return kept;
    },
    ingest: (from = delivered, options = {}) => ingest(workspace, storeAt(from), options),
    rows: (sql) =>
      withEngine(workspace, async (engine, scratch) => {
        await createViews(engine, pool, contracts.values(), { statement: sql });
        await createLedgerSchema(engine, pool, scratch, sql);
        const result = await engine.connection.runAndReadAll(sql);
        return result.getRowObjectsJson();
      }),
    status: () => status(workspace),
    troubles: () => troublesOf(pool),
    letTimePass: async () => {
      await pool.query('UPDATE ledger.loads SET next_try_at = clock_timestamp() WHERE next_try_at IS NOT NULL');
    },
  };
  opened.push({ world, drop: database.drop });
  return world;
}

/** Call in `afterAll` of every file that opens worlds. */
export async function closeWorlds(): Promise<void> {
  await Promise.all(
    opened.splice(0).map(async ({ world, drop }) => {
      await world.pool.end();
      await drop();
      await rm(world.folder, { recursive: true, force: true });
    }),
  );
}
