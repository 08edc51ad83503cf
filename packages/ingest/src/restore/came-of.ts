/** When a version was committed and what it came of, as its snapshot tells. */
import { VERSION_ORIGINS, type RestoredVersion } from '@farelake/db';
import type { Snapshot } from '@farelake/iceberg';
import { SUMMARY } from '../catalog/metadata-writer.ts';

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** Snapshots of before summaries told of it say when they were made, which may be later. */
export function cameOf({
  summary,
  'timestamp-ms': shownAt,
}: Pick<Snapshot, 'summary' | 'timestamp-ms'>): Pick<RestoredVersion, 'committedAt' | 'cameOf' | 'loads' | 'shownAt'> {
  const [at, loads] = [summary[SUMMARY.committedAt] ?? '', summary[SUMMARY.cameOfLoads] ?? ''];
  const origin = VERSION_ORIGINS.find((one) => one === summary[SUMMARY.cameOf]) ?? null;
  return {
    committedAt: MOMENT.test(at) && !Number.isNaN(Date.parse(at)) ? at : new Date(shownAt).toISOString(),
    cameOf: origin,
    loads: origin === 'load' && /^\d{1,15}$/.test(loads) ? Number(loads) : null,
    shownAt,
  };
}
