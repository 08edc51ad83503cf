/**
 * Gathers what a rebuild needs of history: the touched keys (`@keys`) and, as `@history`, their events, the partners that
 * these share sequences with, and every T. Each step asks for as little of history as it can say.
 */
import { touched, type FoldMode, type FoldRules, type Relation } from '@farelake/qlik';
import type { Engine } from '@farelake/lake';
import { quoteIdentifier as q, quoteLiteral } from '@farelake/schema-registry';

/** What of history is asked for. What is answered may hold more; of what is asked for, nothing may be missing. */
export type Wanted =
  | { readonly what: 'all' }
  /** Events of the keys in a relation of the key's columns. */
  | { readonly what: 'keys'; readonly relation: string }
  /** B and U of the sequences in a relation of `header__change_seq`. */
  | { readonly what: 'sequences'; readonly relation: string }
  /** Events at or above a sequence. */
  | { readonly what: 'since'; readonly sequence: string }
  | { readonly what: 'truncations' };

export interface Gathering {
  readonly rules: FoldRules;
  readonly mode: FoldMode;
  /** SQL of a relation of history rows of all loads of the generation. */
  readonly history: (wanted: Wanted) => string | Promise<string>;
  /** Events of up to so many keys are read once and kept. */
  readonly keptKeys: number;
}

const KEYS = '@keys';
const SEQUENCES = '@sequences';

/** Expects the new events' rows in `@history`, and leaves those that the rebuild needs there. */
export async function gatherTouched(engine: Engine, gathering: Gathering): Promise<void> {
  await findKeys(engine, gathering);
  await gatherKeys(engine, gathering);
}

/** As `gatherTouched`, of keys that are known: those in `@keys`. */
export async function gatherKeys(engine: Engine, gathering: Omit<Gathering, 'mode'>): Promise<void> {
  const { rules, history } = gathering;
  const [found] = await engine.rows(
    `SELECT count(*) AS keys, count(*) FILTER (WHERE ${touched.keyHasNull(rules)}) AS nulls FROM ${q(KEYS)}`,
  );
  const kind = Number(found?.['keys']) <= gathering.keptKeys ? 'table' : 'view';
  const keep = (name: string, sql: string) => make(engine, { name, kind, sql });
  const events = touched.touchedSql(
    rules,
    await history({ what: 'keys', relation: KEYS }),
    Number(found?.['nulls']) > 0,
  );
  await keep('@touched', events);
  await keep('@truncations', touched.truncationsSql(await history({ what: 'truncations' })));
  const parts = ['@touched', '@truncations'];
  if (touched.pairs(rules)) {
    await make(engine, { name: SEQUENCES, kind: 'table', sql: touched.touchedSequencesSql() });
    await keep('@partners', touched.partnersSql(rules, await history({ what: 'sequences', relation: SEQUENCES })));
    parts.push('@partners');
  }
  const all = parts.map((name) => `SELECT * FROM ${q(name)}`).join(' UNION ALL ');
  await make(engine, { name: '@history', kind: 'view', sql: all });
}

/** Makes `@keys`. */
async function findKeys(engine: Engine, { rules, mode, history }: Gathering): Promise<void> {
  const fresh = q('@history');
  const found = ['@new_keys'];
  await make(engine, { name: '@new_keys', kind: 'table', sql: touched.newKeysSql(rules, fresh) });
  if (touched.pairs(rules)) {
    await make(engine, { name: SEQUENCES, kind: 'table', sql: touched.newSequencesSql(fresh) });
    const sharing = await history({ what: 'sequences', relation: SEQUENCES });
    await make(engine, { name: '@partner_keys', kind: 'table', sql: touched.partnerKeysSql(rules, sharing) });
    found.push('@partner_keys');
  }
  if (mode === 'truncate') {
    const [row] = await engine.rows(touched.lowestTruncationSql(fresh));
    const sequence = String(row?.['lowest']);
    const since = await history({ what: 'since', sequence });
    await make(engine, {
      name: '@later_keys',
      kind: 'table',
      sql: touched.keysSinceSql(rules, since, quoteLiteral(sequence)),
    });
    found.push('@later_keys');
  }
  await make(engine, { name: KEYS, kind: 'table', sql: touched.allKeysSql(rules, found) });
}

/** Makes a relation of the fold, in place of the one of its name. */
export const make = (engine: Engine, { name, kind, sql }: Relation): Promise<void> =>
  engine.run(`CREATE OR REPLACE TEMP ${kind === 'table' ? 'TABLE' : 'VIEW'} ${q(name)} AS ${sql}`);
