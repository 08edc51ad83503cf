/** Proves that a step named from outside ends or stops a process there and nowhere else, and that each step is somewhere. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseFailpoint, STEPS } from '../src/failpoint.ts';

const SOURCES = path.resolve(import.meta.dirname, '../src');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'farelake-failpoint-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it.each([
  ['load:unpacked', { step: 'load:unpacked', time: 1, signal: 'SIGKILL' }],
  ['load:unpacked:3', { step: 'load:unpacked', time: 3, signal: 'SIGKILL' }],
  ['fold:committing:stop', { step: 'fold:committing', time: 1, signal: 'SIGSTOP' }],
  ['fold:committing:2:stop', { step: 'fold:committing', time: 2, signal: 'SIGSTOP' }],
])('%s', (text, failpoint) => {
  expect(parseFailpoint(text)).toEqual(failpoint);
});

it.each(['', 'load', 'load:nowhere', 'load:unpacked:0', 'load:unpacked:x', 'load:unpacked:stop:2', 'stop'])(
  '%j names no step',
  (text) => {
    expect(() => parseFailpoint(text)).toThrow(/names no step/);
  },
);

it('every step is marked in the code', () => {
  const code = globSync('**/*.ts', { cwd: SOURCES })
    .filter((file) => file !== 'failpoint.ts')
    .map((file) => readFileSync(path.join(SOURCES, file), 'utf8'))
    .join('\n');
  expect(STEPS.filter((step) => !code.includes(`reach('${step}')`))).toEqual([]);
});

/** A process that reaches two steps, each twice, and says so. */
function run(failpoint: string, log = '') {
  const program = `
    import { reach } from ${JSON.stringify(path.join(SOURCES, 'failpoint.ts'))};
    for (const step of ['load:started', 'load:unpacked', 'load:started', 'load:unpacked']) {
      reach(step);
      console.log(step);
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '--no-warnings', '-e', program], {
    cwd: SOURCES,
    env: { PATH: process.env['PATH'], FARELAKE_FAILPOINT: failpoint, FARELAKE_FAILPOINT_LOG: log },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.err += text));
  const ended = once(child, 'close').then(([code, signal]) => {
    return { code: code as number | null, signal: signal as string | null, ...texts };
  });
  return { child, ended };
}

it('without a failpoint nothing happens', async () => {
  const { code, out } = await run('').ended;
  expect({ code, lines: out.trim().split('\n').length }).toEqual({ code: 0, lines: 4 });
});

it('the process is killed at its second time there, and the log ends with that', async () => {
  const log = path.join(folder, 'log');
  const { signal, out } = await run('load:started:2', log).ended;
  expect({ signal, out }).toEqual({ signal: 'SIGKILL', out: 'load:started\nload:unpacked\n' });
  expect(readFileSync(log, 'utf8')).toBe('load:started\nload:unpacked\nload:started\n');
});

it('a process that was stopped goes on when it is told to', async () => {
  const log = path.join(folder, 'stopped');
  const { child, ended } = run('load:unpacked:stop', log);
  const lines = () => globSync(log).flatMap((file) => readFileSync(file, 'utf8').trim().split('\n')).length;
  while (lines() < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGCONT');
  const { code, out } = await ended;
  expect({ code, lines: out.trim().split('\n').length }).toEqual({ code: 0, lines: 4 });
});

it('a step that is none ends the process with what to do', async () => {
  const { code, err } = await run('load:nowhere').ended;
  expect(code).toBe(1);
  expect(err).toMatch(/names no step/);
});
