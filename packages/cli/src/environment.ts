/** Where everything is, from the environment; read once, here. */
import path from 'node:path';
import { ENVIRONMENT_NAME } from '@farelake/ingest';
import { openStore, schemeOf } from '@farelake/lake';
import { UserError } from '@farelake/schema-registry';
import { UsageError } from './output/problem.ts';
import { parseBytes } from './parse-bytes.ts';

export interface Environment {
  /** State of this machine: database, zones, scratch files. */
  readonly home: string;
  /** Which environment this is: its tables have it in their namespace and in their ids. Undefined: this machine's own. */
  readonly environment: string | undefined;
  /** Folder of contracts. */
  readonly registry: string;
  /** Connection string of a Postgres; undefined: the home's own is used. */
  readonly databaseUrl: string | undefined;
  /** Zones: each an absolute path of a folder, or `s3://bucket/prefix`. */
  readonly incoming: string;
  readonly archive: string;
  readonly error: string;
  readonly stage: string;
  /** Bytes that one piece of work may fetch from buckets. */
  readonly scratchLimit: number | undefined;
  /**
   * Where the key of keyed hashes is kept where nobody gives one. Undefined: the tables lie elsewhere than in the home, so that
   * they may outlive it, and a key made by it would be lost.
   */
  readonly keyFile: string | undefined;
  /** After so long without a sign of life others take over a table that a command works on. */
  readonly leaseSeconds: number | undefined;
  /** Bytes that one delivered object may unpack to. */
  readonly unpackLimit: number | undefined;
  /** Where DMAP's API lies. Its keys are read when they are needed, and are nowhere kept. */
  readonly dmapBaseUrl: string | undefined;
  /** Name of the Kafka cluster that all readers of its topics share; undefined: what Kafka calls it. */
  readonly kafkaCluster: string | undefined;
  /** Database of AWS Glue to publish pointers to. */
  readonly glueDatabase: string | undefined;
  /** File of DuckDB's extension `httpfs`. */
  readonly httpfs: string | undefined;
}

export const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
export const MIGRATIONS = path.join(REPOSITORY, 'migrations');

/** @param variables as `process.env`; an empty variable counts as not set */
export function readEnvironment(variables: NodeJS.ProcessEnv, cwd = process.cwd()): Environment {
  const folder = (name: string, otherwise: string) =>
    path.resolve(cwd, refuseUri(name, variables[name] || undefined) ?? otherwise);
  const home = folder('FARELAKE_HOME', '.farelake');
  const zone = (name: string, otherwise: string) => {
    const place = variables[name] || undefined;
    if (place === undefined) return path.join(home, otherwise);
    return schemeOf(place) === undefined ? path.resolve(cwd, place) : bucketOf(name, place);
  };
  const httpfs = variables['FARELAKE_HTTPFS'] || undefined;
  const stage = zone('FARELAKE_STAGE', 'stage');
  return {
    home,
    environment: environmentName(variables['FARELAKE_ENVIRONMENT'] || undefined),
    registry: folder('FARELAKE_REGISTRY', path.join(REPOSITORY, 'packages/schema-registry/registry')),
    databaseUrl: variables['DATABASE_URL'] || undefined,
    incoming: zone('FARELAKE_INCOMING', 'incoming'),
    archive: zone('FARELAKE_ARCHIVE', 'archive'),
    error: zone('FARELAKE_ERROR', 'error'),
    stage,
    keyFile: stage.startsWith(`${home}${path.sep}`) ? path.join(home, 'hmac.key') : undefined,
    scratchLimit: parseBytes('FARELAKE_SCRATCH_LIMIT', variables['FARELAKE_SCRATCH_LIMIT'] || undefined),
    leaseSeconds: leaseSeconds(variables['FARELAKE_LEASE_SECONDS'] || undefined),
    unpackLimit: parseBytes('FARELAKE_UNPACK_LIMIT', variables['FARELAKE_UNPACK_LIMIT'] || undefined),
    dmapBaseUrl: variables['DMAP_BASE_URL'] || undefined,
    kafkaCluster: variables['KAFKA_CLUSTER'] || undefined,
    glueDatabase: variables['FARELAKE_GLUE_DATABASE'] || undefined,
    httpfs: httpfs === undefined ? undefined : path.resolve(cwd, httpfs),
  };
}

function environmentName(text: string | undefined): string | undefined {
  if (text === undefined || ENVIRONMENT_NAME.test(text)) return text;
  throw new UsageError({
    code: 'bad-environment-name',
    problem: `FARELAKE_ENVIRONMENT is ${JSON.stringify(text)}.`,
    remedy:
      'Set it to a name as dev or prod: lower-case letters, digits and single hyphens; or leave it out for local.',
  });
}

/** Less than a second would be lost to a busy machine. */
function leaseSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (seconds >= 1 && seconds <= 86_400) return seconds;
  throw new UsageError({
    code: 'bad-lease',
    problem: `FARELAKE_LEASE_SECONDS is ${JSON.stringify(text)}.`,
    remedy: 'Set it to seconds from 1 to 86400, or leave it out for 60.',
  });
}

/** Taken for a folder, `s3://…` would quietly become one of that name. */
function refuseUri(name: string, value: string | undefined): string | undefined {
  if (value !== undefined && schemeOf(value) !== undefined && value.includes('://'))
    throw new UsageError({
      code: 'no-such-store',
      problem: `${name} has to be a folder of this machine.`,
      remedy: 'Of the zones, FARELAKE_INCOMING, _ARCHIVE, _ERROR and _STAGE may be s3://bucket/prefix.',
    });
  return value;
}

/** The bucket itself is asked for only when it is needed. */
function bucketOf(name: string, place: string): string {
  try {
    return openStore(place).uri;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UsageError({
      code: 'no-such-store',
      problem: `${name}: ${error.problem}`,
      remedy: 'Set it to a folder of this machine, or to s3://bucket/prefix.',
    });
  }
}
