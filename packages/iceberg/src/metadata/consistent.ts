/**
 * Whether table metadata agrees with itself (Iceberg table spec v2, "Table Metadata Fields", "Snapshot References"): metadata that
 * parses and says less than it did would be read as a smaller table, and the next commit would make that true. Demanded is what the
 * specification demands, and Iceberg's own library: whatever its writers leave is read.
 */
import { BadMetadata } from '../errors.ts';
import { NO_SNAPSHOT, type TableMetadata } from './table-metadata.ts';

/** @throws BadMetadata */
export function requireConsistent(meta: TableMetadata): void {
  requireSnapshots(meta);
  requireCurrent(meta);
  requireRefs(meta);
  requireLog(meta);
  requireNamed(meta);
}

function requireSnapshots({ snapshots, 'last-sequence-number': last }: TableMetadata): void {
  const known = new Set<bigint>();
  for (const { 'snapshot-id': id, 'sequence-number': number } of snapshots) {
    if (known.has(id)) throw odds(`it has two snapshots ${id.toString()}`);
    known.add(id);
    if (number > last)
      throw odds(
        `snapshot ${id.toString()} has the sequence number ${number.toString()}, and the last that was given is ${last.toString()}`,
      );
  }
}

function requireCurrent({ snapshots, 'current-snapshot-id': current }: TableMetadata): void {
  if (current !== NO_SNAPSHOT && !snapshots.some((one) => one['snapshot-id'] === current))
    throw odds(`its current snapshot, ${current.toString()}, is not among its snapshots`);
}

function requireRefs({ snapshots, refs, 'current-snapshot-id': current }: TableMetadata): void {
  const known = new Set(snapshots.map((one) => one['snapshot-id']));
  for (const [name, { 'snapshot-id': id }] of Object.entries(refs))
    if (!known.has(id)) throw odds(`the branch or tag ${name} is of snapshot ${id.toString()}, which it does not have`);
  const main = refs['main']?.['snapshot-id'];
  if (main !== undefined && main !== current)
    throw odds(`the branch main is at snapshot ${main.toString()}, and the current snapshot is ${nameOf(current)}`);
}

/** The log may be missing; where it is, its end is the present. It is cleared with the current snapshot. */
function requireLog({ 'snapshot-log': log, 'current-snapshot-id': current }: TableMetadata): void {
  const last = log.at(-1)?.['snapshot-id'];
  if (last !== undefined && last !== current)
    throw odds(`its snapshot log ends with ${last.toString()}, and the current snapshot is ${nameOf(current)}`);
}

/** The order 0 is "unsorted" by definition, and may be taken for granted. */
function requireNamed(meta: TableMetadata): void {
  const { 'current-schema-id': schema, 'default-spec-id': spec, 'default-sort-order-id': order } = meta;
  if (!meta.schemas.some((one) => one['schema-id'] === schema)) throw odds(`it has no schema ${schema}`);
  if (!meta['partition-specs'].some((one) => one['spec-id'] === spec)) throw odds(`it has no partition spec ${spec}`);
  if (order !== 0 && !meta['sort-orders'].some((one) => (one as { 'order-id'?: unknown })['order-id'] === order))
    throw odds(`it has no sort order ${order}`);
}

const nameOf = (id: bigint): string => (id === NO_SNAPSHOT ? 'none' : id.toString());

const odds = (what: string): BadMetadata => new BadMetadata(`The table metadata is at odds with itself: ${what}.`);
