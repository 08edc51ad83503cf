/** From delivered text to typed rows, as steps: what a load of every feed has in common. */
import { fieldName, quoteIdentifier as q, type ProjectedColumn } from '@farelake/schema-registry';
import type { Guard, Step } from './plan.ts';

/** Integer column of the typed rows: which column is the first that does not fit, by its place; NULL: the row fits. */
export const MISFIT: Guard = { column: '@misfit' };

export interface TypedSteps {
  /** Relation of delivered text. */
  readonly text: string;
  /** Relation of typed rows that is made. */
  readonly relation: string;
  /** Fields of every record. */
  readonly fields: number;
  readonly columns: readonly ProjectedColumn[];
}

/**
 * Every value is worked out once, in the first relation, and looked at in the second: `bad` repeats its column's value, and the copy
 * becomes a mention of the column.
 */
export function typedSteps({ text, relation, fields, columns }: TypedSteps): Step[] {
  const values = `${relation}_values`;
  const texts = Array.from({ length: fields }, (_, index) => q(fieldName(index + 1)));
  const named = columns.map(({ name, value }) => `${value} AS ${q(name)}`);
  const checked = columns.flatMap(({ name, value, bad }, place) =>
    bad === undefined || bad === 'false' ? [] : [`WHEN ${bad.replaceAll(value, q(name))} THEN ${place}`],
  );
  const misfit = checked.length === 0 ? 'CAST(NULL AS INT)' : `CASE ${checked.join('\n    ')} END`;
  const names = columns.map(({ name }) => q(name)).join(', ');
  return [
    { kind: 'view', relation: values, sql: `SELECT ${[...named, texts.join(', ')].join(',\n  ')}\nFROM ${q(text)} t` },
    { kind: 'view', relation, sql: `SELECT ${names},\n  ${misfit} AS ${q(MISFIT.column)}\nFROM ${q(values)} v` },
  ];
}
