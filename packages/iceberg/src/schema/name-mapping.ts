/**
 * Names under which columns of files without field ids are found (Iceberg table spec v2, "Column Projection" and Appendix C,
 * "Name Mapping Serialization"). Our files all have ids; a file that somebody adds without them is read by name, and by no name
 * would be read as it comes, wrongly.
 */
import type { SchemaField } from './column.ts';

export const NAME_MAPPING = 'schema.name-mapping.default';

interface MappedField {
  readonly 'field-id'?: number;
  readonly names: readonly string[];
  readonly fields?: readonly MappedField[];
}

/**
 * The mapping as text, for the property of that name.
 * @param earlier the mapping so far: a renamed column keeps its earlier names, except those that another column has now
 */
export function nameMapping(fields: readonly SchemaField[], earlier?: string): string {
  const known = new Map((earlier === undefined ? [] : parsed(earlier)).map((one) => [one['field-id'], one.names]));
  const taken = new Set(fields.map(({ name }) => name));
  return JSON.stringify(
    fields.map(({ id, name, type }): MappedField => ({
      'field-id': id,
      names: [...(known.get(id) ?? []).filter((one) => !taken.has(one)), name],
      ...(typeof type === 'string' ? {} : { fields: [{ 'field-id': type['element-id'], names: ['element'] }] }),
    })),
  );
}

/** Somebody else may have set the property: what is no mapping counts for none. */
function parsed(text: string): MappedField[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter(isMapped) : [];
  } catch {
    return [];
  }
}

const isMapped = (value: unknown): value is MappedField =>
  typeof value === 'object' &&
  value !== null &&
  'names' in value &&
  Array.isArray(value.names) &&
  value.names.every((name) => typeof name === 'string');
