/** The records of a container file, by whoever wrote it. */
import type { Type } from 'avsc';
import { BadMetadata } from '../errors.ts';
import { type Container, decoded } from './container.ts';
import { avroType, named } from './types.ts';

/** Making a type compiles code; writers have a schema or two. */
const types = new Map<string, Type>();

/**
 * @param names of fields by id: the records have these, whatever the file calls them
 * @throws BadMetadata
 */
export function recordsIn<Row>({ header, blocks }: Container, names: ReadonlyMap<number, string>): Row[] {
  const schema = header['avro.schema'];
  if (schema === undefined) throw new BadMetadata('The Avro file has no schema.');
  const type = types.get(schema) ?? typeOf(schema, names);
  types.set(schema, type);
  const rows: Row[] = [];
  for (const { count, bytes } of blocks)
    for (let [at, left] = [0, count]; left > 0; left -= 1) {
      const { value, offset } = decoded(type, bytes, at);
      rows.push(value as Row);
      at = offset;
    }
  return rows;
}

function typeOf(schema: string, names: ReadonlyMap<number, string>): Type {
  try {
    return avroType(named(JSON.parse(schema), names));
  } catch (cause) {
    throw new BadMetadata('The schema of the Avro file cannot be read.', cause);
  }
}
