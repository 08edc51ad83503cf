/** A record's value as a row of the table, or the reason for which it is none. */
import {
  parseLogicalType,
  ruleOf,
  storedColumns,
  storedType,
  type BrokenRule,
  type Contract,
  type LogicalType,
} from '@farelake/schema-registry';
import type { KafkaRecord } from '../record.ts';
import { recordSchema } from './record-schema.ts';
import { serviceDays, type Day } from './service-day.ts';

/** Why a record is no row, each with what is meant. */
export const REFUSAL_REASONS = {
  'too-large': 'its value has more bytes than the contract allows',
  'not-utf8': 'its value is no text in UTF-8',
  'not-json': 'its value is no JSON',
  'not-object': 'its value is JSON, and no object',
  'missing-field': 'a field that has to be there is not',
  'extra-field': 'it has a field that the contract does not know',
  'wrong-type': 'a field has a value of another type',
  'empty-text': 'a field that has to say something is empty',
  'wrong-value': 'a field has no value of the form that the contract says',
  'no-timestamp': 'Kafka has no timestamp of it, so that its service day is not known',
  'wrong-timestamp': 'its timestamp in Kafka is of no year from 1970 to 9999',
} as const satisfies Readonly<Record<string, string>>;

export type RefusalReason = keyof typeof REFUSAL_REASONS;

/** Text, of dates too; whole numbers and microseconds since 1970 as bigint; doubles as number. */
export type RowValue = string | bigint | number | boolean | null;

export type ReadRecord =
  /** `values`: of the contract's stored columns, in their order, as tables hold them. */
  | { readonly kind: 'row'; readonly day: Day; readonly values: readonly RowValue[] }
  | { readonly kind: 'tombstone' }
  /** `detail`: the field, where it is one's fault; never a value. */
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly detail: string | null };

/** The keyed hash that a column of this type holds for a value. */
export type HashValue = (type: LogicalType, value: string | bigint) => string;

/** Bytes of the largest value, unless the contract says otherwise. */
const MAX_BYTES = 1024 * 1024;

/** First millisecond of the year 10,000, which no engine's date has room for. */
export const YEAR_10000 = 253_402_300_800_000n;

/** First millisecond of the year 0001. */
const YEAR_1 = -62_135_596_800_000;

/** 9999-12-31 */
const LAST_DAY = 2_932_896;

/** @param hash for contracts that hash a column */
export function recordReader(contract: Contract, hash: HashValue): (record: KafkaRecord) => ReadRecord {
  const { stream } = contract;
  if (stream === undefined) throw new Error(`contract ${contract.dataset} is of no stream`);
  const dayOf = serviceDays(stream);
  const brokenRule = ruleOf(recordSchema(contract));
  const fields = storedColumns(contract).map((column) => fieldReader(column, hash));
  const most = stream.maxBytes ?? MAX_BYTES;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  return ({ value, timestamp }) => {
    if (value === null) return { kind: 'tombstone' };
    if (value.length > most) return refused('too-large');
    const text = textOf(decoder, value);
    if (text === undefined) return refused('not-utf8');
    const parsed = parse(text);
    if (parsed === undefined) return refused('not-json');
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return refused('not-object');
    const rule = brokenRule(parsed);
    if (rule !== undefined) return refused(reasonOf(rule), placeOf(rule));
    const members = parsed as Readonly<Record<string, unknown>>;
    const values: RowValue[] = [];
    for (const { name, read } of fields) {
      // Of a member that is not there, and of none of the object's own: `toString` and the like.
      const member = Object.hasOwn(members, name) ? (members[name] ?? null) : null;
      const own = member === null ? null : read(member as string | number | boolean);
      if (own === undefined) return refused('wrong-value', `$.${name}`);
      values.push(own);
    }
    if (timestamp === -1n) return refused('no-timestamp');
    if (timestamp < 0n || timestamp >= YEAR_10000) return refused('wrong-timestamp');
    const day = dayOf(Number(timestamp));
    // East of Greenwich the year 10,000 begins earlier.
    if (day > LAST_DAY) return refused('wrong-timestamp');
    return { kind: 'row', day, values };
  };
}

const refused = (reason: RefusalReason, detail: string | null = null): ReadRecord => ({
  kind: 'refused',
  reason,
  detail,
});

function textOf(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const REASONS: Readonly<Record<string, RefusalReason>> = {
  required: 'missing-field',
  additionalProperties: 'extra-field',
  type: 'wrong-type',
  minLength: 'empty-text',
};

const reasonOf = ({ keyword }: BrokenRule): RefusalReason => REASONS[keyword] ?? 'wrong-value';

/** What a record calls its fields is text from outside: a name that is not plain may be a value, and is not told. */
const placeOf = ({ path }: BrokenRule): string | null => (/^\$(?:\.[A-Za-z_]\w{0,63})?$/.test(path) ? path : null);

interface Field {
  readonly name: string;
  /** Undefined: no value of the column's type. */
  readonly read: (value: string | number | boolean) => RowValue | undefined;
}

function fieldReader(column: Contract['columns'][number], hash: HashValue): Field {
  const type = parseLogicalType(column.type);
  const read = valueReader(type);
  if (column.treatment !== 'hmac') return { name: column.sourceName, read };
  if (storedType(column).kind !== 'string') throw new Error('a keyed hash is text');
  const hashable = canonicalReader(type);
  return {
    name: column.sourceName,
    read: (value) => {
      const canonical = hashable(value);
      return canonical === undefined ? undefined : hash(type, canonical);
    },
  };
}

function valueReader(type: LogicalType): Field['read'] {
  switch (type.kind) {
    case 'string':
      // Half of a character outside of the basic plane has no bytes in UTF-8: it would become another text.
      return (value) => (String(value).isWellFormed() ? String(value) : undefined);
    case 'bigint':
      // JSON's numbers are read as doubles: beyond 2^53 they are not what was written.
      return (value) => (Number.isSafeInteger(value) ? BigInt(value) : undefined);
    case 'date':
      return (value) => (isDay(String(value)) ? String(value) : undefined);
    case 'timestamp':
      return (value) => microseconds(String(value));
    case 'double':
    case 'boolean':
      return (value) => value;
    case 'decimal':
    case 'time':
    case 'binary':
      throw new Error(`records have no values of type ${type.kind}: contracts that say so are refused`);
  }
}

/** What is hashed: the one text of the value, as queries print it. */
function canonicalReader(type: LogicalType): (value: string | number | boolean) => string | bigint | undefined {
  const read = valueReader(type);
  return (value) => {
    const own = read(value);
    if (own === undefined || own === null) return undefined;
    if (type.kind === 'timestamp') return timestampText(BigInt(own));
    return typeof own === 'bigint' ? own : String(own);
  };
}

/** `2026-03-01 12:00:00.500000`, as queries print it. */
function timestampText(microseconds: bigint): string {
  const fraction = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const second = new Date(Number((microseconds - fraction) / 1000n)).toISOString().slice(0, 19).replace('T', ' ');
  return `${second}.${String(fraction).padStart(6, '0')}`;
}

/** Of the years 0001 to 9999: the 30th of February is read as one of March. */
function isDay(text: string): boolean {
  const milliseconds = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(milliseconds) || text.startsWith('0000')) return false;
  return new Date(milliseconds).toISOString().slice(0, 10) === text;
}

/** Of an ISO 8601 text with its zone; what is finer than a microsecond is cut. Undefined: no such moment. */
function microseconds(text: string): bigint | undefined {
  const [, day = '', time = '', fraction = '', zone = ''] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  const milliseconds = Date.parse(`${day}T${time}${zone}`);
  // By way of its zone a moment may come to lie outside of the years that there are.
  const isMoment = milliseconds >= YEAR_1 && milliseconds < Number(YEAR_10000);
  if (!isDay(day) || !isMoment) return undefined;
  return BigInt(milliseconds) * 1000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
}
