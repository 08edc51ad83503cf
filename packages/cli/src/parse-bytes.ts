import { UsageError } from './output/problem.ts';

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/**
 * `500 MB`, `20GiB`, `1.5tb`, `1000000`.
 * @param name of the variable, for the error
 * @throws UsageError `bad-size`
 */
export function parseBytes(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, digits, unit] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const factor = UNITS[unit?.toLowerCase() ?? 'none'];
  if (digits !== undefined && factor !== undefined) return Math.floor(Number(digits) * factor);
  throw new UsageError({
    code: 'bad-size',
    problem: `${name} is ${JSON.stringify(text)}, which is no size.`,
    remedy: 'Write bytes with a unit, such as 500 MB or 20 GiB.',
  });
}
