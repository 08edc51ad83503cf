import { changedRows, type RowChanges, type WrongRow } from '@farelake/ingest';
import { count } from './table.ts';

/**
 * How many rows a repair changes, and the first of them, a line each.
 * @param done it has changed them; else it would
 */
export function rowLines(changes: RowChanges, done = false): string[] {
  const { added, removed, changed, shown } = changes;
  const all = changedRows(changes);
  if (all === 0) return [];
  const more = all - shown.length;
  return [
    done
      ? `rows added ${count(added)}, removed ${count(removed)}, changed ${count(changed)}:`
      : `rows that a repair would add ${count(added)}, remove ${count(removed)}, change ${count(changed)}:`,
    ...shown.map(rowLine),
    ...(more > 0 ? [`  and ${count(more)} more`] : []),
  ];
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

/** `  ~ id 10, part p: name, price` */
function rowLine({ key, change, columns }: WrongRow): string {
  const named = Object.entries(key).map(([name, value]) => `${name} ${value === null ? 'NULL' : printable(value)}`);
  const what = change !== 'changed' ? '' : `: ${columns.length === 0 ? 'there more than once' : columns.join(', ')}`;
  return `  ${SIGNS[change]} ${named.join(', ')}${what}`;
}

/** A key with line breaks or control characters in it must not make lines of its own. */
const printable = (value: string): string => (/^[\p{L}\p{N}\p{P}\p{S}]+$/u.test(value) ? value : JSON.stringify(value));
