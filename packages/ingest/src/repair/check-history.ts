/**
 * Whether the files of history that a table is worked out from are what the ledger says of them. Looked at before anything
 * is believed of them: a current table that is right must not be blamed, let alone changed, for a file that was damaged since.
 */
import type { ListedFile, WrittenLoad } from '@farelake/db';
import { locate, writtenTypes, type Engine } from '@farelake/lake';
import { quoteIdentifier as q, UserError, type Contract } from '@farelake/schema-registry';
import { historyColumns, type TableColumn } from '../columns.ts';
import { literal, spanOf } from '../fold/prune.ts';
import type { Basis } from './basis.ts';
import { unreadable } from './unreadable.ts';

interface Fault {
  readonly batchId: number | null;
  /** Of a file; undefined: of a load, whose rows may lie in any file of its batch. */
  readonly uri?: string;
  readonly text: string;
}

/**
 * Reads every byte, and every column of every row, of the table's files of history once.
 * @throws UserError `history-damaged`: a file is gone, cannot be read, or has other bytes or rows than manifest
 * and receipts say
 */
export async function checkHistory(engine: Engine, basis: Basis): Promise<void> {
  const { contract, history, members, written } = basis;
  const batches = new Set(members.map(({ historyBatchId }) => historyBatchId));
  const faults: Fault[] = [];
  const found = new Map<number, number>();
  for (const file of history.files.filter(({ batchId }) => batches.has(batchId))) {
    const { faults: own, loads } = await inspectFile(engine, contract, file);
    const { batchId, uri } = file;
    faults.push(...own.map((text) => ({ batchId, uri, text: `${uri}: ${text}` })));
    for (const [load, rows] of loads) found.set(load, (found.get(load) ?? 0) + rows);
  }
  const spoiled = new Set(faults.map(({ batchId }) => batchId));
  // A file that is wrong has been named; that its loads lack rows says nothing new.
  const loads = loadFaults(found, written).filter(({ batchId }) => !spoiled.has(batchId));
  if (faults.length + loads.length > 0) throw damaged(basis, [...faults, ...loads]);
}

interface InspectedFile {
  readonly faults: readonly string[];
  /** Rows by load. */
  readonly loads: ReadonlyMap<number, number>;
}

async function inspectFile(engine: Engine, contract: Contract, file: ListedFile): Promise<InspectedFile> {
  try {
    const { store, path } = locate(file.uri);
    const size = (await store.stat(path))?.size;
    if (size === undefined) return broken('it is gone');
    if (size !== file.size) return broken(`it has ${size} bytes, the manifest says ${file.size}`);
    await engine.files.prove([file]);
    return await readFile(engine, contract, file);
  } catch (error) {
    const reason = await unreadable(error, file);
    if (reason === undefined) throw error;
    return broken(reason);
  }
}

const broken = (reason: string): InspectedFile => ({ faults: [reason], loads: new Map() });

async function readFile(engine: Engine, contract: Contract, file: ListedFile): Promise<InspectedFile> {
  const columns = await asWritten(engine, historyColumns(contract), file);
  const counts = expectations(columns, file);
  const relation = await engine.files.sql([file], columns);
  const rows = await engine.rows(`SELECT "_load_id" AS load_id, count(*) AS n,
    bit_xor(hash(${columns.map(({ name }) => q(name)).join(', ')})) AS "@all"
    ${counts.map(({ sql }, place) => `, count(CASE WHEN ${sql} THEN 1 END) AS "@c${place}"`).join('')}
    FROM ${relation} f GROUP BY 1`);
  const sum = (name: string) => rows.reduce((total, row) => total + Number(row[name]), 0);
  const number = sum('n') === file.rows ? [] : [`it has ${sum('n')} rows, the manifest says ${file.rows}`];
  const others = counts.flatMap(({ expected, text }, place) => (sum(`@c${place}`) === expected ? [] : [text]));
  return {
    faults: [...number, ...others],
    loads: new Map(rows.map((row) => [Number(row['load_id']), Number(row['n'])])),
  };
}

/** Bounds are of values as they were written: by the type that the contract gives them now they may compare otherwise. */
async function asWritten(engine: Engine, columns: readonly TableColumn[], file: ListedFile): Promise<TableColumn[]> {
  const [source = ''] = await engine.files.open([file]);
  const types = await writtenTypes(engine, source);
  return columns.map((column) => ({ ...column, type: types.get(column.id) ?? column.type }));
}

interface Expectation {
  /** Condition on a row. */
  readonly sql: string;
  /** Rows of which it is true. */
  readonly expected: number;
  readonly text: string;
}

/** What the manifest's statistics say: no value beyond the bounds, and how many are NULL. */
function expectations(columns: readonly TableColumn[], file: ListedFile): Expectation[] {
  return columns.flatMap((column) => {
    if (column.elementId !== undefined) return [];
    const span = spanOf(file, column);
    if (span === undefined) return [];
    const name = q(column.name);
    const [low, high] = [literal(span.low, column), literal(span.high, column)];
    const beyond = {
      sql: `${name} < ${low}${span.high === null ? '' : ` OR ${name} > ${high}`}`,
      expected: 0,
      text: `values of ${column.name} lie outside the bounds that the manifest says`,
    };
    const noNulls = {
      sql: `${name} IS NULL`,
      expected: 0,
      text: `${column.name} is NULL, which the manifest says it never is`,
    };
    return [beyond, ...(span.nulls ? [] : [noNulls])];
  });
}

function loadFaults(found: ReadonlyMap<number, number>, written: readonly WrittenLoad[]): Fault[] {
  const told = new Set(written.map(({ id }) => id));
  const differing = written.flatMap(({ id, objectKey, batchId, written: rows }) => {
    const there = found.get(id) ?? 0;
    const text = `load ${id} (${objectKey}) has ${there} rows in history, its receipt says ${rows}`;
    return there === rows ? [] : [{ batchId, text }];
  });
  const strange = [...found].filter(([id]) => !told.has(id));
  return [
    ...differing,
    ...strange.map(([id, rows]) => ({
      batchId: null,
      text: `${rows} rows are of load ${id}, which has none in these files`,
    })),
  ];
}

/** Faults in words, and loads to replay; `data` has all. */
const TOLD = 10;

function damaged({ contract, history, written }: Basis, faults: readonly Fault[]): UserError {
  const { dataset } = contract;
  const batches = new Set(faults.map(({ batchId }) => batchId));
  const named = faults.flatMap(({ uri }) => uri ?? []);
  const ofLoads = new Set(faults.filter(({ uri }) => uri === undefined).map(({ batchId }) => batchId));
  const files = [
    ...new Set([...named, ...history.files.filter(({ batchId }) => ofLoads.has(batchId)).map(({ uri }) => uri)]),
  ];
  // All loads of the batch: a replay of some would have to read what the others have in the same file.
  const loads = written.filter(({ batchId }) => batches.has(batchId)).map(({ id }) => id);
  const more = faults.length > TOLD ? `; and ${faults.length - TOLD} more` : '';
  const texts = faults.slice(0, TOLD).map(({ text }) => text).join('; '); // prettier-ignore
  const flags = loads.map((id) => `--load ${id}`).join(' ');
  return new UserError({
    code: 'history-damaged',
    problem: `The history of ${dataset} is damaged, so nothing can be said of its current table, and nothing was changed: ${texts}${more}.`,
    remedy: `Restore the files from a backup${loads.length === 0 ? '' : `; or take their loads through again from the archived copies: farelake replay ${flags}`}.`,
    data: { dataset, files, loads },
  });
}
