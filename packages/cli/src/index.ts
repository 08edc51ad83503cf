/**
 * The public door of the command line, for scripts of this repository: what a command is made of, and the use cases that
 * commands call, so that a script depends on this package only.
 */
export {
  createViews,
  ingest,
  isSetTroubled,
  isTroubled,
  status,
  syncSets,
  withEngine,
  type Ingested,
  type Synced,
  type TableStatus,
} from '@farelake/ingest';
export { datasetsOf, partitionProgress, readManifest, refusedCounts, type KnownResult } from '@farelake/db';
export { historyName, UserError } from '@farelake/schema-registry';
export { replayEvents, type Replayed } from './commands/taps-replay.ts';
export { openFolder } from './folder.ts';
export { main } from './main.ts';
export { readEnvironment, REPOSITORY, type Environment } from './environment.ts';
export { describeProblem, UsageError } from './output/problem.ts';
export { describeProgress, progressLine } from './output/progress.ts';
export { periodText } from './output/results.ts';
export { count, formatTable } from './output/table.ts';
export { openTerminal, type Terminal } from './output/terminal.ts';
export { cellText } from './output/values.ts';
export { sparkHere } from './spark.ts';
export { withWorkspace, type Context } from './session.ts';
export { untilStopped } from './stoppable.ts';
export type { SparkHere, Workspace } from '@farelake/ingest';
export type { ObjectStore } from '@farelake/lake';
