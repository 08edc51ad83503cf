import type { CsvOptions } from './csv.ts';
import type { Random } from './random.ts';
import type { Change, Source } from './stream.ts';

/**
 * Words used throughout. *Value*: a field's text as the vendor writes it, before quoting; null is the source's NULL.
 * *Row*: values by source column name. *Image*: what one change record shows of a row.
 */
export type Value = string | null;
export type Row = Readonly<Record<string, Value>>;

export type SourceType =
  | 'STRING'
  | 'WSTRING'
  | 'BOOLEAN'
  | 'BYTES'
  | 'DATE'
  | 'TIME'
  | 'DATETIME'
  | 'INT1'
  | 'INT2'
  | 'INT4'
  | 'INT8'
  | 'UINT1'
  | 'UINT2'
  | 'UINT4'
  | 'UINT8'
  | 'NUMERIC'
  | 'REAL4'
  | 'REAL8'
  | 'BLOB'
  | 'CLOB'
  | 'NCLOB';

export interface Column {
  readonly name: string;
  readonly type: SourceType;
  readonly length?: number;
  readonly precision?: number;
  /** Digits after the point: of a number, or of a second. */
  readonly scale?: number;
}

/** What the vendor's task knows of a table, whatever is in it. */
export interface TableShape {
  readonly schema: string;
  readonly name: string;
  readonly tableVersion: number;
  readonly columns: readonly Column[];
  /** What identifies a row in the source. */
  readonly key: readonly string[];
  /** False: only a unique index on the source, which the `.dfm` does not show. */
  readonly keyInDfm: boolean;
  /** Header columns of the change table, in the order of its records. */
  readonly headers: readonly Column[];
  /** What a U without mask shows: only what changed (and the key), or the whole row. */
  readonly updateImage: 'sparse' | 'full';
  /** What the B before each U shows; `none`: there is no B. */
  readonly beforeImage: 'none' | 'full' | 'partial';
  readonly options: CsvOptions;
  /** When the snapshot started to be written. */
  readonly snapshotStart: number;
}

/** One table of the small feed, as data; its rows and its life are generator functions. */
export interface Table extends TableShape {
  /** File stems of the snapshot; its rows are dealt to them evenly, in order. */
  readonly snapshotStems: readonly string[];
  readonly rowsPerChangeFile: number;
  /** The `.dfm` of this change file (counted from 0) names the file before it, as one of the vendor's samples does. */
  readonly misnamedChangeFile?: number;
  /** The rows that the source holds before anything is delivered. */
  readonly rows: (random: Random) => Iterable<Row>;
  /** Changes made while the snapshot is read: they are in both. */
  readonly during?: (source: Source) => Iterable<Change>;
  /** Changes made after the snapshot. */
  readonly changes: (source: Source) => Iterable<Change>;
}

/** `EDW.CARD`: the folder of the snapshot, and with `__ct` that of the changes. */
export const folderOf = (table: TableShape): string => `${table.schema}.${table.name}`;

/** All columns of the change table: a mask's bits count them from 0. */
export const changeColumns = (table: TableShape): readonly Column[] => [...table.headers, ...table.columns];

/** Text that is equal for equal keys; NULL equals NULL. */
export const keyText = (table: TableShape, row: Row): string =>
  JSON.stringify(table.key.map((column) => row[column] ?? null));

const HEADER: Record<string, Column> = {
  header__change_seq: { name: 'header__change_seq', type: 'STRING', length: 35 },
  header__change_oper: { name: 'header__change_oper', type: 'STRING', length: 1 },
  header__change_mask: { name: 'header__change_mask', type: 'BYTES', length: 128 },
  header__stream_position: { name: 'header__stream_position', type: 'STRING', length: 128 },
  header__transaction_id: { name: 'header__transaction_id', type: 'STRING', length: 32 },
  header__timestamp: { name: 'header__timestamp', type: 'DATETIME' },
};

/** Header columns by the end of their names: `headers('change_seq', 'change_oper', 'timestamp')`. */
export const headers = (...names: readonly string[]): readonly Column[] =>
  names.map((name) => {
    const column = HEADER[`header__${name}`];
    if (column === undefined) throw new Error(`no header column header__${name}`);
    return column;
  });
