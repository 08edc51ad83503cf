import Table from 'cli-table3';

/** A table for people: no lines but one under the head, wide characters counted as wide. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const none = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    right: '',
    mid: '',
    'mid-mid': '',
    'left-mid': '',
    'right-mid': '',
    middle: '  ',
  };
  const table = new Table({
    chars: none,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: head.map((_, index) => (right.includes(index) ? 'right' : 'left')),
  });
  const widths = head.map((name, index) =>
    Math.max(name.length, ...rows.map((row) => Math.min(row[index]?.length ?? 0, 60))),
  );
  table.push(
    [...head],
    widths.map((width) => '─'.repeat(width)),
    ...rows.map((row) => [...row]),
  );
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

export const count = (n: number): string => n.toLocaleString('en-US');

/** `1 row`, `2,500 rows` */
export const counted = (value: number, word: string, words = `${word}s`): string =>
  `${count(value)} ${value === 1 ? word : words}`;
