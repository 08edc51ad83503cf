/** Writes Qlik deliveries for tests: a table's columns once, then snapshot and change files by their rows. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly precision?: number;
  readonly scale?: number;
  readonly key?: number;
}

export type Cell = string | null;

export interface FileOptions {
  readonly start?: string;
  readonly end?: string;
  readonly tableVersion?: number;
  /** Overrides in the .dfm: what a sloppy vendor would write. */
  readonly recordCount?: number;
  readonly withoutDfm?: boolean;
  readonly dfmText?: string;
  readonly header?: readonly string[];
  /** Changes the gzip file before it is written. */
  readonly spoil?: (gz: Buffer) => Buffer;
}

const HEADER: readonly Column[] = [
  { name: 'header__change_seq', type: 'STRING' },
  { name: 'header__change_oper', type: 'STRING' },
  { name: 'header__timestamp', type: 'DATETIME' },
  { name: 'header__change_mask', type: 'STRING' },
];

export interface Change {
  readonly seq: string | null;
  readonly oper: string;
  readonly time?: Cell;
  readonly mask?: Cell;
  readonly row: readonly Cell[];
}

/** 35 digits from a small number. */
export const seq = (n: number): string => String(n).padStart(35, '0');

/** A field as Qlik writes it: NULL is nothing, text always in quotes. */
const field = (cell: Cell): string => (cell === null ? '' : `"${cell.replaceAll('"', '""')}"`);
const csv = (rows: readonly (readonly Cell[])[]): string => rows.map((row) => `${row.map(field).join(',')}\n`).join('');

export class Delivery {
  readonly #folder: string;
  readonly #table: string;
  readonly #columns: readonly Column[];

  constructor(folder: string, table: string, columns: readonly Column[]) {
    this.#folder = folder;
    this.#table = table;
    this.#columns = columns;
  }

  snapshot(stem: string, rows: readonly (readonly Cell[])[], options: FileOptions = {}): Promise<string> {
    return this.#write(this.#table, stem, this.#columns, rows, options);
  }

  changes(stem: string, changes: readonly Change[], options: FileOptions = {}): Promise<string> {
    const rows = changes.map(({ seq: s, oper, time = '2026-01-01 00:00:00', mask = null, row }) => [
      s,
      oper,
      time,
      mask,
      ...row,
    ]);
    return this.#write(`${this.#table}__ct`, stem, [...HEADER, ...this.#columns], rows, options);
  }

  async #write(
    folder: string,
    stem: string,
    columns: readonly Column[],
    rows: readonly (readonly Cell[])[],
    options: FileOptions,
  ) {
    const file = path.join(this.#folder, folder, stem);
    await mkdir(path.dirname(file), { recursive: true });
    const text = `${(options.header ?? columns.map((column) => column.name)).join(',')}\n${csv(rows)}`;
    const gz = gzipSync(text);
    await writeFile(`${file}.csv.gz`, options.spoil?.(gz) ?? gz);
    if (options.withoutDfm === true) await rm(`${file}.dfm`, { force: true });
    else await writeFile(`${file}.dfm`, options.dfmText ?? this.#dfm(columns, rows.length, options));
    return file;
  }

  #dfm(columns: readonly Column[], rows: number, options: FileOptions): string {
    const [schema = '', ...table] = this.#table.split('.');
    return JSON.stringify({
      fileInfo: {
        startWriteTimestamp: options.start ?? '',
        endWriteTimestamp: options.end ?? '',
        recordCount: options.recordCount ?? rows,
      },
      formatInfo: {
        format: 'delimited',
        options: { fieldDelimiter: ',', recordDelimiter: '\n', nullValue: '', quoteChar: '"', escapeChar: '' },
      },
      dataInfo: {
        sourceSchema: schema,
        sourceTable: table.join('.'),
        tableVersion: options.tableVersion ?? 1,
        columns: columns.map(({ name, type, precision = 0, scale = 0, key = 0 }, index) => ({
          ordinal: index + 1,
          name,
          type,
          length: 100,
          precision,
          scale,
          primaryKeyPos: key,
        })),
      },
    });
  }
}
