/**
 * The one connection to the AWS Glue Data Catalog of this process. Region, credentials and profile come from where every AWS
 * tool takes them; `AWS_ENDPOINT_URL_GLUE` or `AWS_ENDPOINT_URL` name another server that speaks its API.
 */
import type * as Sdk from '@aws-sdk/client-glue';
import { endpointOf, regionOf, SILENT, triesOf } from '../aws/settings.ts';

export interface Glue {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.GlueClient;
  /** Undefined: that of AWS. */
  readonly endpoint: string | undefined;
}

/** Milliseconds until a connection stands, and without a byte after which it counts as dead: a catalog answers at once. */
const CONNECT = 10_000;
const SILENCE = 20_000;

let opened: { readonly settings: string; readonly glue: Promise<Glue> } | undefined;

/** @throws UserError `bad-endpoint` */
export function openGlue(variables: NodeJS.ProcessEnv = process.env): Promise<Glue> {
  const endpoint = endpointOf('GLUE', variables);
  const chosen = { endpoint, region: regionOf(variables, endpoint), tries: triesOf(variables) };
  const settings = JSON.stringify([chosen, variables['AWS_PROFILE'], variables['AWS_ACCESS_KEY_ID']]);
  if (opened?.settings !== settings) opened = { settings, glue: connect(chosen) };
  return opened.glue;
}

interface Settings {
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly tries: number | undefined;
}

async function connect({ endpoint, region, tries }: Settings): Promise<Glue> {
  // Loaded when first needed: without a database of Glue it never is.
  const sdk = await import('@aws-sdk/client-glue');
  const client = new sdk.GlueClient({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(tries === undefined ? {} : { maxAttempts: tries }),
    // All publishers of an account share its quota of requests: this one slows down by itself once it is throttled.
    retryMode: 'adaptive',
    logger: SILENT,
    requestHandler: { connectionTimeout: CONNECT, socketTimeout: SILENCE },
  });
  return { sdk, client, endpoint };
}
