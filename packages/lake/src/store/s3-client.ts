/**
 * The one connection to S3 of this process. Region, credentials and profile come from where every AWS tool takes them;
 * `AWS_ENDPOINT_URL_S3` names another server that speaks S3.
 */
import { UserError } from '@farelake/schema-registry';
import type * as Sdk from '@aws-sdk/client-s3';
import { endpointOf, regionOf, SILENT, triesOf } from '../aws/settings.ts';

export interface S3 {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.S3Client;
  /** Undefined: that of AWS. */
  readonly endpoint: string | undefined;
  /** Milliseconds without a byte after which a connection counts as dead. */
  readonly patience: number;
}

/** Seconds; a store that is alive answers within a few. */
const PATIENCE = 30;
/** Milliseconds until a connection stands. */
const CONNECT = 10_000;

let opened: { readonly settings: string; readonly s3: Promise<S3> } | undefined;

/** @throws UserError `bad-endpoint`, `bad-timeout` */
export function openS3(variables: NodeJS.ProcessEnv = process.env): Promise<S3> {
  const chosen = settingsOf(variables);
  const settings = JSON.stringify([chosen, variables['AWS_PROFILE'], variables['AWS_ACCESS_KEY_ID']]);
  if (opened?.settings !== settings) opened = { settings, s3: connect(chosen) };
  return opened.s3;
}

interface Settings {
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly patience: number;
  readonly tries: number | undefined;
}

function settingsOf(variables: NodeJS.ProcessEnv): Settings {
  const endpoint = endpointOf('S3', variables);
  return {
    endpoint,
    region: regionOf(variables, endpoint),
    patience: patienceOf(variables),
    tries: triesOf(variables),
  };
}

function patienceOf({ FARELAKE_S3_TIMEOUT: text }: NodeJS.ProcessEnv): number {
  const seconds = Number(text || PATIENCE);
  if (seconds > 0 && seconds < 86_400) return Math.ceil(seconds * 1000);
  throw new UserError({
    code: 'bad-timeout',
    problem: `FARELAKE_S3_TIMEOUT is ${JSON.stringify(text)}.`,
    remedy: `Set it to seconds, or leave it out for ${PATIENCE}.`,
  });
}

async function connect({ endpoint, region, patience, tries }: Settings): Promise<S3> {
  // Loaded when first needed: most commands on folders never do.
  const sdk = await import('@aws-sdk/client-s3');
  const client = new sdk.S3Client({
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(region === undefined ? {} : { region }),
    ...(tries === undefined ? {} : { maxAttempts: tries }),
    retryMode: 'standard',
    logger: SILENT,
    followRegionRedirects: true,
    requestHandler: { connectionTimeout: Math.min(CONNECT, patience), socketTimeout: patience },
  });
  return { sdk, client, endpoint, patience };
}
