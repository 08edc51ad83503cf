/** `npm start`: the main job on the committed sample feed, and then what came of it. */
import path from 'node:path';
import {
  describeProgress,
  ingest,
  isTroubled,
  openFolder,
  openTerminal,
  readEnvironment,
  REPOSITORY,
  status,
  untilStopped,
  withWorkspace,
  type Context,
  type Terminal,
} from '@farelake/cli';
import { gatherSummary, sampleContracts } from './summary.ts';
import { showSummary } from './show.ts';

const SAMPLE = path.join(REPOSITORY, 'sample_data/cubic');

/** @returns the exit code: 0 done, 1 something failed, 130 stopped by Ctrl-C */
export async function start(): Promise<number> {
  const terminal = openTerminal();
  return untilStopped(terminal, (signal) => run({ environment: environment(terminal), terminal, signal }));
}

/** The feed and its contracts belong together; everything else is as the environment says, as for every command. */
function environment(terminal: Terminal) {
  if (process.env['FARELAKE_REGISTRY'])
    terminal.note("npm start uses the repository's contracts; FARELAKE_REGISTRY counts for the other commands only.");
  return readEnvironment({ ...process.env, FARELAKE_REGISTRY: '' });
}

async function run(context: Context): Promise<number> {
  const { terminal, environment } = context;
  return withWorkspace(context, async (workspace) => {
    const ready = performance.now();
    const done = await ingest(workspace, await openFolder(SAMPLE), {
      onProgress: (progress) => {
        terminal.progress(describeProgress(progress));
      },
    });
    terminal.progress(undefined);
    const worked = performance.now() - ready;
    const contracts = sampleContracts(workspace.contracts, SAMPLE);
    const tables = (await status(workspace)).filter(({ table }) => contracts.has(table));
    const troubled = tables.filter((table) => isTroubled(table));
    for (const { table, state, reason } of troubled) terminal.note(`${state}: ${table}: ${reason ?? ''}`);
    if (troubled.length > 0) return 1;
    const summary = await gatherSummary(workspace, tables);
    showSummary(terminal, { done, worked, sample: SAMPLE, stage: environment.stage, ...summary });
    return 0;
  });
}
