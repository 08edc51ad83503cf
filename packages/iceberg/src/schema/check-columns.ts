/** Whether columns are any that a table of version 2 can have (Iceberg table spec v2, "Schemas and Data Types"). */
import { BadInput } from '../errors.ts';
import { type Column, idsOf, type IcebergType } from './column.ts';
import { decimalOf, MOST_DIGITS } from './promotion.ts';

const PRIMITIVES: ReadonlySet<string> = new Set([
  ...['boolean', 'int', 'long', 'float', 'double', 'date', 'time', 'timestamp', 'timestamptz'],
  ...['string', 'uuid', 'binary'],
]);

/** "Reserved Field IDs": those above are of metadata columns. */
const HIGHEST_ID = 2147483447;

/**
 * Names and ids are given once, and are some; types are primitive or lists of primitive ones.
 * @throws BadInput
 */
export function checkColumns(columns: readonly Column[]): void {
  const [ids, names] = [new Set<number>(), new Set<string>()];
  for (const column of columns) {
    if (typeof column.name !== 'string' || column.name === '')
      throw new BadInput(`${nameOf(column)}: its name is empty, or no text`);
    if (!isType(column.type))
      throw new BadInput(
        `${nameOf(column)}: ${JSON.stringify(column.type)} is no type that is written; those are ${[...PRIMITIVES].join(', ')}, decimal(P,S) with P up to ${MOST_DIGITS} and S up to P, fixed[L], and lists of these`,
      );
    for (const id of idsOf(column)) {
      if (!Number.isInteger(id) || id < 0 || id > HIGHEST_ID)
        throw new BadInput(
          `${nameOf(column)}: ${String(id)} is no id; those are whole numbers from 0 to ${HIGHEST_ID}`,
        );
      if (ids.has(id)) throw new BadInput(`${nameOf(column)}: the id ${id} is given twice`);
      ids.add(id);
    }
    if (names.has(column.name)) throw new BadInput(`${nameOf(column)}: the name is given twice`);
    names.add(column.name);
  }
}

/** A column as messages call it. */
export const nameOf = ({ id, name }: Pick<Column, 'id' | 'name'>): string => `column ${id} (${name})`;

/** Callers without a compiler may give anything. */
function isType(type: IcebergType | null | undefined): boolean {
  if (typeof type === 'string') return isPrimitive(type);
  return typeof type === 'object' && type?.type === 'list' && isPrimitive(type.element);
}

function isPrimitive(type: unknown): boolean {
  if (typeof type !== 'string') return false;
  const decimal = decimalOf(type);
  if (decimal !== undefined)
    return decimal.precision >= 1 && decimal.precision <= MOST_DIGITS && decimal.scale <= decimal.precision;
  return PRIMITIVES.has(type) || /^fixed\[[1-9]\d*\]$/.test(type);
}
