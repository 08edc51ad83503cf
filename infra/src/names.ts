/**
 * The one rule of names: `farelake-<environment>-<part>…`. Names are plain text, known before anything exists, so that
 * policies name exactly what they allow and a preview shows them whole.
 */
import type { StackConfig } from './config/stack-config.ts';

/** What a name depends on. */
export type Place = Pick<StackConfig, 'environment' | 'region' | 'accountId'>;

/** Name of anything whose name is the account's own: `farelake-dev-register`. */
export const nameOf = ({ environment }: Place, ...parts: readonly string[]): string =>
  ['farelake', environment, ...parts].join('-');

/** Bucket names are the world's, so the account's id is part of them: `farelake-dev-incoming-111122223333`. */
export const bucketName = (place: Place, zone: string): string => nameOf(place, zone, place.accountId);

/** Names in Glue and in SQL take no hyphen: `farelake_dev`. */
export const catalogName = ({ environment }: Place): string => `farelake_${environment}`;

/** Name of a function's log group, which Lambda prescribes. */
export const logGroupName = (functionName: string): string => `/aws/lambda/${functionName}`;

export const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;

/** ARN in the stack's own account and region: `arnOf(place, 'sqs', 'farelake-dev-register')`. */
export const arnOf = ({ region, accountId }: Place, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${accountId}:${resource}`;
