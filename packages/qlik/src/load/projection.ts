/**
 * From a delivered CSV to history rows: each file's text columns, by position, become the history's system columns and
 * the contract's typed columns. Compiled from the contract and the file's own `.dfm`.
 */
import {
  fieldName,
  parseLogicalType,
  parseSql,
  quoteIdentifier,
  quoteLiteral,
  type Contract,
  type ContractColumn,
  type ProjectedColumn,
} from '@farelake/schema-registry';
import type { Dfm } from '../dfm/dfm.ts';
import { maskSql } from './mask.ts';

const OPERATIONS = ['I', 'U', 'D', 'B', 'T'];

/** Columns of a snapshot file's rows: no sequence, no time, operation L. */
export function projectSnapshot(contract: Contract, dfm: Dfm): ProjectedColumn[] {
  return [
    { name: 'header__change_seq', value: 'CAST(NULL AS VARCHAR)' },
    { name: 'header__change_oper', value: "'L'" },
    { name: 'header__timestamp', value: 'CAST(NULL AS TIMESTAMP)' },
    { name: 'header__change_mask', value: 'CAST(NULL AS INTEGER[])' },
    ...kept(contract).map((column) => projectColumn(column, dfm, 'true')),
    ...loadColumns,
  ];
}

/** Columns of a change file's rows. The `.dfm` has the three header columns: `missingHeaderColumns` was asked before. */
export function projectChanges(contract: Contract, dfm: Dfm): ProjectedColumn[] {
  const field = (name: string) => quoteIdentifier(fieldName(ordinalOf(dfm, name) ?? 0));
  const [seq, oper] = [field('header__change_seq'), field('header__change_oper')];
  const time = parseSql(parseLogicalType('timestamp'), field('header__timestamp'), {
    dialect: 'duckdb',
    emptyIsNull: true,
  });
  return [
    {
      name: 'header__change_seq',
      value: seq,
      bad: `NOT coalesce(regexp_full_match(${seq}, '[0-9]{35}'), false)`,
      source: { name: 'header__change_seq', text: seq },
      allowed: '35 digits',
    },
    {
      name: 'header__change_oper',
      value: oper,
      bad: `coalesce(${oper}, '') NOT IN (${OPERATIONS.map(quoteLiteral).join(', ')})`,
      source: { name: 'header__change_oper', text: oper },
      allowed: `one of ${OPERATIONS.join(', ')}`,
    },
    {
      name: 'header__timestamp',
      ...time,
      source: { name: 'header__timestamp', text: field('header__timestamp') },
    },
    maskSql(contract, dfm),
    ...kept(contract).map((column) => projectColumn(column, dfm, `${oper} = 'I'`)),
    ...loadColumns,
  ];
}

const loadColumns: ProjectedColumn[] = [
  { name: '_load_id', value: '"_load_id"' },
  { name: '_line', value: '"_line"' },
];

/** What is dropped is never even read: nothing of it may be written anywhere. */
const kept = (contract: Contract) => contract.columns.filter((column) => column.treatment !== 'drop');

/** @param wholeRow SQL: is this row a full image, in which NULL means NULL? */
function projectColumn(column: ContractColumn, dfm: Dfm, wholeRow: string): ProjectedColumn {
  const ordinal = ordinalOf(dfm, column.sourceName);
  // Drift keeps such a file from being loaded; a plain error, because getting here is a bug.
  if (ordinal === undefined) throw new Error(`the file has no column ${column.sourceName}`);
  const text = quoteIdentifier(fieldName(ordinal));
  const { value, bad, allowed } = parseSql(parseLogicalType(column.type), text, {
    dialect: 'duckdb',
    emptyIsNull: dfm.format.nullValue === '',
  });
  const absent = column.nullable ? '' : ` OR ((${value}) IS NULL AND ${wholeRow})`;
  return {
    name: column.name,
    value,
    bad: `${bad}${absent}`,
    source: { name: column.sourceName, text },
    allowed: column.nullable ? allowed : `${allowed} (NULL is not allowed here)`,
  };
}

const ordinalOf = (dfm: Dfm, name: string): number | undefined =>
  dfm.columns.find((column) => column.name === name)?.ordinal;

const NEEDED = ['header__change_seq', 'header__change_oper', 'header__timestamp'];

/** Header columns that a change file's `.dfm` must announce and does not. */
export const missingHeaderColumns = (dfm: Dfm): string[] => NEEDED.filter((name) => ordinalOf(dfm, name) === undefined);
