/** The order in which datasets are fetched, loaded and told. Pure. */
import type { ResultIdentity } from '@farelake/dmap';

/** Below zero: `a` comes before `b`. As the ledger sorts times and ids: by code, not by the rules of a language. */
export const compareTexts = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

/** The newest period first, within one by dataset id; issues of one dataset are equal. */
export const comparePeriods = (a: ResultIdentity, b: ResultIdentity): number =>
  compareTexts(b.endDate, a.endDate) ||
  compareTexts(b.startDate, a.startDate) ||
  compareTexts(a.datasetId, b.datasetId);
