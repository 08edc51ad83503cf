/** A batch of messages in, what must come again out. */
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { registerObject, type Registration } from '@farelake/ingest';
import type { ObjectStore, StoredObject } from '@farelake/lake';
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
type BatchRecord = Pick<SQSRecord, 'messageId' | 'body'>;

/** An object that is announced, and the message that says so. */
interface Announced {
  readonly messageId: string;
  readonly object: StoredObject & { readonly tag: string };
}

/** Objects looked at together: S3 answers in parallel, the database one by one over the one connection. */
const LANES = 10;

/** Milliseconds kept for the answer: out of time without one, all messages count as tried, also those that are done. */
const FOR_THE_ANSWER = 2_000;

/**
 * Each message stands for itself: one that fails keeps no other from being done, and comes again alone. What is not
 * done in time has failed as well; if it ends after all, it is known when it comes again.
 * @param milliseconds until the invocation is ended from outside
 */
export async function registerBatch(
  context: RegisterContext,
  records: readonly BatchRecord[],
  milliseconds: number,
): Promise<SQSBatchResponse> {
  const counts: Partial<Record<Outcome, number>> = {};
  const count = (outcome: Outcome) => (counts[outcome] = (counts[outcome] ?? 0) + 1);
  const failed: string[] = [];
  const open = new Map<string, Announced>();
  for (const record of records) {
    const announced = announcedBy(context, record);
    if (announced === 'failed') failed.push(record.messageId);
    if (typeof announced === 'string') count(announced);
    else open.set(record.messageId, announced);
  }
  const late = new AbortController();
  await withinTime(milliseconds - FOR_THE_ANSWER, late, async () => {
    const queue = open.values();
    const lane = async (): Promise<void> => {
      for (const announced of queue) {
        const end = await registerAnnounced(context, announced);
        // Somebody else's batch is worked on by now.
        if (late.signal.aborted) return;
        end.log();
        open.delete(announced.messageId);
        count(end.outcome);
        if (end.outcome === 'failed') failed.push(announced.messageId);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  });
  for (const { messageId, object } of open.values()) {
    context.log('error', { event: 'failed', messageId, key: object.path, reason: 'ran out of time' });
    count('failed');
    failed.push(messageId);
  }
  context.log('info', { event: 'batch', messages: records.length, ...counts });
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

/** Waits for the work, or until the time is up; then `late` is aborted and the work is left to itself. */
async function withinTime(milliseconds: number, late: AbortController, work: () => Promise<void>): Promise<void> {
  // Begun on without time, it would end in somebody else's.
  if (milliseconds <= 0) return;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => {
    late.abort();
    resolve(undefined);
  }, milliseconds);
  await Promise.race([work(), promise]).finally(() => {
    clearTimeout(timer);
  });
}

function announcedBy(
  { bucket, log }: RegisterContext,
  { messageId, body }: BatchRecord,
): Announced | 'ignored' | 'failed' {
  const message = readMessage(body, bucket);
  if (message.kind === 'ignored') return 'ignored';
  if (message.kind === 'created') return { messageId, object: message.object };
  log('error', { event: 'poison', messageId, reason: message.reason });
  return 'failed';
}

async function registerAnnounced(
  { pool, incoming, log }: RegisterContext,
  { messageId, object }: Announced,
): Promise<{ readonly outcome: Outcome; readonly log: () => void }> {
  const key = object.path;
  const say = (level: 'info' | 'error', event: string, more: object) => () => {
    log(level, { event, messageId, key, ...more });
  };
  try {
    const outcome = await registerObject({ pool }, incoming, object);
    // What is no longer there as announced is rare, and worth finding when someone looks for a missing file.
    const rare = outcome === 'gone' || outcome === 'replaced';
    return { outcome, log: rare ? say('info', outcome, {}) : () => undefined };
  } catch (error) {
    const reason = Error.isError(error) ? error.message : String(error);
    return { outcome: 'failed', log: say('error', 'failed', { reason }) };
  }
}
