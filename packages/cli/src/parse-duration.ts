import { UsageError } from './output/problem.ts';

const DURATION = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const SECONDS = [604_800, 86_400, 3600, 60, 1];

/** A hundred years: far more than there is data of, far less than what clocks and databases can reckon with. */
const LONGEST = 36_525 * 86_400;

/**
 * An ISO 8601 duration without years and months, whose lengths differ: `P7D`, `PT15M`, `P1DT12H`; of a hundred years at most.
 * @param name of the flag, for the error
 * @returns seconds
 * @throws UsageError `bad-duration`
 */
export function parseDuration(name: string, text: string): number {
  const parts: readonly (string | undefined)[] = DURATION.exec(text)?.slice(1) ?? [];
  // Each part is optional in the pattern; `P` and `P1DT` are none all the same.
  if (parts.every((part) => part === undefined) || text.endsWith('T')) throw bad(name, text, 'is no duration');
  const seconds = parts.reduce((sum, part, index) => sum + Number(part ?? 0) * (SECONDS[index] ?? 0), 0);
  if (seconds > LONGEST) throw bad(name, text, 'is longer than a hundred years');
  return seconds;
}

const bad = (name: string, text: string, what: string): UsageError =>
  new UsageError({
    code: 'bad-duration',
    problem: `${name} is ${JSON.stringify(text)}, which ${what}.`,
    remedy: 'Write one such as P7D (seven days), PT15M (fifteen minutes) or P1DT12H.',
  });
