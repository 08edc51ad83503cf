/** DuckDB in this process: the engine for files, folds and queries. */
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api';
import { createEngineFiles, type EngineFiles, type EngineFilesOptions } from './engine-files.ts';

export interface EngineOptions {
  /** Where to spill what does not fit into memory; made when needed. */
  readonly tempFolder: string;
  /** Bytes; a quarter of the machine's memory, at least 512 MiB and at most 4 GiB, unless given. */
  readonly memoryLimit?: number;
  /** All cores unless given. */
  readonly threads?: number;
  /** How files of buckets come to the engine; by default into a folder below `tempFolder`. */
  readonly files?: Partial<EngineFilesOptions>;
}

export type EngineRow = Record<string, DuckDBValue>;

export interface Engine {
  /** Runs statements, answers nothing. */
  run(sql: string): Promise<void>;
  /** All rows of one statement: for small answers. */
  rows(sql: string): Promise<EngineRow[]>;
  /** Files of the manifest, wherever they lie. */
  readonly files: EngineFiles;
  /** One more connection of the same engine, for statements that run at the same time; ends with it or by itself. */
  fork(): Promise<Engine>;
  /** For what needs more than the above: streaming, appenders. */
  readonly connection: DuckDBConnection;
  /** Stops the running statements, those of forks too, which then fail. */
  interrupt(): void;
  close(): void;
}

const MIB = 1024 * 1024;

const defaultMemory = (): number => Math.min(4096 * MIB, Math.max(512 * MIB, Math.floor(os.totalmem() / 4)));

export async function openEngine(options: EngineOptions): Promise<Engine> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads ?? os.availableParallelism()),
    memory_limit: `${Math.floor((options.memoryLimit ?? defaultMemory()) / MIB)}MiB`,
    temp_directory: options.tempFolder,
    // Rows keep the order of their files: line numbers rely on it, and so do segments.
    preserve_insertion_order: 'true',
    // Extensions are named by whoever needs one, never fetched because a query happens to mention a function.
    autoinstall_known_extensions: 'false',
  });
  const connections = new Set<DuckDBConnection>();
  const connect = async () => {
    const connection = await instance.connect();
    connections.add(connection);
    // A setting of a built-in extension, which is loaded only once there is a connection.
    await connection.run("SET TimeZone = 'UTC'");
    return connection;
  };
  const connection = await connect();
  const run = async (sql: string) => {
    await connection.run(sql);
  };
  const engine: Engine = {
    connection,
    run,
    files: createEngineFiles(run, { folder: path.join(options.tempFolder, 'files'), ...options.files }),
    rows: (sql) => allRows(connection, sql),
    fork: async () => forkOf(engine, await connect(), connections),
    interrupt: () => {
      for (const one of connections) one.interrupt();
    },
    close: () => {
      for (const one of connections) one.closeSync();
      instance.closeSync();
    },
  };
  return engine;
}

const allRows = async (connection: DuckDBConnection, sql: string): Promise<EngineRow[]> =>
  (await connection.runAndReadAll(sql)).getRowObjects();

const forkOf = (engine: Engine, connection: DuckDBConnection, connections: Set<DuckDBConnection>): Engine => ({
  ...engine,
  connection,
  run: async (sql) => {
    await connection.run(sql);
  },
  rows: (sql) => allRows(connection, sql),
  close: () => {
    connections.delete(connection);
    connection.closeSync();
  },
});
