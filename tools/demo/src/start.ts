/** `npm start`: the main job on the committed sample feed, a stand-in of the vendor's API and recorded taps, and then what came of it. */
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
  type TableStatus,
  type Terminal,
} from '@farelake/cli';
import { SHOWN_SETS } from './dmap/invented.ts';
import { syncInvented } from './dmap/sync.ts';
import { gatherSummary, sampleContracts } from './summary.ts';
import { showSummary } from './show.ts';
import { replaySample } from './taps/replay.ts';

const SAMPLE = path.join(REPOSITORY, 'sample_data/cubic');

/** @returns the exit code: 0 done, 1 something failed or could not be shown, 130 stopped by Ctrl-C */
export async function start(): Promise<number> {
  const terminal = openTerminal();
  return untilStopped(terminal, (signal) => run({ environment: environment(terminal), terminal, signal }));
}

/** The feeds and their contracts belong together; everything else is as the environment says, as for every command. */
function environment(terminal: Terminal) {
  if (process.env['FARELAKE_REGISTRY'])
    terminal.note("npm start uses the repository's contracts; FARELAKE_REGISTRY counts for the other commands only.");
  const vendor = Object.keys(process.env).filter((name) => /^DMAP_/.test(name) && process.env[name]);
  if (vendor.length > 0)
    terminal.note(
      `npm start asks a stand-in of the vendor's API on this machine; ${vendor.toSorted().join(', ')} count for the other commands only.`,
    );
  return readEnvironment({ ...process.env, FARELAKE_REGISTRY: '', DMAP_BASE_URL: '' });
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
    const fetched = await syncInvented(context, workspace);
    const topic = await replaySample(context, workspace);
    const all = await status(workspace);
    const contracts = sampleContracts(workspace.contracts, SAMPLE);
    const tables = all.filter(({ table }) => contracts.has(table));
    if (tell(terminal, tables)) return 1;
    const sets = all.filter(({ table }) => SHOWN_SETS.some((set) => table === `dmap_${set}`));
    const isShown = fetched !== undefined && !tell(terminal, sets);
    const summary = await gatherSummary(workspace, { tables, sets: isShown ? sets : [], topic: topic !== undefined });
    showSummary(terminal, { done, worked, fetched, topic, sample: SAMPLE, stage: environment.stage, ...summary });
    return isShown && topic !== undefined ? 0 : 1;
  });
}

/** @returns whether one of them needs somebody, which is told */
function tell(terminal: Terminal, tables: readonly TableStatus[]): boolean {
  const troubled = tables.filter((table) => isTroubled(table));
  for (const { table, state, reason } of troubled) terminal.note(`${state}: ${table}: ${reason ?? ''}`);
  return troubled.length > 0;
}
