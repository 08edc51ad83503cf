/** Proves that CI counts what its runners report and fails when anything fails. */
import { closingLine, exitCodeOf, sum, tallyJest, tallyStep } from '../src/tally.ts';

const report = { numPassedTests: 7, numFailedTests: 0, numRuntimeErrorTestSuites: 0, numPendingTests: 0 };

it.each([
  ['all pass', report, 0, { passed: 7, failed: 0 }],
  ['one fails', { ...report, numPassedTests: 6, numFailedTests: 1 }, 1, { passed: 6, failed: 1 }],
  ['a file cannot be run', { ...report, numRuntimeErrorTestSuites: 2 }, 1, { passed: 7, failed: 2 }],
  ['only the runner itself fails', report, 1, { passed: 7, failed: 1 }],
])('%s', (_, given, code, expected) => {
  expect(tallyJest(given, code)).toEqual(expected);
});

it('a step is one check', () => {
  expect([tallyStep(0), tallyStep(2)]).toEqual([
    { passed: 1, failed: 0 },
    { passed: 0, failed: 1 },
  ]);
});

it.each([
  [[tallyStep(0), tallyStep(0)], '2 passed, 0 failed', 0],
  [[tallyStep(0), tallyStep(1)], '1 passed, 1 failed', 1],
  [[], '0 passed, 0 failed', 1],
])('the sum closes the run', (tallies, line, code) => {
  expect(closingLine(sum(tallies))).toBe(line);
  expect(exitCodeOf(sum(tallies))).toBe(code);
});
