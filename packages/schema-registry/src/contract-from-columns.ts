/** A first contract from the columns that delivered files announce. */
import { type BeforeImage, type Contract, type ContractColumn, type Feed, type UpdateImage } from './contract.ts';
import { UserError } from './errors.ts';
import { columnName, datasetName, isHeaderColumn, isReservedColumnName } from './names.ts';
import { FIRST_COLUMN_ID } from './system-columns.ts';
import { formatLogicalType } from './types/logical.ts';
import { logicalTypeOfQlik, type QlikColumnType } from './types/qlik.ts';

/** A column as a `.dfm` describes it. */
export interface SourceColumn extends QlikColumnType {
  readonly name: string;
  /** Place in the source's primary key, from 1; 0: not in it. */
  readonly primaryKeyPos: number;
}

export interface ContractParts {
  readonly feed: Feed;
  readonly source: { readonly schema: string; readonly table: string };
  /** In ordinal order; `header__…` columns are left out. */
  readonly columns: readonly SourceColumn[];
  /** The key, by source or contract names, in key order; without it the source's primary key. */
  readonly key?: readonly string[];
  readonly cdc?: { readonly updateImage?: UpdateImage; readonly beforeImage?: BeforeImage };
}

/**
 * The contract a person starts from: every column kept, internal and nullable, ids in ordinal order, no owner yet.
 * The key is empty when neither the source nor the caller names one.
 * @throws UserError `no-columns`, `unusable-column` (its type or name cannot be had), `column-collision`,
 *   `unknown-key-column`, `repeated-key-column`, `empty-name`
 */
export function contractFromColumns(parts: ContractParts): Contract {
  const source = parts.columns.filter((column) => !isHeaderColumn(column.name));
  if (source.length === 0)
    throw new UserError({
      code: 'no-columns',
      problem: `${sourceText(parts)} has no columns beside header__…; a contract needs at least one.`,
    });
  const columns = source.map((column, index) => contractColumn(column, FIRST_COLUMN_ID + index, sourceText(parts)));
  refuseColumnCollisions(columns, sourceText(parts));
  return {
    $schema: '../contract.schema.json',
    feed: parts.feed,
    dataset: datasetName(parts.source),
    source: { schema: parts.source.schema, table: parts.source.table },
    version: 1,
    columns,
    lastColumnId: FIRST_COLUMN_ID + columns.length - 1,
    key: parts.key === undefined ? primaryKey(source) : givenKey(parts.key, columns, sourceText(parts)),
    cdc: { updateImage: parts.cdc?.updateImage ?? 'sparse', beforeImage: parts.cdc?.beforeImage ?? 'none' },
    layout: {},
    publish: { postgres: false },
    owner: 'unassigned',
  };
}

function contractColumn(column: SourceColumn, id: number, source: string): ContractColumn {
  const name = columnName(column.name);
  if (isReservedColumnName(name))
    throw new UserError({
      code: 'unusable-column',
      problem: `Column '${column.name}' of ${source} would be named '${name}', a name that system columns bear.`,
      remedy: "Write the contract by hand and give the column another name there; sourceName keeps the source's.",
      data: { source, column: column.name, name },
    });
  return {
    id,
    name,
    sourceName: column.name,
    type: typeText(column, source),
    nullable: true,
    classification: 'internal',
    treatment: 'keep',
    description: '',
  };
}

function typeText(column: SourceColumn, source: string): string {
  try {
    return formatLogicalType(logicalTypeOfQlik(column));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { problem, remedy, data } = error;
    throw new UserError({
      code: 'unusable-column',
      problem: `Column '${column.name}' of ${source}: ${problem}`,
      ...(remedy === undefined ? {} : { remedy }),
      data: { ...data, source, column: column.name },
      cause: error,
    });
  }
}

/**
 * Two source names that come out as one column's name.
 * @param source what has them, for the message
 * @throws UserError `column-collision`
 */
export function refuseColumnCollisions(columns: readonly ContractColumn[], source: string): void {
  const seen = new Map<string, string>();
  for (const { name, sourceName } of columns) {
    const other = seen.get(name);
    if (other !== undefined)
      throw new UserError({
        code: 'column-collision',
        problem: `Columns '${other}' and '${sourceName}' of ${source} would both be named '${name}'.`,
        remedy: "Write the contract by hand and give one of them another name there; sourceName keeps the source's.",
        data: { source, name, sourceNames: [other, sourceName] },
      });
    seen.set(name, sourceName);
  }
}

function primaryKey(columns: readonly SourceColumn[]): string[] {
  return columns
    .filter((column) => column.primaryKeyPos > 0)
    .sort((a, b) => a.primaryKeyPos - b.primaryKeyPos)
    .map((column) => columnName(column.name));
}

function givenKey(key: readonly string[], columns: readonly ContractColumn[], source: string): string[] {
  const names = key.map((given) => {
    // The source's spelling first: a contract name may be another column's source name in another case.
    const found = columns.find((c) => c.sourceName === given) ?? columns.find((c) => c.name === given);
    if (found !== undefined) return found.name;
    const allowed = columns.map((column) => column.sourceName);
    throw new UserError({
      code: 'unknown-key-column',
      problem: `The key names '${given}', which is no column of ${source}; its columns are ${allowed.join(', ')}.`,
      data: { source, found: given, allowed },
    });
  });
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined)
    throw new UserError({
      code: 'repeated-key-column',
      problem: `The key of ${source} names column '${repeated}' twice.`,
      data: { source, column: repeated },
    });
  return names;
}

function sourceText({ source }: ContractParts): string {
  return `${source.schema}.${source.table}`;
}
