/** Runs CI's steps one after the other, all of them even when one fails, and closes with the sum of what was counted. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, mkdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { steps, type Step } from './steps.ts';
import { closingLine, exitCodeOf, sum, tallyJest, tallyStep, type JestReport, type Tally } from './tally.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');

async function runCi(): Promise<number> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'farelake-ci-'));
  await mkdir(path.join(REPOSITORY, 'reports'), { recursive: true });
  const env = { ...process.env, FARELAKE_HOME: path.join(home, 'home') };
  const tallies: Tally[] = [];
  for (const step of steps(process.env['CI_BASE'] ?? firstCommit())) {
    const begun = Date.now();
    console.log(`\n=== ${step.name}: ${step.command} ${step.args.join(' ')}`);
    if (step.report !== undefined) await rm(path.join(REPOSITORY, step.report), { force: true });
    const code = await run(step, env);
    const tally = await count(step, code);
    tallies.push(tally);
    console.log(`=== ${step.name}: ${closingLine(tally)} in ${Math.round((Date.now() - begun) / 1000)} s`);
  }
  await rm(home, { recursive: true, force: true });
  const total = sum(tallies);
  console.log(`\n${closingLine(total)}`);
  return exitCodeOf(total);
}

/** Everything is affected since then. */
const firstCommit = (): string =>
  execFileSync('git', ['rev-list', '--max-parents=0', 'HEAD'], { cwd: REPOSITORY, encoding: 'utf8' }).trim();

const run = ({ command, args }: Step, env: NodeJS.ProcessEnv): Promise<number> =>
  new Promise((resolve, reject) => {
    spawn(command, args, { cwd: REPOSITORY, env, stdio: ['ignore', 'inherit', 'inherit'] })
      .on('error', reject)
      .on('close', (code) => {
        resolve(code ?? 1);
      });
  });

async function count(step: Step, code: number): Promise<Tally> {
  if (step.report === undefined) return tallyStep(code);
  try {
    return tallyJest(JSON.parse(await readFile(path.join(REPOSITORY, step.report), 'utf8')) as JestReport, code);
  } catch (error) {
    // No readable report: the runner did not get as far as its tests.
    console.error(error);
    return tallyStep(1);
  }
}

process.exitCode = await runCi();
