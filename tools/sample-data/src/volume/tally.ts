import type { Column, TableShape, Value } from '../table.ts';

/**
 * The truth about a table of any size in a few figures: they are taken from the values themselves, whatever the order
 * of the rows, and a row can be taken back.
 */
export interface Figures {
  readonly rows: number;
  /** How many rows hold NULL, by column of the contract. */
  readonly nulls: Readonly<Record<string, number>>;
  /** Exact sums of the decimal columns. */
  readonly sums: Readonly<Record<string, string>>;
  /**
   * Exact sums of `(key % 9973) * column` over the decimal columns, where the key is one whole number: a value under the
   * wrong key shows. Empty for other keys.
   */
  readonly keyed: Readonly<Record<string, string>>;
}

export interface Tally {
  readonly add: (values: readonly Value[]) => void;
  readonly takeBack: (values: readonly Value[]) => void;
  readonly figures: () => Figures;
}

/** A prime below 10,000: in SQL, `sum((key % 9973) * column)`. */
const KEY_MODULUS = 9973;

/** The digits of a decimal of full scale, as a whole number: `-2.4001` is -24001. */
export const unitsOf = (text: string): number => {
  let units = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) units = units * 10 + code - 48;
  }
  return text.charCodeAt(0) === 45 ? -units : units;
};

const keyRest = (text: string): number => {
  let rest = 0;
  for (let at = 0; at < text.length; at++) rest = (rest * 10 + text.charCodeAt(at) - 48) % KEY_MODULUS;
  return rest;
};

const decimalText = (units: bigint, scale: number): string => {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
};

/**
 * Adds safely: a double takes what fits, and hands over before a digit is lost. Each number has to be below 2^52: the
 * recipes' amounts are far below, times the largest rest of a key too.
 */
const exactSum = () => {
  let whole = 0n;
  let part = 0;
  return {
    add: (number: number): void => {
      part += number;
      if (part > 2 ** 52 || part < -(2 ** 52)) {
        whole += BigInt(part);
        part = 0;
      }
    },
    total: (): bigint => whole + BigInt(part),
  };
};

const isDecimal = ({ type, scale = 0 }: Column): boolean => type === 'NUMERIC' && scale > 0;

const WHOLE_NUMBERS: ReadonlySet<string> = new Set(['INT4', 'INT8', 'UINT4', 'UINT8', 'NUMERIC']);

const numberKey = (table: TableShape): number => {
  const at = table.columns.findIndex(({ name }) => name === table.key[0]);
  const column = table.columns[at];
  const usable = table.key.length === 1 && column !== undefined && WHOLE_NUMBERS.has(column.type) && !isDecimal(column);
  return usable ? at : -1;
};

export const openTally = (table: TableShape): Tally => {
  const { columns } = table;
  const key = numberKey(table);
  const decimals = columns.flatMap((column, at) =>
    isDecimal(column)
      ? [{ at, name: column.name.toLowerCase(), scale: column.scale ?? 0, sum: exactSum(), keyed: exactSum() }]
      : [],
  );
  const nulls = columns.map(() => 0);
  let rows = 0;
  const count = (values: readonly Value[], sign: 1 | -1): void => {
    rows += sign;
    for (let at = 0; at < columns.length; at++) if (values[at] === null) nulls[at] = (nulls[at] ?? 0) + sign;
    const rest = key < 0 ? 0 : keyRest(values[key] ?? '');
    for (const { at, sum, keyed } of decimals) {
      const value = values[at];
      if (value === null || value === undefined) continue;
      const units = unitsOf(value) * sign;
      sum.add(units);
      keyed.add(units * rest);
    }
  };
  return {
    add: (values) => {
      count(values, 1);
    },
    takeBack: (values) => {
      count(values, -1);
    },
    figures: () => ({
      rows,
      nulls: Object.fromEntries(columns.map(({ name }, at) => [name.toLowerCase(), nulls[at] ?? 0])),
      sums: Object.fromEntries(decimals.map(({ name, scale, sum }) => [name, decimalText(sum.total(), scale)])),
      keyed: Object.fromEntries(
        key < 0 ? [] : decimals.map(({ name, scale, keyed }) => [name, decimalText(keyed.total(), scale)]),
      ),
    }),
  };
};
