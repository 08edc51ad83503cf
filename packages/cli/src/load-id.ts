import { UsageError } from './output/problem.ts';

/** @throws UsageError `bad-load-id` */
export function parseLoadId(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UsageError({
    code: 'bad-load-id',
    problem: `--load ${JSON.stringify(text)} is no number of a load.`,
    remedy: 'Loads are numbered from 1; replay --dry-run and ledger.loads show them.',
  });
}
