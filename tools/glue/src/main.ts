/** `npm run glue -- <job> …`: see `arguments.ts`. */
import path from 'node:path';
import {
  describeProblem,
  ingest,
  isTroubled,
  openFolder,
  openTerminal,
  progressLine,
  readEnvironment,
  status,
  untilStopped,
  UsageError,
  withWorkspace,
  type SparkHere,
  type Terminal,
} from '@farelake/cli';
import { GLUE_JOBS } from '@farelake/engines';
import { readArguments, USAGE, type Asked } from './arguments.ts';
import { onlyObject } from './only-object.ts';
import { makeVenv } from './venv.ts';

async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  let asked: Asked | undefined;
  try {
    asked = readArguments(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.note(describeProblem(error));
    return 2;
  }
  if (asked === undefined) {
    terminal.print(USAGE);
    return 0;
  }
  const { objectKeys, from, json } = asked;
  terminal.progress('looking for Spark, and installing it where it is missing (once, some minutes)');
  const spark: SparkHere = { python: await makeVenv(), jobs: path.resolve(GLUE_JOBS) };
  terminal.progress(undefined);
  const environment = readEnvironment(process.env, process.env['INIT_CWD'] ?? process.cwd());
  return untilStopped(terminal, (signal) =>
    withWorkspace({ environment, terminal, signal }, async (workspace) => {
      const store = await openFolder(from ?? environment.incoming);
      const told = [];
      for (const key of objectKeys) {
        const done = await ingest({ ...workspace, engine: 'spark', spark }, onlyObject(store, key), {
          onProgress: progressLine(terminal),
        });
        terminal.progress(undefined);
        for (const { error } of done.troubled) terminal.note(describeProblem(error));
        const rows = done.tables.reduce((sum, { rowsLoaded }) => sum + rowsLoaded, 0);
        told.push({ objectKey: key, found: done.registered.found, new: done.registered.fresh, rowsLoaded: rows });
        if (!json) terminal.print(`${key}: ${done.registered.found === 0 ? 'is not there' : `${rows} rows loaded`}`);
      }
      const tables = await status(workspace);
      if (json) terminal.print(JSON.stringify({ objects: told, tables }));
      return told.some(({ found }) => found === 0) || tables.some((table) => isTroubled(table)) ? 1 : 0;
    }),
  );
}

process.exitCode = await main(process.argv.slice(2), openTerminal());
