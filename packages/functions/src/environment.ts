/** What a function is told by its environment; read once, when it starts. */
import { UserError } from '@farelake/schema-registry';

export interface FunctionEnvironment {
  /** Without a password where `signIn` is `iam`. */
  readonly databaseUrl: string;
  /** `iam`: a token of RDS for each connection, over TLS. `url`: what the URL says. */
  readonly signIn: 'iam' | 'url';
  /** The bucket of the incoming zone. */
  readonly incoming: { readonly uri: string; readonly bucket: string };
}

/** @throws UserError `bad-environment` naming the variable; never its value, which may hold a password */
export function readEnvironment(variables: NodeJS.ProcessEnv): FunctionEnvironment {
  const databaseUrl = variables['DATABASE_URL'] ?? '';
  if (databaseUrl === '') refuse('DATABASE_URL', 'postgresql://user@host:port/database');
  const signIn = variables['FARELAKE_SIGN_IN'] ?? 'url';
  if (signIn !== 'iam' && signIn !== 'url') return refuse('FARELAKE_SIGN_IN', 'iam, or nothing');
  const uri = variables['FARELAKE_INCOMING'] ?? '';
  const bucket = /^s3:\/\/([a-z0-9][a-z0-9.-]+)$/.exec(uri)?.[1];
  if (bucket === undefined) return refuse('FARELAKE_INCOMING', 's3://bucket');
  return { databaseUrl, signIn, incoming: { uri, bucket } };
}

function refuse(name: string, allowed: string): never {
  throw new UserError({
    code: 'bad-environment',
    problem: `${name} is missing or wrong; allowed is ${allowed}.`,
    remedy: 'Correct the environment of the function, which the Pulumi program sets.',
    data: { name, allowed },
  });
}
