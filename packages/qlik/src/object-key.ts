/**
 * Names of delivered Qlik objects, both ways.
 *
 *   cubic/ods_qlik/EDW.X/LOAD0000000A.csv.gz      snapshot, eight hexadecimal digits, either case
 *   cubic/ods_qlik/EDW.X/LOAD12.csv.gz            snapshot, unpadded and decimal, as small feeds show it
 *   cubic/ods_qlik/EDW.X/LOAD_2_00000001.csv.gz   snapshot by parallel load: segment 2, counting from 1
 *   cubic/ods_qlik/EDW.X__ct/20211201-112233444.csv.gz   changes, named by UTC time to the millisecond
 *   … .dfm                                         the description beside each
 *
 * Wherever a file was found, its key is normalised to this form, so that the same delivery is the same object.
 * Nothing else is a key: a name from outside that does not fit is not taken in at all.
 */
import { parseInstant, type Instant } from './instant.ts';

export const QLIK_PREFIX = 'cubic/ods_qlik';

export interface SourceTable {
  readonly schema: string;
  readonly table: string;
}

interface KeyParts extends SourceTable {
  /** File name without its ending, as delivered. */
  readonly stem: string;
  readonly part: 'data' | 'dfm';
}

export interface SnapshotKey extends KeyParts {
  readonly kind: 'snapshot';
  /** From 1. */
  readonly counter: number;
  /** Segment of a parallel load, null without one. */
  readonly segment: number | null;
}

export interface ChangesKey extends KeyParts {
  readonly kind: 'changes';
  readonly time: Instant;
}

export type ObjectKey = SnapshotKey | ChangesKey;

const FOLDER = /^([^./\\\p{Cc}]+)\.([^/\\\p{Cc}]+?)(__ct)?$/u;
const FILE = /^([A-Za-z0-9_-]+)\.(csv\.gz|dfm)$/;
const SNAPSHOT = /^LOAD(?:_(\d{1,9})_)?([0-9A-Fa-f]{8}|[1-9]\d{0,6})$/;
const CHANGES = /^(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})(\d{3})$/;

/** The key of a file found at `path` (`/`-separated, last two names count); undefined: not a Qlik object. */
export function parseObjectKey(path: string): ObjectKey | undefined {
  const [folder = '', file = ''] = path.split('/').slice(-2);
  const [, schema, table, ct] = FOLDER.exec(folder) ?? [];
  const [, stem, ending] = FILE.exec(file) ?? [];
  if (schema === undefined || table === undefined || stem === undefined) return undefined;
  const parts: KeyParts = { schema, table, stem, part: ending === 'dfm' ? 'dfm' : 'data' };
  return ct === undefined ? snapshotKey(parts) : changesKey(parts);
}

function snapshotKey(parts: KeyParts): SnapshotKey | undefined {
  const [, segment, digits] = SNAPSHOT.exec(parts.stem) ?? [];
  if (digits === undefined) return undefined;
  const counter = Number.parseInt(digits, digits.length === 8 ? 16 : 10);
  if (counter === 0) return undefined;
  return { ...parts, kind: 'snapshot', counter, segment: segment === undefined ? null : Number(segment) };
}

function changesKey(parts: KeyParts): ChangesKey | undefined {
  const digits = CHANGES.exec(parts.stem);
  if (digits === null) return undefined;
  const [, year, month, day, hour, minute, second, millis] = digits;
  try {
    const time = parseInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millis}`);
    return time === null ? undefined : { ...parts, kind: 'changes', time };
  } catch {
    // Digits in the right places that are no time, such as a 13th month: not a key, like any other unknown name.
    return undefined;
  }
}

/** The normalised key: `cubic/ods_qlik/EDW.X/LOAD1.csv.gz`. */
export const formatObjectKey = ({ kind, schema, table, stem, part }: ObjectKey): string =>
  `${QLIK_PREFIX}/${schema}.${table}${kind === 'changes' ? '__ct' : ''}/${stem}${part === 'dfm' ? '.dfm' : '.csv.gz'}`;

/** Stem of the file that comes n-th in a snapshot, in the spelling that Qlik Replicate uses. */
export const snapshotStem = (counter: number, segment: number | null = null): string =>
  `LOAD${segment === null ? '' : `_${segment}_`}${counter.toString(16).toUpperCase().padStart(8, '0')}`;

/** Stem of a change file: `20211201-112233444`. */
export const changesStem = (time: Instant): string => {
  const digits = time.replaceAll(/\D/g, '');
  return `${digits.slice(0, 8)}-${digits.slice(8, 17)}`;
};

/** Where a snapshot file stands in its snapshot, as text equal for equal places. */
export const snapshotPlace = (key: SnapshotKey): string => `${key.segment ?? ''}/${key.counter}`;

/** The source's name of a table, as folders and people write it. */
export const sourceName = ({ schema, table }: SourceTable): string => `${schema}.${table}`;
