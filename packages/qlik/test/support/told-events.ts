/**
 * Events and rows told in short, so that a case of the fold reads like its rule.
 *
 *   `2 U k=1 a=x {a b}`   sequence 2, update of key 1, mask naming a and b; `{}` an empty mask; what is not named is NULL
 *   `- L k=1 a='' `       a snapshot row; '' is an empty string
 *   `1 x ~ @2`            a row: k, a, b in order, ~ NULL, last changed by sequence 2 (`@-`: a snapshot row)
 */
import {
  interpret,
  type ChangeEvent,
  type CurrentRow,
  type FoldRules,
  type Operation,
  type Value,
} from '../../src/index.ts';

export const RULES: FoldRules = {
  columns: [
    { id: 101, name: 'k' },
    { id: 102, name: 'a' },
    { id: 103, name: 'b' },
  ],
  key: ['k'],
  updateImage: 'sparse',
  beforeImage: 'none',
};

const value = (text: string): Value => (text === '~' ? null : text === "''" ? '' : text);

function event(rules: FoldRules, text: string, file: number, line: number): ChangeEvent {
  const [, seq = '', oper = '', rest = ''] = /^(\S+) ([TBDLIU])(.*)$/.exec(text) ?? [];
  if (oper === '') throw new Error(`not an event: ${text}`);
  const masked = /\{(.*)\}/
    .exec(rest)?.[1]
    ?.split(' ')
    .filter((name) => name !== '');
  const given = new Map([...rest.matchAll(/(\w+)=(\S+)/g)].map((m) => [m[1], value(m[2]!)]));
  return {
    seq: seq === '-' ? null : seq.padStart(35, '0'),
    oper: oper as Operation,
    timestamp: seq === '-' ? null : `${seq} in file ${file}`,
    mask: masked?.map((name) => rules.columns.find((column) => column.name === name)?.id ?? Number(name)) ?? null,
    values: Object.fromEntries(rules.columns.map(({ name }) => [name, given.get(name) ?? null])),
    file,
    line,
  };
}

/** Files in rank order, each a list of events. */
export const eventsOf = (rules: FoldRules, files: readonly (readonly string[])[]): ChangeEvent[] =>
  files.flatMap((file, index) => file.map((text, line) => event(rules, text, index + 1, line + 2)));

export const shown = (cell: Value): string => (cell === null ? '~' : cell === '' ? "''" : String(cell));

const rowText = (rules: FoldRules, { values, seq }: CurrentRow): string =>
  `${rules.columns.map(({ name }) => shown(values[name] ?? null)).join(' ')} @${seq === null ? '-' : Number(seq)}`;

/** What the interpreter makes of it, in short. */
export function folded(rules: FoldRules, files: readonly (readonly string[])[]) {
  const result = interpret(rules, eventsOf(rules, files));
  if (result.state === 'held')
    return { held: { ambiguous: result.ambiguous.map(Number), incomplete: result.incomplete.map(Number) } };
  const { rows, orphans, conflicts, movesOntoLive } = result;
  return { rows: [...rows.values()].map((row) => rowText(rules, row)).sort(), orphans, conflicts, movesOntoLive };
}
