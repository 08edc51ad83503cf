/** Names of datasets and columns from the names their source gives them. */
import type { Feed } from './contract.ts';
import { UserError } from './errors.ts';
import { SYSTEM_COLUMNS, type SystemColumn } from './system-columns.ts';

/** Source names that begin so are Qlik's own columns of a change table, never a column of the source. */
export const HEADER_PREFIX = 'header__';

/** What a dataset's or a column's name may be. */
export const NAME_PATTERN = '^[a-z0-9_]+$';

/** Whether a delivered column is one of Qlik's `header__…` columns. Exact in case, as Qlik writes them. */
export function isHeaderColumn(sourceName: string): boolean {
  return sourceName.startsWith(HEADER_PREFIX);
}

/** Whether a contract column may not bear this name: the feed's system columns, and everything that begins with `header__`. */
export function isReservedColumnName(name: string, feed: Feed = 'qlik'): boolean {
  const system: readonly SystemColumn[] = SYSTEM_COLUMNS;
  return (
    name.startsWith(HEADER_PREFIX) ||
    system.some((column) => column.name === name && (column.feeds?.includes(feed) ?? true))
  );
}

/**
 * A column's name from its source name: lower case, each character outside `[a-z0-9_]` becomes `_`.
 * A leading digit stays, as all identifiers are quoted. Reserved names are not refused here: see `isReservedColumnName`.
 * @throws UserError `empty-name`
 */
export function columnName(sourceName: string): string {
  return normalise(sourceName, 'A column');
}

/**
 * A dataset's name, which is also its current table's: `EDW.SAMPLE` → `edw_sample`.
 * @throws UserError `empty-name` when schema or table is empty
 */
export function datasetName(source: { readonly schema: string; readonly table: string }): string {
  return `${normalise(source.schema, 'A source schema')}_${normalise(source.table, 'A source table')}`;
}

/**
 * The name of a DMAP set's table: `agg_daily_fareprod` → `dmap_agg_daily_fareprod`.
 * @throws UserError `empty-name`
 */
export function setTableName(set: string): string {
  return `dmap_${normalise(set, 'A DMAP set')}`;
}

/** The name of a dataset's history table. */
export function historyName(dataset: string): string {
  return `${dataset}_history`;
}

function normalise(text: string, what: string): string {
  if (text === '')
    throw new UserError({ code: 'empty-name', problem: `${what} without a name has no place in a table.` });
  return text.toLowerCase().replaceAll(/[^a-z0-9_]/gu, '_');
}
