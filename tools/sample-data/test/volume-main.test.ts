/** The command that makes a feed of any size, in a process of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readRequest } from '../src/command/arguments.ts';
import { generateFeed, type FeedSummary } from '../src/index.ts';
import { listFiles } from './support/vendor-files.ts';

const MAIN = path.join(import.meta.dirname, '..', 'src', 'main.ts');
const run = (...args: string[]) => spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });

const scratch = mkdtempSync(path.join(tmpdir(), 'farelake-volume-main-'));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

test('--json answers what the function answers, and writes the same files', async () => {
  const [one, two] = [path.join(scratch, 'one'), path.join(scratch, 'two')];
  const size = ['--rows', '1_000', '--changes', '300', '--tables', 'EDW.CARD,product', '--seed', '4'];
  const { status, stdout } = run('--out', one, ...size, '--skew', 'uniform', '--mix', 'I=1,U=8,D=1', '--json');
  expect(status).toBe(0);
  const summary = JSON.parse(stdout) as FeedSummary & { seconds: number; peakBytes: number };
  const made = await generateFeed({
    out: two,
    rows: 1_000,
    changes: 300,
    tables: ['edw_card', 'EDW.PRODUCT'],
    seed: 4,
    skew: { share: 0, newest: 1 },
    mix: { insert: 1, update: 8, delete: 1, move: 0 },
  });
  expect({ ...summary, out: two }).toMatchObject(made);
  expect(summary.seconds).toBeGreaterThan(0);
  expect(summary.peakBytes).toBeGreaterThan(10e6);
  expect(listFiles(one)).toEqual(listFiles(two));
  for (const file of listFiles(one))
    expect(readFileSync(path.join(one, file))).toEqual(readFileSync(path.join(two, file)));
});

test.each(['.', 'cubic'])('the committed sample feed is not replaced: sample_data/%s', (inside) => {
  const out = path.join(import.meta.dirname, '../../../sample_data', inside);
  // Read only: a command that took it would replace the feed.
  expect(() => readRequest(['--rows', '1', '--force', '--out', out])).toThrow(/committed sample feed.*outside/);
});

test('a folder beside it, whose name begins alike, is taken', () => {
  const out = path.join(import.meta.dirname, '../../../sample_data-of-mine');
  expect(readRequest(['--rows', '1', '--out', out])).toMatchObject({ kind: 'volume', options: { out } });
});

test('a folder in use is refused; --force replaces the feed in it', () => {
  const out = path.join(scratch, 'used');
  const args = ['--out', out, '--rows', '10', '--tables', 'CARD'];
  expect(run(...args).status).toBe(0);
  const again = run(...args);
  expect(again.status).toBe(2);
  expect(again.stderr).toContain('is not empty');
  expect(again.stderr).toContain('--force');
  const forced = run(...args, '--force');
  expect(forced.status).toBe(0);
  expect(forced.stdout).toContain('EDW.CARD ');
  expect(forced.stdout).toContain('is whole');
});

test('a place where nothing can be written is one line, and no stack', () => {
  const out = path.join(scratch, 'blocked');
  mkdirSync(out);
  writeFileSync(path.join(out, 'cubic'), 'a file where a folder has to be');
  const { status, stderr } = run('--out', out, '--rows', '1', '--force');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^the feed could not be written: .*\n$/);
});

test('Ctrl-C ends it with 130, whole files only, and no expected.json', async () => {
  const out = path.join(scratch, 'stopped');
  const child = spawn(process.execPath, [
    MAIN,
    '--out',
    out,
    '--rows',
    '50000000',
    '--tables',
    'BENCH_FARE',
    '--file-rows',
    '20000',
  ]);
  let errors = '';
  child.stderr.on('data', (piece: Buffer) => {
    errors += piece.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  while (!wholeFiles(out)) await new Promise((resolve) => setTimeout(resolve, 50));
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(errors).toContain('--force');
  const files = listFiles(out);
  expect(files.filter((file) => !/LOAD[0-9A-F]{8}\.(csv\.gz|dfm)$/.test(file))).toEqual([]);
});

const wholeFiles = (out: string): boolean => {
  try {
    return listFiles(out).filter((file) => file.endsWith('.dfm')).length >= 2;
  } catch {
    return false;
  }
};

describe('the command line', () => {
  test.each([
    [['--changes', '5'], '--changes belongs to a feed of any size'],
    [['--rows', '5'], 'needs a folder'],
    [['--rows', '1e6', '--out', 'x'], '--rows 1e6 cannot be'],
    [['--rows', '5', '--out', 'x', '--skew', 'newest'], 'as in 0.9:0.02'],
    [['--rows', '5', '--out', 'x', '--skew', '0.9:x'], 'give a number'],
    [['--rows', '5', '--out', 'x', '--mix', 'I=1;U=2'], 'as in I=15,U=79,D=5,M=1'],
    [['--rows', '5', '--out', 'x', '--disorder', '5%'], 'give a number'],
    [['--seed', '4294967296'], 'give an integer from 0 to 4294967295'],
    [['--rows'], 'argument missing'],
    [['more'], 'more'],
  ])('%j is a mistake that says what is allowed', (args, message) => {
    expect(() => readRequest(args)).toThrow(message);
  });

  test('leaves out what nobody said', () => {
    expect(readRequest(['--rows', '5', '--out', 'x', '--tables', 'a,b'])).toEqual({
      kind: 'volume',
      json: false,
      options: { out: path.resolve('x'), rows: 5, tables: ['a', 'b'], seed: 20260301 },
    });
  });
});
