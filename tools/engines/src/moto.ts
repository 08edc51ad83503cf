/** An emulator of AWS APIs for tests: moto's server (PyPI), in a process of its own, with everything in its memory. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pythonEnvironment, type Unavailable } from './python.ts';

const REQUIREMENTS = ['moto[server]==5.2.5'];

/** The path of its program; it is installed when it is asked for first. */
export async function motoInstallation(): Promise<string | Unavailable> {
  const python = await pythonEnvironment({ name: 'moto', requirements: REQUIREMENTS });
  return typeof python === 'string' ? path.join(path.dirname(python), 'moto_server') : python;
}

export interface Moto {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** @throws Error where it cannot be installed, or what it said when it did not come up */
export async function startMoto(): Promise<Moto> {
  const program = await motoInstallation();
  if (typeof program !== 'string') throw new Error(`There can be no emulator of AWS: ${program.reason}.`);
  // Port 0: one that is free; it says which.
  const child = spawn(program, ['-H', '127.0.0.1', '-p', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  const said: string[] = [];
  const endpoint = await new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    createInterface({ input: child.stderr }).on('line', (line) => {
      const found = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
      else if (said.length < 20) said.push(line);
    });
    void ended.then(() => {
      reject(new Error(`the emulator of AWS did not come up: ${said.join('\n')}`));
    });
  });
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { endpoint, stop };
}
