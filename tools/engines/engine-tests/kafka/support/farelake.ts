/** The real command in a process of its own, which needs no database for what it is asked here. */
import { execFile } from 'node:child_process';
import path from 'node:path';

const LAUNCHER = path.resolve(import.meta.dirname, '../../../../../packages/cli/bin/farelake.js');

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export const runFarelake = (variables: NodeJS.ProcessEnv, args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...variables };
    execFile(process.execPath, [LAUNCHER, ...args], { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
