/**
 * The rows that a current table should have, by the reference interpreter: row by row in this process, so that it has
 * nothing in common with the engine's fold but the history files. For tables of a bounded number of history rows.
 */
import type { Engine, EngineRow } from '@farelake/lake';
import { foldRulesOf, interpret, type ChangeEvent, type Operation, type Value } from '@farelake/qlik';
import { quoteIdentifier as q, UserError, type Contract } from '@farelake/schema-registry';
import { currentColumns, type TableColumn } from '../columns.ts';
import { historySql } from '../fold/history-files.ts';
import { foldFilesOf, type Basis } from './basis.ts';
import { compareSlice } from './compare.ts';
import { everyPlace } from './places.ts';
import { heldByEvents, type Facts, type Recomputing } from './recompute.ts';

/** History rows that the interpreter takes: some seconds and some hundred MB. */
export const INTERPRETER_ROWS = 200_000;

/**
 * Compares the table with what the interpreter makes of its history.
 * @throws UserError `too-many-rows`
 */
export async function compareWithInterpreter({ basis, engine, comparison, onSlice }: Recomputing): Promise<Facts> {
  const { contract } = basis;
  const events = await readEvents(basis, engine);
  const result = interpret(foldRulesOf(contract), events);
  if (result.state === 'held')
    throw heldByEvents(basis, `the interpreter cannot apply ${[...result.ambiguous, ...result.incomplete].join(', ')}`);
  const rows = [...result.rows.values()].map(({ values, seq, timestamp }) => ({
    ...values,
    header__change_seq: seq,
    header__timestamp: timestamp,
  }));
  const right = await relationOf(engine, contract, rows);
  await compareSlice(comparison, { within: 'true', places: everyPlace(comparison.layout), from: undefined }, right);
  onSlice(1, 1);
  return result;
}

async function readEvents(basis: Basis, engine: Engine): Promise<ChangeEvent[]> {
  const { contract } = basis;
  const files = foldFilesOf(basis);
  const rankOf = new Map(files.map(({ loadId, rank }) => [loadId, rank]));
  const relation = await historySql({ ...basis, engine }, files, { what: 'all' });
  const own = `${relation} h WHERE "_load_id" IN (${files.map(({ loadId }) => loadId).join(', ')})`;
  const [counted] = await engine.rows(`SELECT count(*) AS n FROM ${own}`);
  const rows = Number(counted?.['n']);
  if (rows > INTERPRETER_ROWS) throw tooMany(contract, rows);
  const values = valueColumns(contract).map((column) => `${textSql(column)} AS ${q(column.name)}`);
  const found = await engine.connection.runAndReadAll(`SELECT ${values.join(', ')},
    "header__change_seq", "header__change_oper", "_load_id", "_line",
    CAST("header__timestamp" AS VARCHAR) AS "header__timestamp", CAST("header__change_mask" AS VARCHAR) AS "header__change_mask"
    FROM ${own}`);
  const names = valueColumns(contract).map(({ name }) => name);
  return found.getRowObjects().map((row) => eventOf(row, names, rankOf.get(Number(row['_load_id'])) ?? 0));
}

const tooMany = ({ dataset }: Contract, rows: number): UserError =>
  new UserError({
    code: 'too-many-rows',
    problem: `${dataset} has ${rows.toLocaleString('en-US')} history rows, and the interpreter takes up to ${INTERPRETER_ROWS.toLocaleString('en-US')}.`,
    remedy: 'Use --with history, which works in bounded memory.',
    data: { dataset, rows, limit: INTERPRETER_ROWS },
  });

const valueColumns = (contract: Contract): TableColumn[] =>
  currentColumns(contract).filter(({ name }) => !name.startsWith('header__'));

function eventOf(row: EngineRow, names: readonly string[], file: number): ChangeEvent {
  const text = (name: string) => row[name] as string | null;
  const mask = text('header__change_mask');
  return {
    seq: text('header__change_seq'),
    oper: text('header__change_oper') as Operation,
    timestamp: text('header__timestamp'),
    mask: mask === null ? null : (JSON.parse(mask) as number[]),
    values: Object.fromEntries(names.map((name) => [name, text(name)])),
    file,
    line: Number(row['_line']),
  };
}

/**
 * A value as text that is equal exactly when the engine's values are. Texts as hexadecimal bytes: the engine's binding
 * drops a byte order mark from the beginning of a text.
 */
const textSql = ({ name, type }: TableColumn): string => {
  if (type === 'VARCHAR') return `hex(encode(${q(name)}))`;
  if (type === 'BLOB') return `hex(${q(name)})`;
  // Zero has two signs, which are the same number.
  if (type === 'DOUBLE') return `CAST(CASE WHEN ${q(name)} = 0 THEN 0 ELSE ${q(name)} END AS VARCHAR)`;
  return `CAST(${q(name)} AS VARCHAR)`;
};

const valueSql = ({ name, type }: TableColumn): string => {
  if (type === 'VARCHAR' && !name.startsWith('header__')) return `decode(unhex(${q(name)}))`;
  if (type === 'BLOB') return `unhex(${q(name)})`;
  return `CAST(${q(name)} AS ${type})`;
};

/** SQL of a relation of the rows, with the types of the table. */
async function relationOf(engine: Engine, contract: Contract, rows: readonly Readonly<Record<string, Value>>[]) {
  const columns = currentColumns(contract);
  await engine.run(`CREATE TABLE "@interpreted" (${columns.map(({ name }) => `${q(name)} VARCHAR`).join(', ')})`);
  const appender = await engine.connection.createAppender('@interpreted');
  for (const row of rows) {
    for (const { name } of columns) {
      const value = row[name] ?? null;
      if (value === null) appender.appendNull();
      else appender.appendVarchar(String(value));
    }
    appender.endRow();
  }
  appender.closeSync();
  return `(SELECT ${columns.map((column) => `${valueSql(column)} AS ${q(column.name)}`).join(', ')} FROM "@interpreted")`;
}
