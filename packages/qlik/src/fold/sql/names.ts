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
  /** Rows of the current table under the slice's changed keys: contract columns, header__change_seq, header__timestamp. */
  current: '@current',
} as const;

/**
 * Relations that the fold makes: those up to `truncations` to find what a rebuild needs, the next ones once, those from `busy`
 * on for each slice of keys.
 */
export const RELATION = {
  newKeys: '@new_keys',
  partnerKeys: '@partner_keys',
  laterKeys: '@later_keys',
  sequences: '@sequences',
  touched: '@touched',
  partners: '@partners',
  truncations: '@truncations',
  events: '@events',
  updates: '@updates',
  leftover: '@leftover',
  moves: '@moves',
  changes: '@changes',
  keys: '@keys',
  busy: '@busy',
  order: '@order',
  copies: '@copies',
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
  move: '@move',
  n: '@n',
  alive: '@alive',
} as const;

/** Where a step comes from, in `@half`; the two halves of a move stand at one place, in this order. */
export const HALF = { event: 0, leaves: 1, arrives: 2, truncation: 3 } as const;

export const q = quoteIdentifier;

/** `"a", "b"` or, with an alias, `x."a", x."b"`. */
export const list = (names: readonly string[], alias?: string): string =>
  names.map((name) => (alias === undefined ? q(name) : `${alias}.${q(name)}`)).join(', ');

/** Null-safe equality of two relations' keys. */
export const sameKey = (rules: FoldRules, a: string, b: string): string =>
  rules.key.map((name) => `${a}.${q(name)} IS NOT DISTINCT FROM ${b}.${q(name)}`).join(' AND ');

/** Is the key of `alias` among those of the relation? */
export const keyIn = (rules: FoldRules, alias: string, relation: string): string =>
  `EXISTS (SELECT 1 FROM ${q(relation)} k WHERE ${sameKey(rules, alias, 'k')})`;

/** Two rows are of the same event: an event has a place of its own. */
export const samePlace = (a: string, b: string): string =>
  `${a}.${q(COLUMN.file)} = ${b}.${q(COLUMN.file)} AND ${a}.${q(COLUMN.line)} = ${b}.${q(COLUMN.line)}`;

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
