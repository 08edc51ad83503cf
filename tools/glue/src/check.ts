/**
 * The checks of `glue-jobs/`: `npm run glue:check [-- --only=lint|test] [--report=<file>]`. The report counts as Jest's does: each test of
 * pytest, and each of the two checks of the code. Where there can be no Python of that kind they are skipped with the reason; in CI that fails.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { GLUE_JOBS, glueEnvironment } from '@farelake/engines';

interface Counted {
  readonly passed: number;
  readonly failed: number;
}

async function run(command: string, ...args: string[]): Promise<boolean> {
  const child = spawn(command, args, { cwd: GLUE_JOBS, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number | null];
  return code === 0;
}

const one = (passed: boolean): Counted => ({ passed: passed ? 1 : 0, failed: passed ? 0 : 1 });

async function lint(bin: string): Promise<Counted[]> {
  const ruff = path.join(bin, 'ruff');
  return [one(await run(ruff, 'check', '.')), one(await run(ruff, 'format', '--check', '.'))];
}

/** By pytest's own report: a run that ends badly without a failed test has failed all the same. */
async function test(bin: string): Promise<Counted> {
  const file = path.join(GLUE_JOBS, '.pytest_cache', 'report.xml');
  await rm(file, { force: true });
  const well = await run(path.join(bin, 'python'), '-m', 'pytest', `--junitxml=${file}`);
  const report = await readFile(file, 'utf8').catch(() => '');
  const number = (name: string) => Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(report)?.[1] ?? 0);
  const failed = number('failures') + number('errors');
  const passed = number('tests') - failed - number('skipped');
  return { passed, failed: well ? failed : Math.max(1, failed) };
}

const { values } = parseArgs({ options: { only: { type: 'string' }, report: { type: 'string' } } });
const python = await glueEnvironment();
if (typeof python !== 'string') {
  process.stderr.write(`Checks of the Glue jobs are skipped: ${python.reason}.\n`);
  process.exitCode = process.env['CI'] === 'true' ? 1 : 0;
} else {
  const bin = path.dirname(python);
  const counted = [
    ...(values.only === 'test' ? [] : await lint(bin)),
    ...(values.only === 'lint' ? [] : [await test(bin)]),
  ];
  const numPassedTests = counted.reduce((sum, { passed }) => sum + passed, 0);
  const numFailedTests = counted.reduce((sum, { failed }) => sum + failed, 0);
  if (values.report !== undefined) {
    await mkdir(path.dirname(values.report), { recursive: true });
    const report = { numPassedTests, numFailedTests, numRuntimeErrorTestSuites: 0, numPendingTests: 0 };
    await writeFile(values.report, JSON.stringify(report));
  }
  process.exitCode = numFailedTests === 0 && numPassedTests > 0 ? 0 : 1;
}
