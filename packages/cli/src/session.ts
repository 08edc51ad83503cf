/** What a command opens before its work and closes after it: database, contracts, zones. */
import path from 'node:path';
import { ensureLocalPostgres, migrate, openPool } from '@farelake/db';
import { readContracts, type Workspace } from '@farelake/ingest';
import { makeFolder } from '@farelake/lake';
import { faultText, type Registry } from '@farelake/schema-registry';
import { MIGRATIONS, type Environment } from './environment.ts';
import { openZone } from './folder.ts';
import type { Terminal } from './output/terminal.ts';

export interface Context {
  readonly environment: Environment;
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Connection string of the ledger's database; the home's own server is started if need be. */
export async function databaseUrl({ environment, terminal }: Context): Promise<string> {
  if (environment.databaseUrl !== undefined) return environment.databaseUrl;
  await makeFolder(environment.home, 'FARELAKE_HOME');
  const { url } = await ensureLocalPostgres(environment.home, {
    onProgress: (step) => {
      terminal.progress(STEPS[step]);
    },
  });
  terminal.progress(undefined);
  return url;
}

const STEPS = {
  waiting: 'waiting for another command to start Postgres',
  creating: 'making a Postgres database for this home (once)',
  starting: 'starting Postgres',
} as const;

/** Runs `work` on a migrated database with all contracts read. */
export async function withWorkspace<T>(context: Context, work: (workspace: Workspace) => Promise<T>): Promise<T> {
  const { environment, signal } = context;
  const { contracts, faulty } = await readContracts(environment.registry);
  tellFaulty(context.terminal, faulty);
  const pool = openPool(await databaseUrl(context));
  try {
    await migrate(pool, MIGRATIONS);
    return await work({
      pool,
      contracts,
      faulty,
      incoming: openZone(environment.incoming, 'FARELAKE_INCOMING'),
      stage: openZone(environment.stage, 'FARELAKE_STAGE'),
      archive: openZone(environment.archive, 'FARELAKE_ARCHIVE'),
      error: openZone(environment.error, 'FARELAKE_ERROR'),
      scratch: path.join(environment.home, 'scratch'),
      scratchLimit: environment.scratchLimit,
      unpackLimit: environment.unpackLimit,
      environment: environment.environment,
      httpfs: environment.httpfs,
      keyFile: environment.keyFile,
      glueDatabase: environment.glueDatabase,
      leaseSeconds: environment.leaseSeconds,
      signal,
    });
  } finally {
    await pool.end();
  }
}

/** What is wrong in the registry concerns every command, also one that goes well without it. */
function tellFaulty(terminal: Terminal, faulty: Registry['faulty']): void {
  if (faulty.size === 0) return;
  const faults = new Set([...faulty.values()].flat().map((fault) => `  ${fault.file} ${faultText(fault)}`));
  terminal.note(
    `farelake: contracts that cannot be used, whose tables are left as they are until that is mended: ${[...faulty.keys()].join(', ')}\n${[...faults].join('\n')}`,
  );
}
