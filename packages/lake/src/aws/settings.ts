/** What every connection to AWS takes from the environment, beside what its SDK takes by itself (credentials, profile). */
import { UserError } from '@farelake/schema-registry';

const nothing = () => undefined;
/** For an SDK's logger: errors say all there is to say; its warnings would land in the output of commands. */
export const SILENT = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Tries of one request, with a growing random pause between them. The SDK's own number, 3, is for when a person waits. */
const TRIES = 6;

/** Undefined: as `AWS_MAX_ATTEMPTS` says, which the SDK reads. */
export const triesOf = (variables: NodeJS.ProcessEnv): number | undefined =>
  variables['AWS_MAX_ATTEMPTS'] ? undefined : TRIES;

/**
 * Address of another server than AWS's own: `AWS_ENDPOINT_URL_<service>`, else `AWS_ENDPOINT_URL`; undefined: that of AWS.
 * @throws UserError `bad-endpoint`
 */
export function endpointOf(service: 'S3' | 'GLUE', variables: NodeJS.ProcessEnv): string | undefined {
  const name = `AWS_ENDPOINT_URL_${service}`;
  const endpoint = variables[name] || variables['AWS_ENDPOINT_URL'] || undefined;
  if (endpoint !== undefined && !/^https?:$/.test(URL.canParse(endpoint) ? new URL(endpoint).protocol : ''))
    throw new UserError({
      code: 'bad-endpoint',
      problem: `${variables[name] ? name : 'AWS_ENDPOINT_URL'} is no http(s) address.`,
      remedy: "Set it to one such as http://127.0.0.1:9000, or leave it out for Amazon's own.",
    });
  return endpoint;
}

/** Undefined: the SDK looks for it in the profile. */
export function regionOf(variables: NodeJS.ProcessEnv, endpoint: string | undefined): string | undefined {
  const named = variables['AWS_REGION'] || variables['AWS_DEFAULT_REGION'] || undefined;
  // Servers other than Amazon's have no regions, and still want one named.
  return named ?? (endpoint === undefined || variables['AWS_PROFILE'] ? undefined : 'us-east-1');
}
