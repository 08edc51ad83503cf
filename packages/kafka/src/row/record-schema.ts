/** What the value of a record has to be, from the contract: the JSON Schema that its validator is compiled from. */
import { parseLogicalType, type Contract, type ContractColumn, type LogicalType } from '@farelake/schema-registry';

/** No member more than the contract knows, none less than it requires; a dropped column is known, too. */
export function recordSchema({ columns }: Contract): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    additionalProperties: false,
    required: columns.filter(({ nullable }) => !nullable).map(({ sourceName }) => sourceName),
    properties: Object.fromEntries(columns.map((column) => [column.sourceName, valueSchema(column)])),
  };
}

function valueSchema({ type, nullable }: ContractColumn): object {
  const { type: name, ...more } = formOf(parseLogicalType(type));
  // A text that has to be there has to say something.
  const least = name === 'string' && !nullable && Object.keys(more).length === 0 ? { minLength: 1 } : {};
  return { type: nullable ? [name, 'null'] : name, ...more, ...least };
}

/** Members besides `type` hold for values of that type alone, so that null passes them. */
function formOf(type: LogicalType): { readonly type: string; readonly pattern?: string } {
  switch (type.kind) {
    case 'string':
      return { type: 'string' };
    case 'bigint':
      return { type: 'integer' };
    case 'double':
      return { type: 'number' };
    case 'boolean':
      return { type: 'boolean' };
    case 'date':
      return { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' };
    case 'timestamp':
      return { type: 'string', pattern: TIMESTAMP };
    case 'decimal':
    case 'time':
    case 'binary':
      throw new Error(`records have no values of type ${type.kind}: contracts that say so are refused`);
  }
}

/** ISO 8601 with its zone: without one nobody knows which moment is meant. */
const TIMESTAMP =
  '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})$';
