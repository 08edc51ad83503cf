import { changeColumns, folderOf } from '../table.ts';
import { SECOND, stemTime } from '../time.ts';
import { NOTHING, openDataFile, plus, type DataWriter, type Size, type Target } from './data-writer.ts';
import type { Happening, Life } from './life.ts';
import type { Plan } from './plan.ts';

/** Changes in files that are named by the time at which they were opened, each later than all before it. */

interface OpenFile {
  readonly data: DataWriter;
  readonly startWrite: number;
  first: number;
  last: number;
}

const openFile = async ({ rows: { table } }: Life, target: Target, free: number, at: number): Promise<OpenFile> => {
  const startWrite = Math.max(free, at + 2 * SECOND + 117);
  const stem = stemTime(startWrite);
  const folder = `${folderOf(table)}__ct`;
  const columns = changeColumns(table);
  const data = await openDataFile(
    { table, content: 'changes', folder, stem, namedStem: stem, columns, startWrite },
    target,
  );
  return { data, startWrite, first: Infinity, last: -Infinity };
};

const closeFile = async ({ data, startWrite, first, last }: OpenFile): Promise<{ size: Size; end: number }> => {
  const endWrite = Math.max(startWrite, last) + 3 * SECOND + 41;
  return { size: await data.finish({ endWrite, firstTransaction: first, lastTransaction: last }), end: endWrite };
};

const add = async (file: OpenFile, { records, at }: Happening): Promise<void> => {
  file.first = Math.min(file.first, at);
  file.last = Math.max(file.last, at);
  for (const record of records) if (file.data.add(record)) await file.data.flush();
};

/** After which changes (counted from 1) the file that is open closes. */
const quotaOf = ({ changeFile, changes }: Plan): ((files: number) => number) =>
  'rows' in changeFile
    ? () => Infinity
    : (files) => Math.floor(((files + 1) * changes) / Math.min(changeFile.files, Math.max(changes, 1)));

/** How many changes may be delivered in disorder: with a fixed number of files, none that would need a file more. */
export const disorderlyChanges = (plan: Plan): number =>
  'rows' in plan.changeFile ? plan.changes : quotaOf(plan)(plan.changeFile.files - 2);

/** Write all changes; late and repeated ones stand at the head of the next file. */
export const writeChanges = async (life: Life, plan: Plan, start: number, target: Target): Promise<Size> => {
  const most = 'rows' in plan.changeFile ? plan.changeFile.rows : Infinity;
  const quota = quotaOf(plan);
  const cut = { size: NOTHING, free: start, held: [] as Happening[], file: undefined as OpenFile | undefined };
  const put = async (happenings: readonly Happening[], at: number): Promise<void> => {
    if (happenings.length > 0) cut.file ??= await openFile(life, target, cut.free, at);
    for (const happening of happenings) if (cut.file !== undefined) await add(cut.file, happening);
  };
  const close = async (): Promise<void> => {
    if (cut.file === undefined) return;
    const { size, end } = await closeFile(cut.file);
    cut.file = undefined;
    cut.size = plus(cut.size, size);
    cut.free = end + SECOND;
  };
  try {
    let done = 0;
    let at = start;
    for (const happening of life.happenings()) {
      done += 1;
      at = happening.at;
      if (happening.delivery !== 'late') await put([happening], at);
      if (happening.delivery !== undefined) cut.held.push(happening);
      const isFull = done >= quota(cut.size.files / 2) || (cut.file?.data.records() ?? 0) >= most;
      if (!isFull) continue;
      await close();
      await put(cut.held.splice(0), at);
    }
    await close();
    await put(cut.held.splice(0), at);
    await close();
  } catch (error) {
    await cut.file?.data.discard();
    throw error;
  }
  return cut.size;
};
