/** The one way contract files are written, so that a change in git is a change of the contract. */
import type { Contract, ContractColumn } from './contract.ts';

/**
 * A contract as the text of its file: members in a fixed order, one column a line, optional members only where they
 * are set, a newline at the end. `JSON.parse(formatContract(contract))` equals the contract.
 */
export function formatContract(contract: Contract): string {
  const { $schema, feed, dataset, source, version, columns, lastColumnId, key, cdc, snapshot } = contract;
  const members: [string, unknown][] = [
    ['$schema', $schema],
    ['feed', feed],
    ['dataset', dataset],
    ['source', { schema: source.schema, table: source.table }],
    ['version', version],
    ['columns', columns],
    ['lastColumnId', lastColumnId],
    ['key', key],
    ['cdc', { updateImage: cdc.updateImage, beforeImage: cdc.beforeImage }],
    ['snapshot', snapshot],
    ['layout', contract.layout],
    ['generations', contract.generations],
    ['quarantine', contract.quarantine],
    ['stream', contract.stream],
    ['publish', { postgres: contract.publish.postgres }],
    ['freshness', contract.freshness],
    ['owner', contract.owner],
  ];
  const lines = members
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `  ${JSON.stringify(name)}: ${name === 'columns' ? columnLines(columns) : line(value)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

function columnLines(columns: readonly ContractColumn[]): string {
  const lines = columns.map(
    ({ id, name, sourceName, type, nullable, classification, treatment, description }) =>
      `    ${line({ id, name, sourceName, type, nullable, classification, treatment, description })}`,
  );
  return lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`;
}

/** JSON on one line, with blanks where a person would put them. */
function line(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(line).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (members.length === 0) return '{}';
  return `{ ${members.map(([name, member]) => `${JSON.stringify(name)}: ${line(member)}`).join(', ')} }`;
}
