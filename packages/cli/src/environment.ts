/** Where everything is, from the environment; read once, here. */
import path from 'node:path';

export interface Environment {
  /** State of this machine: database, zones, scratch files. */
  readonly home: string;
  /** Folder of contracts. */
  readonly registry: string;
  /** Connection string of a Postgres; undefined: the home's own is used. */
  readonly databaseUrl: string | undefined;
  /** Zones, as folders. */
  readonly incoming: string;
  readonly stage: string;
}

export const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
export const MIGRATIONS = path.join(REPOSITORY, 'migrations');

/** @param variables as `process.env`; an empty variable counts as not set */
export function readEnvironment(variables: NodeJS.ProcessEnv, cwd = process.cwd()): Environment {
  const at = (name: string, otherwise: string) => path.resolve(cwd, variables[name] || otherwise);
  const home = at('FARELAKE_HOME', '.farelake');
  return {
    home,
    registry: at('FARELAKE_REGISTRY', path.join(REPOSITORY, 'packages/schema-registry/registry')),
    databaseUrl: variables['DATABASE_URL'] || undefined,
    incoming: at('FARELAKE_INCOMING', path.join(home, 'incoming')),
    stage: at('FARELAKE_STAGE', path.join(home, 'stage')),
  };
}
