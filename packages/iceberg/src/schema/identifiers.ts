/** Columns by whose values rows are the same thing (Iceberg table spec v2, "Identifier Field IDs"). */
import type { Schema, SchemaField } from './column.ts';

/**
 * Those of a schema, if all of them may be so with these columns: they are there, required, primitive and no floating-point numbers.
 * Iceberg's own library reads no schema that names others, and the rest of a key would call different rows the same.
 */
export function identifiersOf({ 'identifier-field-ids': ids }: Schema, fields: readonly SchemaField[]): number[] {
  const may = new Set(fields.filter(mayIdentify).map(({ id }) => id));
  // Another writer's, which nobody has looked at so far.
  const told = Array.isArray(ids) ? (ids as readonly number[]) : [];
  return told.every((id) => may.has(id)) ? [...told] : [];
}

const mayIdentify = ({ required, type }: SchemaField): boolean =>
  required && typeof type === 'string' && type !== 'float' && type !== 'double';
