import type { Progress } from '@farelake/ingest';
import { count } from './table.ts';

/** What the use cases are doing, in a line for people. */
export function describeProgress(progress: Progress): string {
  switch (progress.step) {
    case 'looking':
      return `looking at what was delivered: ${count(progress.found)} objects`;
    case 'waiting for another process':
      return `${progress.table}: another command works on it, waiting`;
    case 'loading':
      return `${progress.table}: ${count(progress.files)} files loaded`;
    case 'folding':
      return `${progress.table}: applying changes`;
    case 'committed':
      return `${progress.table}: ${count(progress.rows)} rows`;
    case 'publishing':
      return `${progress.table}: ${count(progress.rows)} rows published`;
    case 'auditing':
      return `looking at ${progress.zone}: ${count(progress.found)} objects`;
    case 'archiving':
      return `${progress.table}: ${count(progress.files)} of ${count(progress.of)} files archived`;
  }
}
