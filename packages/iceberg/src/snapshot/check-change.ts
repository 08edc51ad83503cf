/** Whether a commit is asked for something that can be: before anything is read or written. */
import { asGiven, BadInput } from '../errors.ts';
import type { DataFile, DeleteFile } from '../manifest/data-file.ts';
import type { Change, Limits, Naming } from './change.ts';

/** @throws BadInput */
export function checkChange({ add = [], addDeletes = [] }: Change, table: string): void {
  const paths = new Set<string>();
  for (const file of [...add, ...addDeletes] as readonly DeleteFile[]) {
    const where = `to add to ${table}: ${file.path}`;
    if (typeof file.path !== 'string' || file.path === '')
      throw new BadInput(`to add to ${table}: a file without a path`);
    // A file given twice would count its rows twice.
    if (paths.has(file.path)) throw new BadInput(`${where}, twice`);
    paths.add(file.path);
    checkCounts(file, where);
    // Absent is right: then the deletes are of several files. Empty would be of a file that cannot be.
    const { dataPath } = file;
    if (dataPath !== undefined && (typeof dataPath !== 'string' || dataPath === ''))
      throw new BadInput(`${where}: the path of its data file is ${asGiven(dataPath)}, and no text`);
  }
}

function checkCounts({ records, size, metrics }: DataFile | DeleteFile, where: string): void {
  const check = (what: string, value: unknown) => {
    if (typeof value !== 'bigint' || value < 0n)
      throw new BadInput(`${where}: ${what} is ${String(value)}, and no bigint from 0n on`);
  };
  check('records', records);
  check('size', size);
  for (const [id, { size: packed, values, nulls, nans }] of metrics)
    for (const [what, value] of Object.entries({ size: packed, values, nulls, nans }))
      if (value !== undefined) check(`${what} of column ${id}`, value);
}

/** @throws BadInput */
export function checkLimits(limits: Required<Limits>): void {
  for (const [name, value] of Object.entries(limits))
    if (!Number.isInteger(value) || value < 1)
      throw new BadInput(`${name} is ${String(value)}, and no whole number from 1 on`);
}

/** @throws BadInput */
export function checkNaming({ snapshotId, now }: Naming, table: string, known: (id: bigint) => boolean): void {
  if (typeof snapshotId !== 'bigint' || snapshotId <= 0n || BigInt.asIntN(64, snapshotId) !== snapshotId)
    throw new BadInput(
      `${table}: ${String(snapshotId)} cannot be the id of a snapshot, which is a bigint of 63 bits above 0n`,
    );
  if (known(snapshotId)) throw new BadInput(`${table} has a snapshot ${snapshotId.toString()} already`);
  if (!Number.isSafeInteger(now)) throw new BadInput(`now is ${String(now)}, and no whole milliseconds since 1970`);
}
