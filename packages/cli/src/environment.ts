/** Where everything is, from the environment; read once, here. */
import path from 'node:path';
import { UsageError } from './output/problem.ts';

export interface Environment {
  /** State of this machine: database, zones, scratch files. */
  readonly home: string;
  /** Folder of contracts. */
  readonly registry: string;
  /** Connection string of a Postgres; undefined: the home's own is used. */
  readonly databaseUrl: string | undefined;
  /** Zones, as folders. */
  readonly incoming: string;
  readonly archive: string;
  readonly stage: string;
}

export const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
export const MIGRATIONS = path.join(REPOSITORY, 'migrations');

/** @param variables as `process.env`; an empty variable counts as not set */
export function readEnvironment(variables: NodeJS.ProcessEnv, cwd = process.cwd()): Environment {
  const at = (name: string, otherwise: string) => path.resolve(cwd, refuseUri(name, variables[name]) || otherwise);
  const home = at('FARELAKE_HOME', '.farelake');
  return {
    home,
    registry: at('FARELAKE_REGISTRY', path.join(REPOSITORY, 'packages/schema-registry/registry')),
    databaseUrl: variables['DATABASE_URL'] || undefined,
    incoming: at('FARELAKE_INCOMING', path.join(home, 'incoming')),
    archive: at('FARELAKE_ARCHIVE', path.join(home, 'archive')),
    stage: at('FARELAKE_STAGE', path.join(home, 'stage')),
  };
}

/** Zones in buckets come later; taken for a folder, `s3://…` would quietly become one of that name. */
function refuseUri(name: string, value: string | undefined): string | undefined {
  if (value !== undefined && /^[a-z][a-z0-9+.-]*:\/\//i.test(value))
    throw new UsageError({
      code: 'no-such-store',
      problem: `${name} is ${value}: only folders of this machine can be used in this version.`,
      remedy: `Set ${name} to a folder.`,
    });
  return value;
}
