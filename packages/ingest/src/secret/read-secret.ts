/**
 * A secret from where the deployment keeps it: an environment variable on one machine, AWS Secrets Manager in the cloud.
 * It is read when something needs it, and is in no error, no log, no ledger.
 */
import { UserError } from '@farelake/schema-registry';

/** Where a secret may lie. */
export interface SecretPlace {
  /** What it is, for messages: `the key of keyed hashes`. */
  readonly what: string;
  /** Name of the environment variable that holds the secret itself. */
  readonly variable: string;
  /** Name of the environment variable that names the secret in AWS Secrets Manager, by id or ARN. */
  readonly reference: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the environment says anything of it. */
export const isSecretGiven = ({ variable, reference }: SecretPlace, environment: Environment = process.env): boolean =>
  (environment[variable] ?? '') !== '' || (environment[reference] ?? '') !== '';

/** Secrets that were fetched, by reference: one process asks for each but once. A failure is not kept. */
const fetched = new Map<string, Promise<Uint8Array>>();

/**
 * The secret's bytes: of text its UTF-8, exactly as it stands there.
 * @throws UserError `secret-missing`, `secret-ambiguous`, `secret-blank`, `secret-unreachable`
 */
export async function readSecret(place: SecretPlace, environment: Environment = process.env): Promise<Uint8Array> {
  const [own, reference] = [environment[place.variable] ?? '', environment[place.reference] ?? ''];
  if (own !== '' && reference !== '')
    throw new UserError({
      code: 'secret-ambiguous',
      problem: `Both ${place.variable} and ${place.reference} are set; which of them has ${place.what}?`,
      remedy: 'Unset one of them.',
    });
  if (own === '' && reference === '')
    throw new UserError({
      code: 'secret-missing',
      problem: `There is no ${place.what}: neither ${place.variable} nor ${place.reference} is set.`,
      remedy: `Set ${place.variable} to it, or ${place.reference} to the id or ARN of its secret in AWS Secrets Manager.`,
    });
  if (own !== '') return withoutBlanks(Buffer.from(own, 'utf8'), place.variable);
  const before = fetched.get(reference);
  const secret = before ?? fetchSecret(place, reference);
  if (before === undefined) fetched.set(reference, secret);
  try {
    return await secret;
  } catch (error) {
    fetched.delete(reference);
    throw error;
  }
}

/** A line break that a file or a shell added would make another secret of it, and nobody would see why. */
function withoutBlanks(secret: Uint8Array, where: string): Uint8Array {
  const text = Buffer.from(secret).toString('utf8');
  if (text === text.trim()) return secret;
  throw new UserError({
    code: 'secret-blank',
    problem: `The secret in ${where} begins or ends with a blank or a line break.`,
    remedy: 'Store it without: they would be part of it.',
  });
}

/** Milliseconds: a secret store answers at once or not at all. */
const TIMEOUT = { connection: 5_000, request: 10_000 };

async function fetchSecret(place: SecretPlace, reference: string): Promise<Uint8Array> {
  // Loaded when it is needed: most commands and most machines never do.
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  // Region, credentials and endpoint are the SDK's to find (AWS_REGION, AWS_ENDPOINT_URL_SECRETS_MANAGER …).
  const region = /^arn:[^:]+:secretsmanager:([^:]+):/.exec(reference)?.[1];
  const client = new SecretsManagerClient({
    ...(region === undefined ? {} : { region }),
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: TIMEOUT.connection,
      requestTimeout: TIMEOUT.request,
      throwOnRequestTimeout: true,
    },
  });
  try {
    const { SecretString, SecretBinary } = await client.send(new GetSecretValueCommand({ SecretId: reference }));
    if (SecretBinary !== undefined) return SecretBinary;
    return withoutBlanks(Buffer.from(SecretString ?? '', 'utf8'), `the secret that ${place.reference} names`);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw unreachable(place, reference, cause);
  } finally {
    client.destroy();
  }
}

/** The service's own words name the secret or the role, never the value. */
function unreachable(place: SecretPlace, reference: string, cause: unknown): UserError {
  const { name, message } = Error.isError(cause) ? cause : { name: 'Error', message: String(cause) };
  return new UserError({
    code: 'secret-unreachable',
    problem: `AWS Secrets Manager does not give ${place.what}, the secret ${reference} (${name}: ${message.split('\n')[0] ?? ''}).`,
    remedy: `Check ${place.reference}, AWS_REGION and the credentials; the role needs secretsmanager:GetSecretValue on it.`,
    data: { reference, reason: name },
    cause,
  });
}
