/**
 * `header__change_mask`: hex text, byte 0 first, bit 0 lowest; a bit stands for the column with that ordinal minus one
 * in the change table, header columns included. Trailing zero bytes may be missing. History keeps it as the sorted list
 * of permanent column ids, so that it outlives every change of the source's columns.
 */
import {
  fieldName,
  quoteIdentifier,
  SQL,
  type Contract,
  type ProjectedColumn,
  type SqlDialect,
} from '@farelake/schema-registry';
import type { Dfm } from '../dfm/dfm.ts';

/** Hex digits with bit 0, 1, 2, 3 set. */
const DIGITS_WITH_BIT = ['13579BDF', '2367ABEF', '4567CDEF', '89ABCDEF'].map((digits) =>
  Array.from(digits, (digit) => `'${digit}'`).join(', '),
);

export function maskSql(
  contract: Contract,
  dfm: Dfm,
  { intList, listOfThose, matches }: SqlDialect = SQL.duckdb,
): ProjectedColumn {
  const name = 'header__change_mask';
  const ordinal = dfm.columns.find((column) => column.name === name)?.ordinal;
  if (ordinal === undefined) return { name, value: `CAST(NULL AS ${intList})` };
  const text = quoteIdentifier(fieldName(ordinal));
  const ids = contract.columns
    .toSorted((a, b) => a.id - b.id)
    .flatMap(({ id, sourceName }) => {
      const column = dfm.columns.find((candidate) => candidate.name === sourceName);
      return column === undefined ? [] : [`CASE WHEN ${bitSql(text, column.ordinal - 1)} THEN ${id} END`];
    });
  return {
    name,
    value: `CASE WHEN ${text} IS NOT NULL THEN CAST(${listOfThose(ids)} AS ${intList}) END`,
    bad: `NOT coalesce(${matches(text, '([0-9A-Fa-f]{2})*')}, true)`,
    source: { name, text },
    allowed: 'hexadecimal bytes',
  };
}

/** SQL: is this bit of the mask set? Tests one hex digit; what is missing at the end reads as not set. */
function bitSql(mask: string, bit: number): string {
  const digit = 2 * Math.floor(bit / 8) + (bit % 8 >= 4 ? 1 : 2);
  return `upper(substr(${mask}, ${digit}, 1)) IN (${DIGITS_WITH_BIT[bit % 4] ?? ''})`;
}

/** The same in TypeScript: ordinals minus one that the mask names. Reference for the SQL. */
export function maskBits(mask: string): number[] {
  const bytes = mask.match(/../g) ?? [];
  return bytes.flatMap((byte, index) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (Number.parseInt(byte, 16) >> bit) & 1).map((bit) => index * 8 + bit),
  );
}
