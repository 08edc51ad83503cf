/** What a function is told by its environment; read once, when it starts. */
import { ENVIRONMENT_NAME } from '@farelake/ingest';
import { UserError } from '@farelake/schema-registry';

export interface DatabaseEnvironment {
  /** Without a password where `signIn` is `iam`. */
  readonly databaseUrl: string;
  /** `iam`: a token of RDS for each connection, over TLS. `url`: what the URL says. */
  readonly signIn: 'iam' | 'url';
}

export interface FunctionEnvironment extends DatabaseEnvironment {
  /** The bucket of the incoming zone. */
  readonly incoming: { readonly uri: string; readonly bucket: string };
}

export interface TapsEnvironment extends DatabaseEnvironment {
  /** Of tables in the catalog; undefined: `local`. */
  readonly name: string | undefined;
  /** URIs of the zones. */
  readonly stage: string;
  readonly archive: string;
  readonly error: string;
  /** Name of the cluster that all of its readers share; undefined: what its events say. */
  readonly cluster: string | undefined;
}

/** @throws UserError `bad-environment` naming the variable; never its value, which may hold a password */
export function readEnvironment(variables: NodeJS.ProcessEnv): FunctionEnvironment {
  const database = readDatabase(variables);
  const uri = variables['FARELAKE_INCOMING'] ?? '';
  const bucket = /^s3:\/\/([a-z0-9][a-z0-9.-]+)$/.exec(uri)?.[1];
  if (bucket === undefined) return refuse('FARELAKE_INCOMING', 's3://bucket');
  return { ...database, incoming: { uri, bucket } };
}

/** @throws UserError `bad-environment` */
export function readTapsEnvironment(variables: NodeJS.ProcessEnv): TapsEnvironment {
  const zone = (name: string): string => {
    const uri = variables[name] ?? '';
    return /^s3:\/\/[a-z0-9][a-z0-9.-]+(?:\/.+)?$/.test(uri) ? uri : refuse(name, 's3://bucket or s3://bucket/prefix');
  };
  return {
    ...readDatabase(variables),
    name: environmentName(variables['FARELAKE_ENVIRONMENT'] || undefined),
    stage: zone('FARELAKE_STAGE'),
    archive: zone('FARELAKE_ARCHIVE'),
    error: zone('FARELAKE_ERROR'),
    cluster: variables['KAFKA_CLUSTER'] || undefined,
  };
}

const environmentName = (name: string | undefined): string | undefined =>
  name === undefined || ENVIRONMENT_NAME.test(name)
    ? name
    : refuse(
        'FARELAKE_ENVIRONMENT',
        'a name as dev or dev-two (lower-case letters, digits, single hyphens), or nothing',
      );

function readDatabase(variables: NodeJS.ProcessEnv): DatabaseEnvironment {
  const databaseUrl = variables['DATABASE_URL'] ?? '';
  if (databaseUrl === '') refuse('DATABASE_URL', 'postgresql://user@host:port/database');
  const signIn = variables['FARELAKE_SIGN_IN'] ?? 'url';
  if (signIn !== 'iam' && signIn !== 'url') return refuse('FARELAKE_SIGN_IN', 'iam, or nothing');
  return { databaseUrl, signIn };
}

function refuse(name: string, allowed: string): never {
  throw new UserError({
    code: 'bad-environment',
    problem: `${name} is missing or wrong; allowed is ${allowed}.`,
    remedy: 'Correct the environment of the function, which the Pulumi program sets.',
    data: { name, allowed },
  });
}
