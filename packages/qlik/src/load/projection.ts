/**
 * From a delivered CSV to history rows: each file's text columns, by position, become the history's system columns and
 * the contract's typed columns. Compiled from the contract and the file's own `.dfm`.
 */
import {
  driftOf,
  fieldName,
  hmacSql,
  isHidden,
  parseLogicalType,
  parseSql,
  quoteIdentifier,
  quoteLiteral,
  storedColumns,
  storedType,
  typeNames,
  type Contract,
  type ContractColumn,
  type LogicalType,
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
    ...projectColumns(contract, dfm, 'true'),
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
    ...projectColumns(contract, dfm, `${oper} = 'I'`),
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
function projectColumns(contract: Contract, dfm: Dfm, wholeRow: string): ProjectedColumn[] {
  const { differences } = driftOf(contract, dfm.columns);
  const wider = new Map(differences.flatMap(({ kind, column, file }) => (kind === 'widening' ? [[column, file]] : [])));
  return storedColumns(contract).map((column) => {
    const ordinal = ordinalOf(dfm, column.sourceName);
    if (ordinal === undefined) return absentColumn(column);
    const projected = projectColumn(column, dfm, quoteIdentifier(fieldName(ordinal)), wholeRow);
    const told = contract.publish.postgres ? withoutNul(column, projected) : projected;
    const file = wider.get(column.sourceName);
    return file === undefined ? told : { ...told, remedy: widen(column, file) };
  });
}

/** A column that the file does not have. Drift keeps files without a needed one from being loaded. */
function absentColumn(column: ContractColumn): ProjectedColumn {
  if (!column.nullable) throw new Error(`the file has no column ${column.sourceName}`);
  return { name: column.name, value: `CAST(NULL AS ${typeNames(storedType(column)).duckdb})` };
}

function projectColumn(column: ContractColumn, dfm: Dfm, text: string, wholeRow: string): ProjectedColumn {
  const type = parseLogicalType(column.type);
  const { value, bad, allowed } = parseSql(type, text, { dialect: 'duckdb', emptyIsNull: dfm.format.nullValue === '' });
  const absent = column.nullable ? '' : ` OR ((${value}) IS NULL AND ${wholeRow})`;
  return {
    name: column.name,
    value: treated(column, type, value),
    bad: `${bad}${absent}`,
    source: { name: column.sourceName, text },
    allowed: column.nullable ? allowed : `${allowed} (NULL is not allowed here)`,
    ...(isHidden(column) ? { hidden: true } : {}),
  };
}

/** Values are typed first: what is hashed is the value, not the way in which this file writes it. */
const treated = ({ treatment }: ContractColumn, type: LogicalType, value: string): string =>
  treatment === 'hmac' ? hmacSql(type, value) : value;

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

const widen = ({ type }: ContractColumn, file: string): string =>
  `The file announces ${file}, the contract has ${type}: revise the contract (farelake table add), then ingest again.`;

const ordinalOf = (dfm: Dfm, name: string): number | undefined =>
  dfm.columns.find((column) => column.name === name)?.ordinal;

const NEEDED = ['header__change_seq', 'header__change_oper', 'header__timestamp'];

/** Header columns that a change file's `.dfm` must announce and does not. */
export const missingHeaderColumns = (dfm: Dfm): string[] => NEEDED.filter((name) => ordinalOf(dfm, name) === undefined);
