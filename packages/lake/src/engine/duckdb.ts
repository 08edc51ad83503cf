/** DuckDB in this process: the engine for files, folds and queries. */
import os from 'node:os';
import { DuckDBInstance, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api';

export interface EngineOptions {
  /** Where to spill what does not fit into memory; made when needed. */
  readonly tempFolder: string;
  /** Bytes; a quarter of the machine's memory, at least 512 MiB and at most 4 GiB, unless given. */
  readonly memoryLimit?: number;
  /** All cores unless given. */
  readonly threads?: number;
}

export type EngineRow = Record<string, DuckDBValue>;

export interface Engine {
  /** Runs statements, answers nothing. */
  run(sql: string): Promise<void>;
  /** All rows of one statement: for small answers. */
  rows(sql: string): Promise<EngineRow[]>;
  /** For what needs more than the above: streaming, appenders. */
  readonly connection: DuckDBConnection;
  /** Stops the running statement, which then fails. */
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
  const connection = await instance.connect();
  // A setting of a built-in extension, which is loaded only once there is a connection.
  await connection.run("SET TimeZone = 'UTC'");
  return {
    connection,
    run: async (sql) => {
      await connection.run(sql);
    },
    rows: async (sql) => (await connection.runAndReadAll(sql)).getRowObjects(),
    interrupt: () => {
      connection.interrupt();
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
