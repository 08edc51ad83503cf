/** Whether a table's columns may become others (Iceberg table spec v2, "Schema Evolution"). */
import { IncompatibleSchema } from '../errors.ts';
import { nameOf } from './check-columns.ts';
import { type Column, idsOf, type Schema, type SchemaField, typeText } from './column.ts';
import { mayBecome } from './promotion.ts';

/**
 * Ids are never given again. A column that was away (a treatment had dropped it) may come back under its own id, as what it was
 * or as something wider: files may be left that were written with any of the schemas. A column that is there need only go with what
 * it is: widening is transitive, and where it became something else (`retype`), no file of before was left. Ids above or below the table's highest are both allowed, because the contract gives them.
 * @param earlier all schemas the table has had
 * @param holdsFiles a column that is new to a table with files may not be required: the files hold nothing for it
 * @throws IncompatibleSchema
 */
export function checkEvolution(
  columns: readonly Column[],
  current: Schema,
  earlier: readonly Schema[],
  holdsFiles: boolean,
): void {
  const now = new Map(current.fields.map((field) => [field.id, field]));
  for (const column of columns) {
    const required = column.required ?? false;
    const before = now.get(column.id);
    if (before !== undefined) checkAgainst(before, column);
    else for (const schema of earlier) for (const field of schema.fields) checkAgainst(field, column);
    if (required && holdsFiles && before?.required !== true)
      throw new IncompatibleSchema({
        what: nameOf(column),
        from: before === undefined ? 'absent' : 'optional',
        to: 'required',
      });
  }
}

function checkAgainst(field: SchemaField, column: Column): void {
  if (field.id === column.id) {
    if (!mayBecome(field.type, column.type))
      throw new IncompatibleSchema({ what: nameOf(column), from: typeText(field.type), to: typeText(column.type) });
    return;
  }
  const ids = new Set(idsOf(field));
  if (idsOf(column).some((id) => ids.has(id)))
    throw new IncompatibleSchema({ what: nameOf(column), from: idsText(field), to: idsText(column) });
}

const idsText = (column: Pick<Column, 'id' | 'name' | 'type'>): string =>
  `ids ${idsOf(column).join(' and ')} of ${column.name}`;
