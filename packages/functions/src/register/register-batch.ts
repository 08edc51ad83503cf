/** A batch of messages in, what must come again out. */
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { registerObject, type Registration } from '@farelake/ingest';
import type { ObjectStore } from '@farelake/lake';
import type { Pool } from 'pg';
import { readMessage } from './message.ts';

/** One line of the log: fields, never text made of values. */
export type Log = (level: 'info' | 'error', entry: Readonly<Record<string, unknown>>) => void;

export interface RegisterContext {
  readonly pool: Pool;
  readonly incoming: ObjectStore;
  readonly bucket: string;
  readonly log: Log;
}

type Outcome = Registration | 'ignored' | 'failed';

/** Objects looked at together: S3 answers in parallel, the database one by one over the one connection. */
const LANES = 10;

/** Each message stands for itself: one that fails keeps no other from being done, and comes again alone. */
export async function registerBatch(
  context: RegisterContext,
  records: readonly Pick<SQSRecord, 'messageId' | 'body'>[],
): Promise<SQSBatchResponse> {
  const failed: string[] = [];
  const counts: Partial<Record<Outcome, number>> = {};
  for (let first = 0; first < records.length; first += LANES)
    await Promise.all(
      records.slice(first, first + LANES).map(async (record) => {
        const outcome = await registerMessage(context, record);
        counts[outcome] = (counts[outcome] ?? 0) + 1;
        if (outcome === 'failed') failed.push(record.messageId);
      }),
    );
  context.log('info', { event: 'batch', messages: records.length, ...counts });
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

async function registerMessage(
  { pool, incoming, bucket, log }: RegisterContext,
  { messageId, body }: Pick<SQSRecord, 'messageId' | 'body'>,
): Promise<Outcome> {
  const message = readMessage(body, bucket);
  if (message.kind === 'ignored') return 'ignored';
  if (message.kind === 'poison') {
    log('error', { event: 'poison', messageId, reason: message.reason });
    return 'failed';
  }
  const { path: key } = message.object;
  try {
    const outcome = await registerObject({ pool }, incoming, message.object);
    // What is no longer there as announced is rare, and worth finding when someone looks for a missing file.
    if (outcome === 'gone' || outcome === 'replaced') log('info', { event: outcome, messageId, key });
    return outcome;
  } catch (error) {
    log('error', { event: 'failed', messageId, key, reason: Error.isError(error) ? error.message : String(error) });
    return 'failed';
  }
}
