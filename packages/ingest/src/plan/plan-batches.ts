/** Which ready loads are worked on together: those of one place in history that are written alike. Pure. */
import { compareFiles, type Dfm, type ObjectKey } from '@farelake/qlik';
import type { BatchSpec } from '@farelake/db';

export interface ReadyLoad {
  readonly id: number;
  readonly object: ObjectKey;
  readonly objectKey: string;
  readonly contentHash: string;
  /** Bytes, compressed. */
  readonly size: number;
  readonly fileTime: string | null;
  readonly generation: string | null;
  readonly dfm: Dfm;
  /** Something went wrong in its batch that could not be pinned on one load: it is worked on by itself. */
  readonly alone: boolean;
}

/** What one batch may hold: bounds the disk and the work that one failure costs. */
export interface BatchLimits {
  readonly files: number;
  /** Bytes, compressed; one larger file is a batch of its own. */
  readonly bytes: number;
}

export const BATCH_LIMITS: BatchLimits = { files: 500, bytes: 256 * 1024 * 1024 };

export function planBatches(dataset: string, loads: readonly ReadyLoad[], limits = BATCH_LIMITS): BatchSpec[] {
  const groups = new Map<string, ReadyLoad[]>();
  for (const load of loads.toSorted(byFile)) {
    const group = `${folderOf(load)} ${signatureOf(load.dfm)} ${load.alone ? load.id : ''}`;
    groups.set(group, [...(groups.get(group) ?? []), load]);
  }
  return [...groups.values()].flatMap((group) =>
    cut(group, limits).map((part) => ({
      dataset,
      kind: part[0]?.object.kind ?? 'changes',
      folder: folderOf(part[0] ?? group[0]),
      loadIds: part.map((load) => load.id),
    })),
  );
}

const byFile = (a: ReadyLoad, b: ReadyLoad): number => compareFiles(placeOf(a), placeOf(b)) || a.id - b.id;
const placeOf = ({ fileTime, objectKey: key, contentHash }: ReadyLoad) => ({
  time: fileTime as never,
  key,
  contentHash,
});

/** `snapshot=<generation>` or `changes/month=<yyyy-mm>`, below the history table. */
function folderOf(load: ReadyLoad | undefined): string {
  if (load === undefined) throw new Error('an empty batch has no folder');
  const { object, generation } = load;
  if (object.kind === 'changes') return `changes/month=${object.time.slice(0, 7)}`;
  return `snapshot=${generation ?? 'g0001'}`;
}

/** Equal for files that one query can read: the same columns in the same places, written alike. */
export const signatureOf = (dfm: Dfm): string =>
  JSON.stringify([dfm.format, dfm.columns.map(({ name, type, precision, scale }) => [name, type, precision, scale])]);

function cut(group: readonly ReadyLoad[], limits: BatchLimits): ReadyLoad[][] {
  const parts: ReadyLoad[][] = [];
  let bytes = 0;
  for (const load of group) {
    const part = parts.at(-1);
    bytes += load.size;
    if (part === undefined || part.length >= limits.files || bytes > limits.bytes) {
      parts.push([load]);
      bytes = load.size;
    } else part.push(load);
  }
  return parts;
}
