import type { Row, Value } from './event.ts';
import type { FoldRules } from './rules.ts';

/** A key as text that is equal exactly when the keys are: NULL is a value of its own, and 1 is not '1'. */
export const keyOf = (rules: FoldRules, values: Row): string =>
  JSON.stringify(rules.key.map((name) => textOf(values[name] ?? null)));

/** A cell as text, apart by type; null stays null. */
export const textOf = (value: Value): string | null => (value === null ? null : `${typeof value}:${String(value)}`);
