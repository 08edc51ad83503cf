/** Events as AWS documents them, from the committed fixtures. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { SQSEvent, SQSRecord } from 'aws-lambda';

export const FIXTURES = path.join(import.meta.dirname, '../fixtures');
const text = (name: string): string => readFileSync(path.join(FIXTURES, name), 'utf8');

export interface Created {
  source: string;
  'detail-type': string;
  detail: { bucket: { name: string }; object: { key: string; size: number; etag: string; sequencer: string } };
}

/** The recorded event, its own or with another object. */
export function created(object: Partial<Created['detail']['object']> = {}): Created {
  const event = JSON.parse(text('object-created.json')) as Created;
  return { ...event, detail: { ...event.detail, object: { ...event.detail.object, ...object } } };
}

/** A batch with a message for each body; message ids are `m0`, `m1`, … */
export function batch(...bodies: readonly (string | object)[]): SQSEvent {
  const record = JSON.parse(text('sqs-record.json')) as SQSRecord;
  return {
    Records: bodies.map((body, index) => ({
      ...record,
      messageId: `m${index}`,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })),
  };
}
