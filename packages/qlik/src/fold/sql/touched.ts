/**
 * What of history a rebuild needs: which keys are touched, all events of theirs, the B and U that share a sequence with
 * theirs, and every T. Each function gives the SQL of a relation; history is given as SQL, since each asks for less of it.
 */
import type { FoldRules } from '../rules.ts';
import { HEADER, INPUT, RELATION, list, q, sameKey } from './names.ts';

const oper = q('header__change_oper');
const seq = q(HEADER.seq);

/** Rows of the generation's loads among those of `history`. */
const rowsOf = (history: string, fresh: boolean): string =>
  `${history} h JOIN ${q(INPUT.files)} f ON h."_load_id" = f.load_id${fresh ? ' AND f.fresh' : ''}`;

/** Operations whose keys mean nothing: a T has none, and a contract may ignore every B. */
const keyless = ({ beforeImage }: FoldRules): string => (beforeImage === 'none' ? `'T', 'B'` : `'T'`);

/** May B and U make moves, so that what shares a sequence matters? */
export const pairs = ({ beforeImage }: FoldRules): boolean => beforeImage !== 'none';

/** Keys of the new events. */
export const newKeysSql = (rules: FoldRules, history: string): string =>
  `SELECT DISTINCT ${list(rules.key, 'h')} FROM ${rowsOf(history, true)} WHERE h.${oper} NOT IN (${keyless(rules)})`;

/** Sequences of the new B and U: a new partner can turn an update into a move and back. */
export const newSequencesSql = (history: string): string =>
  `SELECT DISTINCT h.${seq} FROM ${rowsOf(history, true)} WHERE h.${oper} IN ('B', 'U')`;

/** B and U of the sequences in `@sequences`, as `columns` of `h`. */
const sharing = (columns: string, history: string): string =>
  `SELECT ${columns} FROM ${rowsOf(history, false)} SEMI JOIN ${q(RELATION.sequences)} s ON h.${seq} = s.${seq}
WHERE h.${oper} IN ('B', 'U')`;

/** Keys of every B and U of `@sequences`. */
export const partnerKeysSql = (rules: FoldRules, history: string): string =>
  `SELECT DISTINCT ${list(rules.key)} FROM (${sharing(list(rules.key, 'h'), history)}) p`;

/** One row, `lowest`: the lowest sequence of a new T. */
export const lowestTruncationSql = (history: string): string =>
  `SELECT min(h.${seq}) AS lowest FROM ${rowsOf(history, true)} WHERE h.${oper} = 'T'`;

/**
 * Keys of the events at or above a sequence. After a T of that sequence no other key is there, and of no other key can a
 * count have changed.
 * @param sequence SQL of it
 */
export const keysSinceSql = (rules: FoldRules, history: string, sequence: string): string =>
  `SELECT DISTINCT ${list(rules.key, 'h')} FROM ${rowsOf(history, false)}
WHERE h.${seq} >= ${sequence} AND h.${oper} NOT IN (${keyless(rules)})`;

/** `@keys`: all of the given relations of keys. */
export const allKeysSql = (rules: FoldRules, relations: readonly string[]): string =>
  relations.map((name) => `SELECT ${list(rules.key)} FROM ${q(name)}`).join('\nUNION\n');

/** Is the key, or a part of it, NULL? */
export const keyHasNull = (rules: FoldRules): string => rules.key.map((name) => `${q(name)} IS NULL`).join(' OR ');

/**
 * All events of `@keys`, as rows of history. Keys that are not NULL meet by `=`, for which the engine skips row groups
 * outside of their range; but bytes meet null-safely, because by `=` DuckDB misses some in files with Bloom filters, as they were
 * written before (`write-parquet.ts`).
 * @param nulls there are keys with NULL in them
 */
export function touchedSql(rules: FoldRules, history: string, nulls: boolean): string {
  const keys = (which: string) => `(SELECT * FROM ${q(RELATION.keys)} WHERE ${which}) k`;
  const meets = (name: string) => (rules.bytes?.includes(name) === true ? 'IS NOT DISTINCT FROM' : '=');
  const equal = rules.key.map((name) => `h.${q(name)} ${meets(name)} k.${q(name)}`).join(' AND ');
  const plain = `SELECT h.* FROM ${history} h SEMI JOIN ${keys(`NOT (${keyHasNull(rules)})`)} ON ${equal} WHERE h.${oper} <> 'T'`;
  if (!nulls) return plain;
  return `${plain}
UNION ALL
SELECT h.* FROM (SELECT * FROM ${history} x WHERE ${keyHasNull(rules)}) h
SEMI JOIN ${keys(keyHasNull(rules))} ON ${sameKey(rules, 'h', 'k')} WHERE h.${oper} <> 'T'`;
}

/** Sequences of the B and U in `@touched`. */
export const touchedSequencesSql = (): string =>
  `SELECT DISTINCT ${seq} FROM ${q(RELATION.touched)} WHERE ${oper} IN ('B', 'U')`;

/** B and U of other keys under the sequences in `@sequences`: with them it is told what is a move. */
export const partnersSql = (rules: FoldRules, history: string): string =>
  `SELECT p.* FROM (${sharing('h.*', history)}) p ANTI JOIN ${q(RELATION.keys)} k ON ${sameKey(rules, 'p', 'k')}`;

/** Every T. */
export const truncationsSql = (history: string): string => `SELECT * FROM ${history} h WHERE ${oper} = 'T'`;
