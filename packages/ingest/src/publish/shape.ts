/** What a published table looks like: names, types and comments in Postgres, from the contract. Pure. */
import {
  parseLogicalType,
  storedColumns,
  storedType,
  SYSTEM_COLUMNS,
  typeNames,
  UserError,
  type Contract,
  type ContractColumn,
} from '@farelake/schema-registry';
import { shownColumns, shownKey } from '../columns.ts';

/** Schema of the published tables, made by a migration. */
export const SCHEMA = 'ods';

/** Name of the target in the ledger's publications. */
export const TARGET = 'postgres:ods';

export interface PublishedColumn {
  /** Permanent id. */
  readonly id: number;
  readonly name: string;
  /** As `format_type` prints it. */
  readonly type: string;
  readonly comment: string;
  /** Its values are keyed hashes. */
  readonly hashed?: true;
}

export interface Shape {
  readonly columns: readonly PublishedColumn[];
  /** Permanent ids, in key order. */
  readonly key: readonly number[];
}

/** A shape as the ledger keeps it, with what else tells whether the table can be built upon. */
export interface RecordedShape extends Shape {
  /** Postgres's own number of the table: another table of the name has another one. */
  readonly table: number;
  /** The rules by which the rows were folded, as text to compare. */
  readonly rules: string | null;
}

/** @throws UserError `publish-without-key`, `name-taken`, `name-too-long` */
export function shapeOf(contract: Contract): Shape {
  requirePublishable(contract);
  const contractColumns = new Map(contract.columns.map((column) => [column.id, column]));
  const shown = shownColumns(contract);
  return {
    columns: shown.map(({ id, name }) => ({
      id,
      name,
      ...lookOf(contractColumns.get(id), id),
    })),
    key: shownKey(contract).map((name) => shown.find((column) => column.name === name)?.id ?? 0),
  };
}

function lookOf(column: ContractColumn | undefined, id: number): Omit<PublishedColumn, 'id' | 'name'> {
  if (column !== undefined) {
    const { classification, treatment, description } = column;
    const how = treatment === 'keep' ? classification : `${classification}, ${treatment}`;
    return {
      type: typeNames(storedType(column)).postgres,
      comment: `[${how}] ${description}`.trimEnd(),
      ...(treatment === 'hmac' ? { hashed: true } : {}),
    };
  }
  const system = SYSTEM_COLUMNS.find((one) => one.id === id);
  if (system === undefined || system.type.kind === 'listOfInt') throw new Error(`no column has the id ${id}`);
  return { type: typeNames(system.type).postgres, comment: `[internal] ${system.description}` };
}

/** Postgres cuts longer names off, in silence (PostgreSQL 18, "Identifiers and Key Words"). */
const NAME_BYTES = 63;

/** Columns that every table of Postgres has ("System Columns"). */
const SYSTEM_NAMES = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'];

/** What the longest name made from a table's adds to it; see `names.ts`. */
const LONGEST_SUFFIX = '@next_key';

function requirePublishable(contract: Contract): void {
  const { dataset, columns } = contract;
  if (shownKey(contract).length === 0)
    throw new UserError({
      code: 'publish-without-key',
      problem: `${dataset} has no key, and without one there is no current table to publish.`,
      remedy: 'Name a key in the contract, or set publish.postgres to false.',
      data: { table: dataset },
    });
  const taken = columns.map(({ name }) => name).filter((name) => SYSTEM_NAMES.includes(name));
  if (taken.length > 0)
    throw new UserError({
      code: 'name-taken',
      problem: `${dataset} cannot be published: Postgres keeps the column name ${taken.join(', ')} for itself.`,
      remedy: 'Give the column another name in the contract, or set publish.postgres to false.',
      data: { table: dataset, names: taken },
    });
  const long = [
    ...(dataset.length + LONGEST_SUFFIX.length > NAME_BYTES ? [dataset] : []),
    ...columns.map(({ name }) => name).filter((name) => name.length > NAME_BYTES),
  ];
  if (long.length > 0)
    throw new UserError({
      code: 'name-too-long',
      problem: `${dataset} cannot be published: Postgres cuts names of more than ${NAME_BYTES} characters off (tables: ${NAME_BYTES - LONGEST_SUFFIX.length}), here ${long.join(', ')}.`,
      remedy: 'Give the column a shorter name in the contract, or set publish.postgres to false.',
      data: { table: dataset, names: long },
    });
}

/** Columns of text in the stage zone, which may hold what Postgres's text cannot: NUL. */
export const textColumns = (contract: Contract): string[] =>
  storedColumns(contract)
    .filter((column) => typeNames(storedType(column)).duckdb === typeNames(parseLogicalType('string')).duckdb)
    .map(({ name }) => name);
