import { localPostgresStatus, migrate, openPool, stopLocalPostgres } from '@farelake/db';
import { MIGRATIONS } from '../environment.ts';
import { databaseUrl, type Context } from '../session.ts';

export async function migrateCommand(context: Context): Promise<number> {
  const pool = openPool(await databaseUrl(context));
  try {
    const { applied, version } = await migrate(pool, MIGRATIONS);
    for (const name of applied) context.terminal.print(`applied ${name}`);
    context.terminal.print(`The database is at version ${version}${applied.length === 0 ? ' already' : ''}.`);
    return 0;
  } finally {
    await pool.end();
  }
}

export async function downCommand({ environment, terminal }: Context): Promise<number> {
  if (environment.databaseUrl !== undefined) {
    terminal.print('DATABASE_URL names another Postgres, which is not ours to stop.');
    return 0;
  }
  const { state } = await localPostgresStatus(environment.home);
  const stopped = await stopLocalPostgres(environment.home);
  terminal.print(stopped ? 'Postgres stopped; the data stays.' : `No Postgres was up (${state}).`);
  return 0;
}
