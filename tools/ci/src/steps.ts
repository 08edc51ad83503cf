/** What CI runs, in order. Each step counts as one check; the test runner counts each of its tests. */
export interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The runner's own report, relative to the repository; its tests are counted instead of the step. */
  readonly report?: string;
}

const npm = (name: string, ...args: string[]): Step => ({ name, command: 'npm', args: ['run', '--silent', ...args] });
const nx = (...args: string[]): Step => ({
  name: 'nx affected',
  command: 'npx',
  // Nx keeps its cache in the user's home, shared between clones: a result of another clone proves nothing of this one.
  args: ['nx', 'affected', '--skip-nx-cache', '--output-style=static', ...args],
});

export const JEST_REPORT = 'reports/jest.json';
export const ENGINES_REPORT = 'reports/engines.json';
export const GLUE_REPORT = 'reports/glue-jobs.json';

/** @param base commit against which Nx asks what is affected */
export const steps = (base: string): Step[] => [
  {
    name: 'tests',
    command: 'npm',
    args: ['test', '--silent', '--', '--ci', '--json', `--outputFile=${JEST_REPORT}`],
    report: JEST_REPORT,
  },
  {
    name: 'tests on other engines',
    command: 'npm',
    args: ['run', '--silent', 'test:engines', '--', '--ci', '--json', `--outputFile=${ENGINES_REPORT}`],
    report: ENGINES_REPORT,
  },
  {
    name: 'glue jobs',
    command: 'npm',
    args: ['run', '--silent', 'glue:check', '--', `--report=${GLUE_REPORT}`],
    report: GLUE_REPORT,
  },
  npm('lint', 'lint'),
  npm('types', 'typecheck'),
  npm('errors page', 'docs:errors', '--', '--check'),
  npm('killed and cut off', 'chaos', '--', '--quick', '--seed', '1'),
  nx('-t', 'typecheck', `--base=${base}`),
  { name: 'demo', command: 'npm', args: ['start', '--silent'] },
  { name: 'demo once more', command: 'npm', args: ['start', '--silent'] },
  { name: 'down', command: 'npx', args: ['farelake', 'down'] },
  { name: 'nothing generated has drifted', command: 'git', args: ['diff', '--exit-code', '--stat'] },
];
