/**
 * From a delivered CSV to history rows: each file's text columns, by position, become the history's system columns and
 * the contract's typed columns. Compiled from the contract and the file's own `.dfm`.
 */
import {
  driftOf,
  fieldName,
  giveType,
  parseLogicalType,
  parseSql,
  projectAbsentColumn,
  projectColumn,
  quoteIdentifier,
  SQL,
  storedColumns,
  type Contract,
  type ContractColumn,
  type Dialect,
  type ProjectedColumn,
  type SqlDialect,
} from '@farelake/schema-registry';
import type { Dfm } from '../dfm/dfm.ts';
import { maskSql } from './mask.ts';

const OPERATIONS = ['I', 'U', 'D', 'B', 'T'];

/** Columns of a snapshot file's rows: no sequence, no time, operation L. */
export function projectSnapshot(contract: Contract, dfm: Dfm, dialect: Dialect = 'duckdb'): ProjectedColumn[] {
  const { text, timestamp, intList } = SQL[dialect];
  return [
    { name: 'header__change_seq', value: `CAST(NULL AS ${text})` },
    { name: 'header__change_oper', value: "'L'" },
    { name: 'header__timestamp', value: `CAST(NULL AS ${timestamp})` },
    { name: 'header__change_mask', value: `CAST(NULL AS ${intList})` },
    ...projectColumns(contract, dfm, 'true', SQL[dialect]),
    ...loadColumns,
  ];
}

/** Columns of a change file's rows. The `.dfm` has the three header columns: `missingHeaderColumns` was asked before. */
export function projectChanges(contract: Contract, dfm: Dfm, dialect: Dialect = 'duckdb'): ProjectedColumn[] {
  const sql = SQL[dialect];
  const field = (name: string) => quoteIdentifier(fieldName(ordinalOf(dfm, name) ?? 0));
  const [seq, oper] = [field('header__change_seq'), field('header__change_oper')];
  const time = parseSql(parseLogicalType('timestamp'), field('header__timestamp'), { dialect, emptyIsNull: true });
  return [
    {
      name: 'header__change_seq',
      value: seq,
      bad: `NOT coalesce(${sql.matches(seq, '[0-9]{35}')}, false)`,
      source: { name: 'header__change_seq', text: seq },
      allowed: '35 digits',
    },
    {
      name: 'header__change_oper',
      value: oper,
      bad: `coalesce(${oper}, '') NOT IN (${OPERATIONS.map(sql.literal).join(', ')})`,
      source: { name: 'header__change_oper', text: oper },
      allowed: `one of ${OPERATIONS.join(', ')}`,
    },
    {
      name: 'header__timestamp',
      ...time,
      source: { name: 'header__timestamp', text: field('header__timestamp') },
    },
    maskSql(contract, dfm, sql),
    ...projectColumns(contract, dfm, `${oper} = 'I'`, sql),
    ...loadColumns,
  ];
}

const loadColumns: ProjectedColumn[] = [
  { name: '_load_id', value: '"_load_id"' },
  { name: '_line', value: '"_line"' },
];

/**
 * The contract's columns; what is dropped is never even read: nothing of it may be written anywhere.
 * @param wholeRow SQL: is this row a full image, in which NULL means NULL?
 */
function projectColumns(
  contract: Contract,
  dfm: Dfm,
  wholeRow: string,
  { name: dialect }: SqlDialect,
): ProjectedColumn[] {
  const { differences } = driftOf(contract, dfm.columns);
  const wider = new Map(differences.flatMap(({ kind, column, file }) => (kind === 'widening' ? [[column, file]] : [])));
  return storedColumns(contract).map((column) => {
    const ordinal = ordinalOf(dfm, column.sourceName);
    if (ordinal === undefined) return projectAbsentColumn(column, dialect);
    const text = quoteIdentifier(fieldName(ordinal));
    const emptyIsNull = dfm.format.nullValue === '';
    const projected = projectColumn(contract, column, { text, wholeRow, dialect, emptyIsNull });
    const file = wider.get(column.sourceName);
    return file === undefined ? projected : { ...projected, remedy: widen(contract, column, file) };
  });
}

/** Not `table add`: it goes by the snapshot's files, which may be narrower than these. */
const widen = ({ dataset }: Contract, { type, sourceName }: ContractColumn, file: string): string =>
  `The file announces ${file}, the contract has ${type}: ${giveType(dataset, `${sourceName} the type ${file}`)}, then ingest again.`;

const ordinalOf = (dfm: Dfm, name: string): number | undefined =>
  dfm.columns.find((column) => column.name === name)?.ordinal;

const NEEDED = ['header__change_seq', 'header__change_oper', 'header__timestamp'];

/** Header columns that a change file's `.dfm` must announce and does not. */
export const missingHeaderColumns = (dfm: Dfm): string[] => NEEDED.filter((name) => ordinalOf(dfm, name) === undefined);
