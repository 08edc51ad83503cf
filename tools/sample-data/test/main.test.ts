import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listFiles } from './support/vendor-files.ts';

const MAIN = path.join(import.meta.dirname, '..', 'src', 'main.ts');
const run = (...args: string[]) => spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });

test('--out and --seed are followed, and each table is reported', () => {
  const out = mkdtempSync(path.join(tmpdir(), 'farelake-main-'));
  const { status, stdout } = run('--out', out, '--seed', '3');
  expect(status).toBe(0);
  expect(stdout).toContain('EDW.CARD ');
  expect(listFiles(out)).toContain('cubic/ods_qlik/EDW.CARD/LOAD00000001.dfm');
  rmSync(out, { recursive: true });
});

test('--help writes nothing', () => {
  expect(run('--help').stdout).toContain('--seed N');
});

test.each([['--seed', 'x'], ['--seed', '-1'], ['--sed'], ['extra']])('%s %s is a mistake in usage', (...args) => {
  const { status, stderr } = run(...args);
  expect(status).toBe(2);
  expect(stderr).toContain('--help');
});
