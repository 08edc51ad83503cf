/** What the fold's SQL says differently on each engine. */
export interface Dialect {
  /** Aggregate: value of the first argument where the second is greatest, NULL values included. */
  readonly maxBy: string;
  /** Function: is the second argument an element of the first, a list? */
  readonly listContains: string;
  /** Type of a sequence, an operation, a name. */
  readonly text: string;
}

export const DIALECTS = {
  duckdb: { maxBy: 'arg_max_null', listContains: 'list_contains', text: 'VARCHAR' },
  spark: { maxBy: 'max_by', listContains: 'array_contains', text: 'STRING' },
} as const satisfies Record<string, Dialect>;

export type DialectName = keyof typeof DIALECTS;
