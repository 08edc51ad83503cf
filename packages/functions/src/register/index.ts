/** The Lambda function `register`: events of new objects, by way of SQS, into the ledger. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { s3Store } from '@farelake/lake';
import { openDatabase, wake } from '../database.ts';
import { readEnvironment } from '../environment.ts';
import { registerBatch, type RegisterContext } from './register-batch.ts';

let context: RegisterContext | undefined;

export async function handler(
  event: SQSEvent,
  invocation: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<SQSBatchResponse> {
  // Made by the first invocation, so that a wrong environment is an error of the function and not of its start; kept
  // for the next ones.
  context ??= openContext();
  await wake(context.pool);
  return registerBatch(context, event.Records, invocation.getRemainingTimeInMillis());
}

function openContext(): RegisterContext {
  const environment = readEnvironment(process.env);
  const { uri, bucket } = environment.incoming;
  return {
    pool: openDatabase(environment),
    incoming: s3Store(uri),
    bucket,
    // Lambda's JSON log takes an object as it is, with time, level and request beside it.
    log: (level, entry) => {
      console[level](entry);
    },
  };
}
