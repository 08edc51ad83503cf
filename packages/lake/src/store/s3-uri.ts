/** Names in buckets: `s3://bucket/prefix`, keys below the prefix, and which keys are paths that a store can offer. */
import { UserError } from '@farelake/schema-registry';

export interface S3Location {
  readonly bucket: string;
  /** Without slashes at its ends; empty: the whole bucket. */
  readonly prefix: string;
}

/** As S3 names buckets, and a little more: old buckets have upper-case letters and underscores. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/;

/** Bytes of a key (Amazon S3 User Guide, "Naming Amazon S3 objects"). */
const LONGEST_KEY = 1024;

/** @throws UserError `bad-store-uri` */
export function parseS3Uri(uri: string): S3Location {
  const [, bucket = '', rest = ''] = /^s3:\/\/([^/]*)\/*(.*)$/is.exec(uri) ?? [];
  const prefix = rest.replace(/\/+$/, '');
  if (!BUCKET.test(bucket)) throw badUri(uri, 'names no bucket');
  if (prefix !== '' && faultOf(prefix) !== undefined) throw badUri(uri, 'has a prefix that is no path');
  return { bucket, prefix };
}

const badUri = (uri: string, why: string): UserError =>
  new UserError({
    code: 'bad-store-uri',
    // Whoever writes credentials into it must not find them in a log.
    problem: uri.includes('@') ? `The s3:// address ${why}.` : `${JSON.stringify(uri)} ${why}.`,
    remedy: 'Write s3://bucket or s3://bucket/prefix; credentials come from the environment or the AWS configuration.',
  });

export const storeUri = ({ bucket, prefix }: S3Location): string =>
  prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;

/** Why a text is no path below a store; undefined: it is one. */
export function faultOf(path: string): string | undefined {
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'its key has control characters';
  const segments = path.split('/');
  if (segments.includes('')) return 'its key has an empty part between slashes';
  if (segments.some((segment) => segment === '.' || segment === '..')) return 'its key has a part . or ..';
  return undefined;
}

/** @throws Error for a path that would leave the store or that no listing would show */
export function keyOf(location: S3Location, inside: string): string {
  // Whoever asks for a folder asks for what is not there, which the store itself may say.
  const fault = faultOf(inside.replace(/\/$/, ''));
  if (fault !== undefined) throw new Error(`path leaves the store: ${JSON.stringify(inside)}: ${fault}`);
  const key = location.prefix === '' ? inside : `${location.prefix}/${inside}`;
  if (Buffer.byteLength(key) > LONGEST_KEY) throw new Error(`a key of more than ${LONGEST_KEY} bytes: ${key}`);
  return key;
}
