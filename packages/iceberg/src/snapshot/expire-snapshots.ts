import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts';
import { newestFirstOf } from './newest-first.ts';

/**
 * The table without old snapshots (Iceberg table spec v2, "Snapshot Retention Policy" and "Table Metadata Fields":
 * `snapshot-log`). Kept are the newest, whatever a branch or tag names, and from the newest back all up to the first that
 * `keep` gives up: what is kept has no gaps but for those names. Files are the caller's to remove, once the catalog points at the
 * metadata without the expired: what `neededFiles` named before and does not name now.
 * @param keep decides by the snapshot and by how many are newer
 * @param now milliseconds since 1970, UTC
 * @returns the same object where nothing expires
 */
export function expireSnapshots(
  meta: TableMetadata,
  keep: (snapshot: Snapshot, fromNewest: number) => boolean,
  now: number,
): { metadata: TableMetadata; expired: readonly Snapshot[] } {
  const newestFirst = newestFirstOf(meta.snapshots);
  const end = newestFirst.findIndex((snapshot, place) => !keep(snapshot, place));
  const named = new Set([meta['current-snapshot-id'], ...Object.values(meta.refs).map((ref) => ref['snapshot-id'])]);
  const kept = new Set(newestFirst.slice(0, end === -1 ? undefined : Math.max(1, end)).map(idOf));
  const stays = (one: { readonly 'snapshot-id': bigint }) => kept.has(idOf(one)) || named.has(idOf(one));
  const expired = meta.snapshots.filter((snapshot) => !stays(snapshot));
  if (expired.length === 0) return { metadata: meta, expired };
  // The log tells which snapshot was current when; before a gap it would tell wrongly.
  const gap = meta['snapshot-log'].findLastIndex((entry) => !stays(entry));
  return {
    expired,
    metadata: {
      ...meta,
      'last-updated-ms': Math.max(now, meta['last-updated-ms']),
      snapshots: meta.snapshots.filter(stays),
      'snapshot-log': meta['snapshot-log'].slice(gap + 1),
      ...(meta.statistics && { statistics: meta.statistics.filter(stays) }),
      ...(meta['partition-statistics'] && { 'partition-statistics': meta['partition-statistics'].filter(stays) }),
    },
  };
}

const idOf = (one: { readonly 'snapshot-id': bigint }): bigint => one['snapshot-id'];
