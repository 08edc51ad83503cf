import type { Source } from './stream.ts';
import { folderOf, keyText, type Column, type Row, type TableShape, type Value } from './table.ts';

/**
 * What a pipeline must show when the whole feed is loaded, taken from the simulated source's live rows, in the form
 * of `farelake query --format json`.
 */
export type Queried = string | number | boolean | null;

export interface Check {
  readonly key: Readonly<Record<string, Queried>>;
  readonly column?: string;
  readonly value?: Queried;
  /** The row must not be there. */
  readonly absent?: true;
  readonly why: string;
}

export interface Expectation {
  readonly rows: number;
  /** Updates, redeliveries counted once, of keys that the source did not have. */
  readonly orphans: number;
  /** Exact sums of decimal columns over all rows: one wrong row anywhere shows. */
  readonly sums: Readonly<Record<string, string>>;
  readonly checks: readonly Check[];
}

const number = (text: string): Queried => (Number.isSafeInteger(Number(text)) ? Number(text) : text);

const decimal = (text: string, scale: number): string => {
  const [whole = '', fraction = ''] = text.split('.');
  return scale === 0 ? whole : `${whole}.${fraction.padEnd(scale, '0')}`;
};

/** Cut, never rounded, to microseconds. */
const micros = (text: string): string => {
  const [whole = '', fraction = ''] = text.split('.');
  return `${whole}.${fraction.slice(0, 6).padEnd(6, '0')}`;
};

/** A value as a query answers it (DESIGN, "Schema registry" and "The command line"). */
export const asQueried = (column: Column, text: Value): Queried => {
  if (text === null) return null;
  const { type, precision = 0, scale = 0 } = column;
  switch (type) {
    case 'BOOLEAN':
      return ['1', 'true', 't', 'y'].includes(text);
    case 'BYTES':
    case 'BLOB':
      return text.toLowerCase();
    case 'TIME':
    case 'DATETIME':
      return micros(text);
    case 'NUMERIC':
      return scale === 0 && precision <= 18 ? number(text) : decimal(text, scale);
    case 'UINT8':
      return text;
    case 'INT1':
    case 'INT2':
    case 'INT4':
    case 'INT8':
    case 'UINT1':
    case 'UINT2':
    case 'UINT4':
      return number(text);
    case 'REAL4':
    case 'REAL8':
      return Number(text);
    case 'STRING':
    case 'WSTRING':
    case 'CLOB':
    case 'NCLOB':
    case 'DATE':
      return text;
  }
};

const columnOf = (table: TableShape, name: string): Column => {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new Error(`${table.name} has no column ${name}`);
  return column;
};

const queriedKey = (table: TableShape, key: Row): Record<string, Queried> =>
  Object.fromEntries(
    table.key.map((name) => [name.toLowerCase(), asQueried(columnOf(table, name), key[name] ?? null)]),
  );

const checksOf = ({ table, live, told }: Source): Check[] =>
  told.map(({ key, column, why }) => {
    const row = live.get(keyText(table, key));
    const where = { key: queriedKey(table, key) };
    if (column === undefined) {
      if (row !== undefined) throw new Error(`${table.name}: ${keyText(table, key)} was told to be gone, but lives`);
      return { ...where, absent: true, why };
    }
    if (row === undefined) throw new Error(`${table.name}: ${keyText(table, key)} was told to live, but is gone`);
    const value = asQueried(columnOf(table, column), row[column] ?? null);
    return { ...where, column: column.toLowerCase(), value, why };
  });

const sumOf = ({ live }: Source, { name, scale = 0 }: Column): string => {
  let total = 0n;
  for (const row of live.values()) total += BigInt(decimal(row[name] ?? '0', scale).replace('.', ''));
  const digits = String(total < 0n ? -total : total).padStart(scale + 1, '0');
  const sign = total < 0n ? '-' : '';
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
};

/** `edw_card`, as the registry names it. */
export const datasetOf = (table: TableShape): string =>
  folderOf(table)
    .toLowerCase()
    .replace(/[^a-z0-9_]/g, '_');

export const expectationOf = (source: Source): Expectation => ({
  rows: source.live.size,
  orphans: source.orphans,
  sums: Object.fromEntries(
    source.table.columns
      .filter(({ type, scale = 0 }) => type === 'NUMERIC' && scale > 0)
      .map((column) => [column.name.toLowerCase(), sumOf(source, column)]),
  ),
  checks: checksOf(source),
});
