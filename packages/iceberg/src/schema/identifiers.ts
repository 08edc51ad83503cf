/** Columns by whose values rows are the same thing (Iceberg table spec v2, "Identifier Field IDs"). */
import type { Schema, SchemaField } from './column.ts';

/**
 * Those of a schema that may still be so with these columns: they are there, required, primitive and no floating-point numbers.
 * Iceberg's own library reads no schema that names others.
 */
export function identifiersOf({ 'identifier-field-ids': ids }: Schema, fields: readonly SchemaField[]): number[] {
  const may = new Set(fields.filter(mayIdentify).map(({ id }) => id));
  // Another writer's, which nobody has looked at so far.
  return Array.isArray(ids) ? (ids as readonly number[]).filter((id) => may.has(id)) : [];
}

const mayIdentify = ({ required, type }: SchemaField): boolean =>
  required && typeof type === 'string' && type !== 'float' && type !== 'double';
