/** A column of a delivered file as a contract column: typed, treated, and what of it is refused. The same of every feed. */
import type { Contract, ContractColumn } from '../contract.ts';
import { isHidden, storedType } from '../stored-columns.ts';
import { type LogicalType, parseLogicalType } from '../types/logical.ts';
import { type Dialect, type ParseOptions, parseSql } from '../types/parse.ts';
import { SQL } from './dialect.ts';
import { hmacSql } from './hmac.ts';
import type { ProjectedColumn } from './projection.ts';

export interface DeliveredText extends ParseOptions {
  /** SQL of the delivered text, NULL where the file says NULL. */
  readonly text: string;
  /** SQL: is this row a full image, in which NULL means NULL? A feed of whole rows says `true`. */
  readonly wholeRow: string;
}

/** @param column one of the contract's stored columns: what is dropped is never even read */
export function projectColumn(contract: Contract, column: ContractColumn, delivered: DeliveredText): ProjectedColumn {
  const projected = typedColumn(column, delivered);
  return contract.publish.postgres ? withoutNul(column, projected) : projected;
}

/**
 * A column that the file does not have: NULL in its rows.
 * @throws Error of one that may not be NULL: drift keeps such files from being loaded, so it is a bug
 */
export function projectAbsentColumn(column: ContractColumn, dialect: Dialect = 'duckdb'): ProjectedColumn {
  if (!column.nullable) throw new Error(`the file has no column ${column.sourceName}`);
  return { name: column.name, value: `CAST(NULL AS ${SQL[dialect].typeOf(storedType(column))})` };
}

function typedColumn(column: ContractColumn, { text, wholeRow, ...options }: DeliveredText): ProjectedColumn {
  const type = parseLogicalType(column.type);
  const { value, bad, allowed } = parseSql(type, text, options);
  const absent = column.nullable ? '' : ` OR ((${value}) IS NULL AND ${wholeRow})`;
  return {
    name: column.name,
    value: treated(column, type, value, options.dialect),
    bad: `${bad}${absent}`,
    source: { name: column.sourceName, text },
    allowed: column.nullable ? allowed : `${allowed} (NULL is not allowed here)`,
    ...(isHidden(column) ? { hidden: true } : {}),
  };
}

/** Values are typed first: what is hashed is the value, not the way in which this file writes it. */
const treated = ({ treatment }: ContractColumn, type: LogicalType, value: string, dialect: Dialect): string =>
  treatment === 'hmac' ? hmacSql(type, value, dialect) : value;

/** Of a column that goes to Postgres as text. A load is the place to refuse: afterwards the row is there to stay. */
function withoutNul(column: ContractColumn, projected: ProjectedColumn): ProjectedColumn {
  const { source, bad = 'false', allowed = 'text' } = projected;
  if (source === undefined || column.treatment !== 'keep' || column.type !== 'string') return projected;
  return {
    ...projected,
    bad: `${bad} OR coalesce(contains(${source.text}, chr(0)), false)`,
    allowed: `${allowed} without a NUL character, which Postgres cannot hold (publish.postgres in the contract)`,
  };
}
