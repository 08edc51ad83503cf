import type { Snapshot } from '../metadata/table-metadata.ts';

interface Age {
  /** When the snapshot came, or its latest ancestor: clocks of writers differ, and a child is never older than its parent. */
  readonly time: number;
  /** How many ancestors there are. */
  readonly depth: number;
}

/**
 * Snapshots by age (Iceberg table spec v2, "Sequence Numbers"). Those that were made under version 1
 * all have the number 0 (Appendix E, "Version 2"): time and descent tell them apart, and at last their place, because writers append.
 */
export function newestFirstOf(snapshots: readonly Snapshot[]): Snapshot[] {
  const ages = agesOf(snapshots);
  const age = (one: Snapshot): Age => ages.get(one) ?? { time: one['timestamp-ms'], depth: 0 };
  return snapshots.toReversed().sort((one, other) => {
    const [first, second] = [one['sequence-number'], other['sequence-number']];
    if (first !== second) return first < second ? 1 : -1;
    const [newer, older] = [age(one), age(other)];
    return older.time - newer.time || older.depth - newer.depth;
  });
}

/** Parents are told before their children, without recursion: a table may have thousands. */
function agesOf(snapshots: readonly Snapshot[]): Map<Snapshot, Age> {
  const byId = new Map(snapshots.map((one) => [one['snapshot-id'], one]));
  const parentOf = ({ 'parent-snapshot-id': id }: Snapshot) => (id === undefined ? undefined : byId.get(id));
  const ages = new Map<Snapshot, Age>();
  for (const snapshot of snapshots) {
    const line = new Set<Snapshot>();
    // In damaged metadata a line of parents may come back to where it began.
    for (let at: Snapshot | undefined = snapshot; at && !ages.has(at) && !line.has(at); at = parentOf(at)) line.add(at);
    for (const one of [...line].reverse()) {
      const parent = parentOf(one);
      const before = parent && ages.get(parent);
      const time = one['timestamp-ms'];
      ages.set(one, before ? { time: Math.max(time, before.time), depth: before.depth + 1 } : { time, depth: 0 });
    }
  }
  return ages;
}
