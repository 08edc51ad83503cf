import { parseDay } from '@farelake/dmap';
import { UsageError } from './output/problem.ts';

/** `YYYY-MM-DD`, from a flag. @throws UsageError `bad-day` */
export function parseSince(text: string | undefined): string | undefined {
  const day = text === undefined ? undefined : parseDay(text);
  if (text === undefined || day === text) return day;
  throw new UsageError({
    code: 'bad-day',
    problem: `--since ${JSON.stringify(text)} is no day.`,
    remedy: 'Write it as 2022-05-17.',
  });
}
