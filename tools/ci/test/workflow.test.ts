/**
 * Proves of the GitHub workflows what can be proven without GitHub: what they call exists, they hold no more rights than
 * they need, no text of a stranger becomes shell, and the base that Nx compares with is found.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { askedBy } from '../src/shell-commands.ts';
import { isThere, manifestOf, readText, ROOT, WORKSPACES } from './support/repository.ts';

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, { readonly 'timeout-minutes'?: number; readonly steps: readonly Step[] }>>;
}

const FOLDER = '.github/workflows';
const FILES = ['ci.yml'];
const workflow = parse(readText(`${FOLDER}/ci.yml`)) as Workflow;
const text = readText(`${FOLDER}/ci.yml`);
const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
const runs = steps.flatMap(({ run }) => (run === undefined ? [] : run));

it('every workflow is looked at here', () => {
  expect(readdirSync(path.join(import.meta.dirname, '../../..', FOLDER))).toEqual(FILES);
});

it('runs for pull requests, pushes to main and each night', () => {
  expect(Object.keys(workflow.on)).toEqual(
    expect.arrayContaining(['pull_request', 'push', 'schedule', 'workflow_dispatch']),
  );
  expect(workflow.on['push']).toEqual({ branches: ['main'] });
});

it('may read and nothing else, holds no secret, and ends by itself', () => {
  expect(workflow.permissions).toEqual({ contents: 'read' });
  expect(workflow.concurrency).toBeDefined();
  expect(text).not.toMatch(/secrets\.|pull_request_target|permissions: write-all/);
  for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
});

it('actions are pinned by commit, with the version they were of', () => {
  const used = [...text.matchAll(/uses: (.*)/g)].map(([, action = '']) => action);
  expect(used.length).toBeGreaterThan(4);
  for (const action of used) expect(action).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

it('what comes with an event reaches the shell as a variable only', () => {
  for (const run of runs) expect(run).not.toContain('${{');
});

it('checkouts have the history and leave no token behind', () => {
  const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
  expect(checkouts).toHaveLength(Object.keys(workflow.jobs).length);
  for (const { with: options } of checkouts)
    expect(options).toMatchObject({ 'fetch-depth': 0, 'persist-credentials': false });
});

it('Node is one that engines allow', () => {
  const lowest = Number(/^>=(\d+)$/.exec(ROOT.engines?.['node'] ?? '')?.[1]);
  const versions = steps.flatMap(({ with: options }) => (options?.['node-version'] as string | undefined) ?? []);
  expect(versions).toHaveLength(Object.keys(workflow.jobs).length);
  for (const version of versions) expect(Number(version)).toBeGreaterThanOrEqual(lowest);
});

it('scripts and targets that it calls exist', () => {
  const { scripts, targets } = askedBy(runs.join('\n'));
  expect(scripts.filter((name) => ROOT.scripts?.[name] === undefined)).toEqual([]);
  expect(targets).toEqual(['lint', 'typecheck', 'test']);
  for (const folder of WORKSPACES)
    expect({ folder, scripts: Object.keys(manifestOf(folder).scripts ?? {}) }).toMatchObject({
      scripts: expect.arrayContaining(['lint', 'typecheck', 'test']) as unknown,
    });
  expect(runs.filter((run) => run.startsWith('.')).map(isThere)).toEqual([true]);
});

describe('the base that Nx compares with', () => {
  const script = steps.find(({ id }) => id === 'base')?.run ?? 'exit 1';
  let folder: string;
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {
      cwd: folder,
      encoding: 'utf8',
    }).trim();
  const commit = () => git('commit', '-q', '--allow-empty', '-m', 'x') || git('rev-parse', 'HEAD');

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'farelake-workflow-'));
    git('init', '-q');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['what was there before', (commits: string[]) => commits[1]],
    ['nothing: a branch is new', () => '0'.repeat(40), 0],
    ['a commit that was rewritten', () => '1234567890'.repeat(4), 0],
    ['no commit at all', () => '', 0],
  ])('%s', (_, baseOf, expected = 1) => {
    const commits = [commit(), commit(), commit()];
    const output = path.join(folder, 'environment');
    execFileSync('bash', ['-e', '-c', script], {
      cwd: folder,
      env: { ...process.env, BASE: baseOf(commits), GITHUB_ENV: output },
    });
    expect(readFileSync(output, 'utf8')).toBe(`NX_BASE=${commits[expected] ?? ''}\nNX_HEAD=${commits[2] ?? ''}\n`);
  });
});
