import { folderOf } from '../table.ts';
import { SECOND } from '../time.ts';
import { openDataFile, plus, NOTHING, type DataWriter, type Size, type Target } from './data-writer.ts';
import type { FileLimit } from './plan.ts';
import type { Rows } from './recipe.ts';
import type { Tally } from './tally.ts';

/** Between the beginnings of two snapshot files; each is written in less. */
const BETWEEN_FILES = 17_389;
const WRITING = 9_041;

/** Adds the rows from `first` to `last` - 1 until the file is full; answers the row after those that it took. */
const fill = async (
  data: DataWriter,
  rows: Rows,
  range: { first: number; last: number },
  limit: FileLimit,
  tally: Tally,
): Promise<number> => {
  const most = limit.rows ?? Infinity;
  const mostBytes = limit.bytes ?? Infinity;
  const values = rows.made(range.first);
  let bytes = 0;
  let row = range.first;
  while (row < range.last && row - range.first < most && bytes < mostBytes) {
    rows.made(row, values);
    tally.add(values);
    const record = rows.format(values);
    if (mostBytes !== Infinity) bytes += Buffer.byteLength(record) + 1;
    row += 1;
    if (data.add(record)) await data.flush();
  }
  return row;
};

/**
 * Write the snapshot, an empty one too, file after file.
 * @param start when its writing began, an instant
 * @returns when it ended
 */
export const writeSnapshot = async (
  rows: Rows,
  total: number,
  start: number,
  stem: (index: number) => string,
  limit: FileLimit,
  target: Target,
  tally: Tally,
): Promise<{ size: Size; end: number }> => {
  const { table } = rows;
  let size = NOTHING;
  let first = 0;
  let startWrite = start;
  do {
    const name = stem(size.files / 2);
    const data = await openDataFile(
      {
        table,
        content: 'data',
        folder: folderOf(table),
        stem: name,
        namedStem: name,
        columns: table.columns,
        startWrite,
      },
      target,
    );
    try {
      first = await fill(data, rows, { first, last: total }, limit, tally);
      const times = { endWrite: startWrite + WRITING, firstTransaction: null, lastTransaction: null };
      size = plus(size, await data.finish(times));
    } catch (error) {
      await data.discard();
      throw error;
    }
    startWrite += BETWEEN_FILES;
  } while (first < total);
  return { size, end: startWrite + SECOND };
};
