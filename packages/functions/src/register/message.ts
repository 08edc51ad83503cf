/**
 * What a message of the register queue says. Pure.
 *
 * | Message                                                 | Is       | Because                                                          |
 * | ------------------------------------------------------- | -------- | ---------------------------------------------------------------- |
 * | Object Created of the incoming bucket                   | created  |                                                                  |
 * | another event of S3 (deleted, tagged, restored, …)      | ignored  | it brings no content; failing it would only fill the dead letters |
 * | the test event of a bucket's direct notification        | ignored  | S3 sends it once when someone sets one up                        |
 * | Object Created of another bucket                        | poison   | nobody else would register it: a person must see it              |
 * | anything else: no JSON, another source, missing fields  | poison   | what it means is not known, so it may not be dropped             |
 */
import type { StoredObject } from '@farelake/lake';

export type Message =
  | { readonly kind: 'created'; readonly object: StoredObject & { readonly tag: string } }
  | { readonly kind: 'ignored'; readonly reason: string }
  | { readonly kind: 'poison'; readonly reason: string };

const ignored = (reason: string): Message => ({ kind: 'ignored', reason });
const poison = (reason: string): Message => ({ kind: 'poison', reason });

/**
 * Reads a message body (Amazon S3 user guide, "EventBridge event message structure"). Keys come as they are, not
 * URL-encoded; the ETag comes without quotes.
 */
export function readMessage(body: string, bucket: string): Message {
  const event = fields(parsed(body));
  if (event === undefined) return poison('not a JSON object');
  if (event['Event'] === 's3:TestEvent') return ignored('test event');
  if (event['source'] !== 'aws.s3') return poison('no event of S3');
  if (event['detail-type'] !== 'Object Created') return ignored('not about new content');
  const detail = fields(event['detail']);
  const object = fields(detail?.['object']);
  const name = fields(detail?.['bucket'])?.['name'];
  if (name !== bucket) return poison('of another bucket');
  const { key, size, etag } = object ?? {};
  if (typeof key !== 'string' || key === '') return poison('without a key');
  if (typeof etag !== 'string' || etag === '') return poison('without an ETag');
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return poison('without a size');
  return { kind: 'created', object: { path: key, size, tag: etag } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const fields = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
