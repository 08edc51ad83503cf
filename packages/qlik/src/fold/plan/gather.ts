/** What a rebuild needs of history, as steps: `ingest/src/fold/gather.ts` does the same in conversation with the engine. */
import type { Step } from '@farelake/plan';
import type { FoldRules } from '../rules.ts';
import { RELATION, q } from '../sql/names.ts';
import type { FoldMode } from '../sql/plan.ts';
import * as touched from '../sql/touched.ts';

/** @param history quoted relation of all history rows of the generation. Leaves `@keys` and `@history`. */
export function gatherSteps(rules: FoldRules, mode: FoldMode, history: string): Step[] {
  const pairs = touched.pairs(rules);
  const found: string[] = [RELATION.newKeys];
  const steps: Step[] = [table(RELATION.newKeys, touched.newKeysSql(rules, history))];
  if (pairs) {
    steps.push(table(RELATION.sequences, touched.newSequencesSql(history)));
    steps.push(table(RELATION.partnerKeys, touched.partnerKeysSql(rules, history)));
    found.push(RELATION.partnerKeys);
  }
  if (mode === 'truncate') {
    const lowest = `(${touched.lowestTruncationSql(history)})`;
    steps.push(table(RELATION.laterKeys, touched.keysSinceSql(rules, history, lowest)));
    found.push(RELATION.laterKeys);
  }
  steps.push(table(RELATION.keys, touched.allKeysSql(rules, found)));
  return [...steps, ...eventSteps(rules, history, pairs)];
}

function eventSteps(rules: FoldRules, history: string, pairs: boolean): Step[] {
  const steps: Step[] = [
    // Whether there are NULLs among the keys is not known: the part for them finds none, then.
    table(RELATION.touched, touched.touchedSql(rules, history, true)),
    table(RELATION.truncations, touched.truncationsSql(history)),
  ];
  const parts: string[] = [RELATION.touched, RELATION.truncations];
  if (pairs) {
    steps.push(table(RELATION.sequences, touched.touchedSequencesSql()));
    steps.push(table(RELATION.partners, touched.partnersSql(rules, history)));
    parts.push(RELATION.partners);
  }
  const all = parts.map((name) => `SELECT * FROM ${q(name)}`).join('\nUNION ALL\n');
  return [...steps, { kind: 'view', relation: '@history', sql: all }];
}

const table = (relation: string, sql: string): Step => ({ kind: 'table', relation, sql });
