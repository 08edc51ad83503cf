import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ProgramRun, Registered } from './run-program.ts';

export type { ProgramRun, Registered };

export const REPOSITORY = path.resolve(import.meta.dirname, '../../..');

const run = promisify(execFile);

/** The YAML reader of Pulumi's own SDK, so that a stack's file means here what it means there. */
const yaml = createRequire(path.join(REPOSITORY, 'node_modules/@pulumi/pulumi/package.json'))('js-yaml') as {
  load(text: string): unknown;
};

/** A stack's configuration as Pulumi hands it to the program: every value as text, structured ones as JSON. */
export async function stackConfig(stack: string): Promise<Record<string, string>> {
  const { config } = yaml.load(await readFile(path.join(REPOSITORY, `Pulumi.${stack}.yaml`), 'utf8')) as {
    config: Record<string, string | number | boolean | object>;
  };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );
}

/** Runs the program for a stack in a process of its own, with its committed configuration or another. */
export async function runProgram(stack: string, config?: Record<string, string>): Promise<ProgramRun> {
  const values = JSON.stringify(config ?? (await stackConfig(stack)));
  const script = path.join(import.meta.dirname, 'run-program.ts');
  const { stdout } = await run(process.execPath, [script, stack, values], { maxBuffer: 1 << 26 });
  return JSON.parse(stdout) as ProgramRun;
}

/** Builds the functions' bundles, which the program takes in. */
export async function bundleFunctions(): Promise<void> {
  await run(process.execPath, [path.join(REPOSITORY, 'packages/functions/src/bundle/main.ts')]);
}
