/** The part of `npm start` about Kafka: the recorded events of sample_data, handed to the Lambda function's own code. No broker is needed. */
import path from 'node:path';
import {
  partitionProgress,
  refusedCounts,
  replayEvents,
  REPOSITORY,
  UserError,
  type Context,
  type Replayed,
  type Workspace,
} from '@farelake/cli';
import { TAPS_CLUSTER, TAPS_TOPIC } from '@farelake/sample-data';

export const EVENTS: string = path.join(REPOSITORY, 'sample_data/taps/events.jsonl');
export const TABLE = 'taps';

export interface TopicFigures extends Replayed {
  /** Records in quarantine by reason, whenever they came. */
  readonly refused: readonly { readonly reason: string; readonly records: number }[];
  /** Partitions of the topic, and offsets between others that never came. */
  readonly partitions: number;
  readonly missing: number;
  /** Milliseconds that handing over took. */
  readonly worked: number;
}

/** @returns undefined: it could not be shown, and was told why */
export async function replaySample({ terminal }: Context, workspace: Workspace): Promise<TopicFigures | undefined> {
  const tellLeftOut = (why: string): void => {
    terminal.progress(undefined);
    terminal.note(`The part about taps is left out: ${why}`);
  };
  const known = await partitionProgress(workspace.pool, TABLE);
  if (known.some(({ cluster, topic }) => cluster !== TAPS_CLUSTER || topic !== TAPS_TOPIC)) {
    tellLeftOut(
      `the table ${TABLE} of this home has records that are not the sample's, and both must not mix. A home of its own shows it: FARELAKE_HOME=.farelake/demo npm start`,
    );
    return undefined;
  }
  const began = performance.now();
  try {
    const replayed = await replayEvents(workspace, EVENTS, {
      onProgress: (text) => {
        terminal.progress(`handing over recorded taps: ${text}`);
      },
    });
    terminal.progress(undefined);
    const worked = performance.now() - began;
    const progress = await partitionProgress(workspace.pool, TABLE);
    return {
      ...replayed,
      refused: await refusedCounts(workspace.pool, TABLE),
      partitions: progress.length,
      missing: progress.reduce((sum, one) => sum + one.missing, 0),
      worked,
    };
  } catch (error) {
    workspace.signal.throwIfAborted();
    if (!(error instanceof UserError)) throw error;
    tellLeftOut(error.message);
    return undefined;
  }
}
