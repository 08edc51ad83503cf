import { spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import { ensureLocalReader, migrate, openPool, READER, READER_LOGIN, readerGrants } from '@farelake/db';
import { UserError } from '@farelake/schema-registry';
import { MIGRATIONS } from '../environment.ts';
import { noteCutPath } from '../cut-paths.ts';
import { UsageError } from '../output/problem.ts';
import { databaseUrl, type Context } from '../session.ts';

export interface PsqlFlags {
  readonly url?: boolean;
  /** As somebody who may only read. */
  readonly reader?: boolean;
}

/**
 * Opens the system's `psql` on the ledger's database, in which the published tables are too, or prints the connection
 * string. @returns psql's own exit code
 */
export async function psqlCommand(context: Context, args: readonly string[], flags: PsqlFlags): Promise<number> {
  const url = flags.reader === true ? await readerUrl(context) : await databaseUrl(context);
  if (flags.url === true) {
    if (flags.reader === true) noteCutPath(context);
    context.terminal.print(url);
    return 0;
  }
  const { shown, password } = withoutPassword(url);
  // Whoever lists processes sees their arguments, not their environment.
  const env = { ...process.env, ...(password === '' ? {} : { PGPASSWORD: password }) };
  return leavingCtrlC(() => run(context, [`--dbname=${shown}`, ...args], env));
}

/** @throws UsageError `no-reader-login` where the server is not the home's own */
async function readerUrl(context: Context): Promise<string> {
  const { environment } = context;
  if (environment.databaseUrl !== undefined) throw foreignServer(environment.databaseUrl);
  const url = await databaseUrl(context);
  const pool = openPool(url, { max: 1 });
  try {
    // What readers see is made by migrations.
    await migrate(pool, MIGRATIONS);
  } finally {
    await pool.end();
  }
  return ensureLocalReader(environment.home, url);
}

/** Logins of a server that others use, too, are for those to make who look after it. */
function foreignServer(url: string): UsageError {
  // Refuses what is no URL, without showing it.
  void openPool(url, { max: 1 }).end();
  const { pathname, username } = new URL(url);
  const owner = decodeURIComponent(username) || '<the user that farelake works as>';
  const database = decodeURIComponent(pathname.slice(1)) || owner;
  // Roles are the server's: another environment's administrator may have made this one.
  const login = `DO $$ BEGIN CREATE ROLE ${READER_LOGIN} LOGIN PASSWORD '<choose one>' IN ROLE ${READER}; EXCEPTION WHEN duplicate_object THEN RAISE NOTICE '${READER_LOGIN} is there already, with the password that it had'; END $$`;
  const sql = [...readerGrants({ database, owner }), login].map((statement) => `  ${statement};`);
  return new UsageError({
    code: 'no-reader-login',
    problem: 'DATABASE_URL names a server that is not the home’s own, and no logins are made there.',
    remedy: `Have an administrator run this in that database, after farelake migrate, and connect as ${READER_LOGIN}:\n${sql.join('\n')}`,
  });
}

function withoutPassword(url: string): { shown: string; password: string } {
  const shown = new URL(url);
  const password = decodeURIComponent(shown.password) || (shown.searchParams.get('password') ?? '');
  shown.password = '';
  shown.searchParams.delete('password');
  return { shown: shown.href, password };
}

async function run({ signal }: Context, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn('psql', args, { stdio: 'inherit', env });
  // Of signals only SIGTERM gets here, and it is for psql too.
  const stop = () => child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  try {
    const [code, killed] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (killed === null ? 0 : os.constants.signals[killed]);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new UserError({
      code: 'no-psql',
      problem: 'There is no psql on this machine.',
      remedy:
        'Install the Postgres client, or use another one with the connection string that farelake psql --url prints.',
      cause,
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** In psql Ctrl-C ends a query, not the session: while it runs, the keystroke is for it alone. */
async function leavingCtrlC<T>(work: () => Promise<T>): Promise<T> {
  const listeners = process.listeners('SIGINT');
  const ignore = () => undefined;
  process.removeAllListeners('SIGINT').on('SIGINT', ignore);
  try {
    return await work();
  } finally {
    process.off('SIGINT', ignore);
    for (const listener of listeners) process.on('SIGINT', listener);
  }
}
