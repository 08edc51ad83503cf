/** `npm run chaos`: exit 0 when nothing was lost or repeated, 1 when anything was, 2 for what cannot be understood. */
import { STEPS } from '@farelake/ingest';
import { readOptions, USAGE, type Options } from './options.ts';
import { runChaos, sum, type RunResult, type Told } from './run.ts';
import { ofSpark, stageOf } from './spark.ts';

const note = (text: string): void => void process.stderr.write(`${text}\n`);

function tellProgress({ scenario, disturbance, kills, lost, repeated, seconds, problems, done }: Told): void {
  const counts = `kills ${kills}, lost ${lost}, repeated ${repeated}`;
  note(`${scenario.padEnd(12)} ${disturbance.padEnd(28)} ${counts} (${seconds.toFixed(0)} s)`);
  if (problems.length === 0) return;
  for (const text of problems) note(`  ${text}`);
  note(`  after: ${done.join('; ')}`);
}

function close({ told, unreached }: RunResult, options: Options, without: string | undefined): number {
  const line = `kills ${sum(told, 'kills')}, lost ${sum(told, 'lost')}, repeated ${sum(told, 'repeated')}`;
  const forgotten = options.whole ? unreached.filter((step) => without === undefined || !ofSpark(step)) : [];
  if (forgotten.length > 0) note(`steps that no scenario reaches: ${forgotten.join(', ')}`);
  const failed = told.filter(({ problems }) => problems.length > 0);
  for (const name of new Set(failed.map(({ scenario }) => scenario)))
    note(`again: npm run chaos -- --seed ${options.seed} --scenario ${name}${options.quick ? ' --quick' : ''}`);
  if (options.json) process.stdout.write(`${JSON.stringify({ seed: options.seed, line, unreached, told })}\n`);
  (options.json ? process.stderr : process.stdout).write(`${line}\n`);
  return failed.length > 0 || forgotten.length > 0 ? 1 : 0;
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    note(USAGE);
    return 2;
  }
  const { scenarios, python, without } = await stageOf(options.scenarios);
  if (without !== undefined) note(`Stories with Spark are left out: ${without}.`);
  note(`seed ${options.seed}, ${scenarios.length} scenarios, ${STEPS.length} steps`);
  return close(await runChaos({ ...options, scenarios, python }, tellProgress), options, without);
}

process.exitCode = await main();
