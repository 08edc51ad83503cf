/**
 * The public door of the command line, for scripts of this repository: what a command is made of, and the use cases that
 * commands call, so that a script depends on this package only.
 */
export { createViews, ingest, isTroubled, status, withEngine, type Ingested, type TableStatus } from '@farelake/ingest';
export { readManifest } from '@farelake/db';
export { historyName } from '@farelake/schema-registry';
export { openFolder } from './folder.ts';
export { main } from './main.ts';
export { readEnvironment, REPOSITORY, type Environment } from './environment.ts';
export { describeProgress } from './output/progress.ts';
export { count, formatTable } from './output/table.ts';
export { openTerminal, type Terminal } from './output/terminal.ts';
export { cellText } from './output/values.ts';
export { withWorkspace, type Context } from './session.ts';
export { untilStopped } from './stoppable.ts';
export type { Workspace } from '@farelake/ingest';
