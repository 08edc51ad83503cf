/** Reading and writing table metadata (Iceberg table spec v2, Appendix C, "Table Metadata and Snapshots"). */
import { BadMetadata } from '../errors.ts';
import { requireConsistent } from './consistent.ts';
import { formatJson, parseJson } from './json.ts';
import { NO_SNAPSHOT, type TableMetadata } from './table-metadata.ts';

type Json = Readonly<Record<string, unknown>>;

/** What must be there, and as what. Of the rest, what is absent has a default. */
const REQUIRED = {
  'table-uuid': 'string',
  location: 'string',
  'last-updated-ms': 'number',
  'last-column-id': 'number',
  schemas: 'object',
  'current-schema-id': 'number',
  'partition-specs': 'object',
  'default-spec-id': 'number',
} as const;

/**
 * Damage is refused here, and so is what is at odds with itself: it would be read as a smaller table. Fields that are not known are kept, whatever they hold.
 * @param bytes UTF-8 JSON of format version 2; other versions are refused
 * @throws BadMetadata
 */
export function parseMetadata(bytes: Uint8Array): TableMetadata {
  const raw = objectOf(bytes);
  if (raw['format-version'] !== 2)
    throw new BadMetadata(`The table metadata has format version ${shown(raw['format-version'])}; only 2 is read.`);
  for (const [name, type] of Object.entries(REQUIRED))
    if (typeof raw[name] !== type || raw[name] === null)
      throw new BadMetadata(`The table metadata lacks ${name}, or it is no ${type}.`);
  const current = raw['current-snapshot-id'] ?? undefined;
  // Who names no branches says by -1 that none is current: Iceberg before 1.0. Then nothing at all says which one is.
  if (current === undefined && (raw['refs'] ?? undefined) === undefined && listOf(raw, 'snapshots').length > 0)
    throw new BadMetadata('The table metadata has snapshots, and neither says which is current nor that none is.');
  const meta = {
    ...raw,
    'default-sort-order-id': raw['default-sort-order-id'] ?? 0,
    schemas: listOf(raw, 'schemas'),
    'partition-specs': listOf(raw, 'partition-specs'),
    'sort-orders': listOf(raw, 'sort-orders'),
    'last-partition-id': raw['last-partition-id'] ?? 999,
    properties: raw['properties'] ?? {},
    'metadata-log': raw['metadata-log'] ?? [],
    'last-sequence-number': long(raw['last-sequence-number'] ?? 0),
    'current-snapshot-id': current === undefined ? NO_SNAPSHOT : long(current),
    snapshots: listOf(raw, 'snapshots').map(snapshot),
    refs: refsOf(raw),
    'snapshot-log': listOf(raw, 'snapshot-log').map(withId),
    ...('statistics' in raw ? { statistics: listOf(raw, 'statistics').map(withId) } : {}),
    ...('partition-statistics' in raw
      ? { 'partition-statistics': listOf(raw, 'partition-statistics').map(withId) }
      : {}),
  } as unknown as TableMetadata;
  requireConsistent(meta);
  return meta;
}

/** UTF-8 JSON. */
export const formatMetadata = (meta: TableMetadata): Uint8Array => new TextEncoder().encode(formatJson(meta));

function objectOf(bytes: Uint8Array): Json {
  try {
    const value = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isObject(value)) return value;
  } catch (cause) {
    throw new BadMetadata('The table metadata is no JSON.', cause);
  }
  throw new BadMetadata('The table metadata is no JSON object.');
}

function listOf(raw: Json, name: string): Json[] {
  const list = raw[name] ?? [];
  if (!Array.isArray(list) || !list.every(isObject)) throw new BadMetadata(`${name} of the table metadata is no list.`);
  return list;
}

const withId = (raw: Json): Json => ({ ...raw, 'snapshot-id': long(raw['snapshot-id']) });

function snapshot(raw: Json): Json {
  if (typeof raw['manifest-list'] !== 'string')
    throw new BadMetadata(`Snapshot ${shown(raw['snapshot-id'])} of the table metadata has no manifest list.`);
  const parent = raw['parent-snapshot-id'];
  return {
    ...withId(raw),
    'sequence-number': long(raw['sequence-number'] ?? 0),
    summary: raw['summary'] ?? {},
    ...(parent === undefined || parent === null ? {} : { 'parent-snapshot-id': long(parent) }),
  };
}

/** Writers before there were branches named none: the current snapshot is that of `main`. */
function refsOf(raw: Json): Json {
  const refs = raw['refs'];
  if (isObject(refs))
    return Object.fromEntries(
      Object.entries(refs).map(([name, ref]) => {
        if (!isObject(ref)) throw new BadMetadata(`The branch or tag ${name} of the table metadata is no object.`);
        return [name, withId(ref)];
      }),
    );
  const current = raw['current-snapshot-id'];
  return current === undefined || current === null || long(current) === NO_SNAPSHOT
    ? {}
    : { main: { 'snapshot-id': long(current), type: 'branch' } };
}

function long(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  throw new BadMetadata(`The table metadata has ${shown(value)} where a whole number belongs.`);
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const shown = (value: unknown): string => (value === undefined ? 'nothing' : formatJson(value)).slice(0, 60);
