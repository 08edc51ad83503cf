/** The Lambda function `taps`: records of a Kafka topic, by an event source mapping, into its table. */
import { s3Store } from '@farelake/lake';
import { openDatabase, wake } from '../database.ts';
import { readTapsEnvironment } from '../environment.ts';
import { topicContracts } from './contracts.ts';
import { handleEvent, type TapsContext } from './handle-event.ts';

let context: Promise<TapsContext> | undefined;

export async function handler(event: unknown): Promise<void> {
  // Made by the first invocation, so that a wrong environment is an error of the function and not of its start; kept
  // for the next ones.
  context ??= openContext();
  const own = await context.catch((error: unknown) => {
    context = undefined;
    throw error;
  });
  await wake(own.workspace.pool);
  await handleEvent(own, event);
}

async function openContext(): Promise<TapsContext> {
  const environment = readTapsEnvironment(process.env);
  const { name, stage, archive, error, cluster } = environment;
  return {
    cluster,
    workspace: {
      pool: openDatabase(environment),
      contracts: await topicContracts(),
      environment: name,
      stage: s3Store(stage),
      archive: s3Store(archive),
      error: s3Store(error),
      // The event source brings what failed again, and waiting is paid for.
      patience: { retries: 0, ofStores: 0, first: 0, longest: 0 },
      // What Lambda ends, it ends: there is nobody to ask for a stop.
      signal: new AbortController().signal,
    },
    log: (level, entry) => {
      console[level](entry);
    },
  };
}
