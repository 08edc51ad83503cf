/** Numbers of checks that passed and failed. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** As Jest's `--json` writes it; only what is counted. */
export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** Files that did not even run. */
  readonly numRuntimeErrorTestSuites: number;
  readonly numPendingTests: number;
}

/**
 * Counts a runner's report. A runner that ended badly has at least one failure, whatever its report says: a hook that
 * fails after the last test is in no test's result.
 */
export function tallyJest(report: JestReport, exitCode: number): Tally {
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  return { passed: report.numPassedTests, failed: exitCode === 0 ? failed : Math.max(1, failed) };
}

export const tallyStep = (exitCode: number): Tally =>
  exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };

export const sum = (tallies: readonly Tally[]): Tally => ({
  passed: tallies.reduce((total, tally) => total + tally.passed, 0),
  failed: tallies.reduce((total, tally) => total + tally.failed, 0),
});

/** The line that closes a run of CI. No check at all is a failure: a run that tested nothing must not be green. */
export const closingLine = ({ passed, failed }: Tally): string => `${passed} passed, ${failed} failed`;

export const exitCodeOf = ({ passed, failed }: Tally): number => (failed > 0 || passed === 0 ? 1 : 0);
