import { changeColumns, type TableShape } from './table.ts';

/**
 * `header__change_mask`: bit = ordinal of the column in the change table (header columns included) minus one;
 * byte 0 first, bit 0 lowest; upper-case hex without trailing zero bytes. No column: the empty text.
 */
export const changeMask = (table: TableShape, changed: Iterable<string>): string => {
  const names = changeColumns(table).map(({ name }) => name);
  const bytes = Buffer.alloc(maskLength(table));
  for (const column of changed) {
    const bit = names.indexOf(column);
    if (bit < 0) throw new Error(`${table.name} has no column ${column}`);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7));
  }
  const used = bytes.findLastIndex((byte) => byte !== 0) + 1;
  return bytes.subarray(0, used).toString('hex').toUpperCase();
};

/** Bytes of a mask with nothing left off. */
export const maskLength = (table: TableShape): number => Math.ceil(changeColumns(table).length / 8);
