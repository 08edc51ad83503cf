/** What a compiled load says of one column: how the delivered text becomes the typed value. */

export interface ProjectedColumn {
  readonly name: string;
  /** Typed SQL over the text relation; NULL where the text does not fit. */
  readonly value: string;
  /** SQL, true exactly where the delivered text is not acceptable. Absent: everything is. */
  readonly bad?: string;
  /** Where the text stands, for the error: its name in the file and the SQL of the text. */
  readonly source?: { readonly name: string; readonly text: string };
  /** What is allowed, for the error. */
  readonly allowed?: string;
  /** The delivered text may be told to nobody: not in an error, not in a log. */
  readonly hidden?: boolean;
  /** What to do about a text that is not acceptable, where the general advice does not say enough. */
  readonly remedy?: string;
}

/**
 * Name of the i-th field (from 1) in the relation of delivered text that a projection reads; by position, because
 * names from outside may repeat or be hostile. The relation also has `_load_id` and `_line`.
 */
export const fieldName = (ordinal: number): string => `@c${ordinal}`;
