/** A table of the ledger as queries see it. */

/** Type of a column in the engine. */
export type LedgerType = 'BIGINT' | 'VARCHAR' | 'TIMESTAMP' | 'BOOLEAN';

/** By name: the type, or the type and the Postgres expression where that is not the column of the same name. */
export type LedgerColumns = Readonly<Record<string, LedgerType | readonly [type: LedgerType, sql: string]>>;

export interface LedgerTable {
  /** Postgres: what stands behind FROM. */
  readonly from: string;
  readonly columns: LedgerColumns;
}
