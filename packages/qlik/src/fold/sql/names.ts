/**
 * Names of the fold's relations and working columns. All begin with `@`, which no contract column can
 * (`[a-z0-9_]`), so that no table's column can ever collide with them.
 */
import { quoteIdentifier } from '@farelake/schema-registry';
import type { FoldRules } from '../rules.ts';

/** Relations that the caller provides. */
export const INPUT = {
  /** History rows: system columns, contract columns, `_load_id`, `_line`. */
  history: '@history',
  /** `load_id` bigint, `file` integer (rank of the file, `rankFiles`), `fresh` boolean (not yet applied). */
  files: '@files',
  /** Rows of the current table under the changed keys: contract columns, header__change_seq, header__timestamp. */
  current: '@current',
} as const;

/** Relations that the fold makes, in this order. */
export const RELATION = {
  events: '@events',
  updates: '@updates',
  leftover: '@leftover',
  moves: '@moves',
  changes: '@changes',
  keys: '@keys',
  steps: '@steps',
  folded: '@folded',
} as const;

/** Working columns. */
export const COLUMN = {
  seq: '@seq',
  op: '@op',
  rank: '@rank',
  file: '@file',
  line: '@line',
  half: '@half',
  fresh: '@fresh',
  n: '@n',
  alive: '@alive',
} as const;

export const q = quoteIdentifier;

/** `"a", "b"` or, with an alias, `x."a", x."b"`. */
export const list = (names: readonly string[], alias?: string): string =>
  names.map((name) => (alias === undefined ? q(name) : `${alias}.${q(name)}`)).join(', ');

/** Null-safe equality of two relations' keys. */
export const sameKey = (rules: FoldRules, a: string, b: string): string =>
  rules.key.map((name) => `${a}.${q(name)} IS NOT DISTINCT FROM ${b}.${q(name)}`).join(' AND ');

export const HEADER = {
  seq: 'header__change_seq',
  timestamp: 'header__timestamp',
  mask: 'header__change_mask',
} as const;

/** The columns of every events-shaped relation: contract columns, then what the header says. */
export const eventColumns = (rules: FoldRules): string[] => [
  ...rules.columns.map((column) => column.name),
  HEADER.seq,
  HEADER.timestamp,
  HEADER.mask,
];
