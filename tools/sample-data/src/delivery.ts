import type { Change, Source } from './stream.ts';
import { changeColumns, folderOf, type Column, type Row, type Table, type TableShape, type Value } from './table.ts';
import { dateTime, SECOND, stemTime } from './time.ts';

/** One data file and what its `.dfm` says of its making. */
export interface DataFile {
  readonly table: TableShape;
  readonly content: 'data' | 'changes';
  readonly folder: string;
  readonly stem: string;
  /** The stem that the `.dfm` names: not always the file's. */
  readonly namedStem: string;
  readonly columns: readonly Column[];
  readonly startWrite: number;
  readonly endWrite: number;
  readonly firstTransaction: number | null;
  readonly lastTransaction: number | null;
}

/** A data file of the small feed. Its records are not counted before they are written. */
export interface Delivery extends DataFile {
  readonly records: Iterable<readonly Value[]>;
}

const valuesOf = (table: Table, row: Row): Value[] => table.columns.map(({ name }) => row[name] ?? null);

/** The snapshot: the rows as they are when it is read, dealt evenly to its files. */
export function* snapshotDeliveries(table: Table, rows: readonly Row[]): Generator<Delivery> {
  const stems = table.snapshotStems;
  for (const [index, stem] of stems.entries()) {
    const part = rows.slice(
      Math.floor((rows.length * index) / stems.length),
      Math.floor((rows.length * (index + 1)) / stems.length),
    );
    const startWrite = table.snapshotStart + index * 17_389;
    yield {
      table,
      content: 'data',
      folder: folderOf(table),
      stem,
      namedStem: stem,
      columns: table.columns,
      records: part.map((row) => valuesOf(table, row)),
      startWrite,
      endWrite: startWrite + 9_000 + part.length,
      firstTransaction: null,
      lastTransaction: null,
    };
  }
}

/** Cut a stream of changes into files, with late and repeated records at the head of the next one. */
export function* cutFiles(changes: Iterable<Change>, rowsPerFile: number): Generator<readonly Change[]> {
  let file: Change[] = [];
  let next: Change[] = [];
  for (const change of changes) {
    if (change.delivery !== 'late') file.push(change);
    if (change.delivery !== undefined) next.push(change);
    // A count never parts a before image from its update; only a scenario does, where it says so.
    const full = file.length >= rowsPerFile && change.operation !== 'B';
    if (!full && change.closesFile === undefined) continue;
    yield file;
    file = next;
    next = [];
  }
  if (file.length > 0) yield file;
  if (next.length > 0) yield next;
}

/** What a header column holds for a change. */
export const headerValue = (name: string, change: Omit<Change, 'image'>): Value => {
  switch (name) {
    case 'header__change_seq':
      return change.sequence;
    case 'header__change_oper':
      return change.operation;
    case 'header__change_mask':
      return change.mask ?? null;
    case 'header__stream_position':
      return `${change.sequence.slice(16, 32)};${change.sequence}`;
    case 'header__transaction_id':
      return change.transaction;
    case 'header__timestamp':
      return dateTime(change.at, '000');
    default:
      throw new Error(`no header column ${name}`);
  }
};

const changeRecord = (table: Table, change: Change): Value[] => [
  ...table.headers.map(({ name }) => headerValue(name, change)),
  ...valuesOf(table, change.image),
];

/** The changes in files named by the time at which they were opened. */
export function* changeDeliveries({ table }: Source, changes: Iterable<Change>): Generator<Delivery> {
  let free = table.snapshotStart;
  let previousStem: string | undefined;
  let index = 0;
  for (const file of cutFiles(changes, table.rowsPerChangeFile)) {
    const times = file.map(({ at }) => at);
    const startWrite = Math.max(free, Math.min(...times) + 2 * SECOND + 117);
    const endWrite = Math.max(startWrite, Math.max(...times)) + 3 * SECOND + 41;
    const stem = stemTime(startWrite);
    const misnamed = table.misnamedChangeFile === index ? previousStem : undefined;
    yield {
      table,
      content: 'changes',
      folder: `${folderOf(table)}__ct`,
      stem,
      namedStem: misnamed ?? stem,
      columns: changeColumns(table),
      records: file.map((change) => changeRecord(table, change)),
      startWrite,
      endWrite,
      firstTransaction: Math.min(...times),
      lastTransaction: Math.max(...times),
    };
    free = endWrite + SECOND;
    previousStem = stem;
    index += 1;
  }
}
