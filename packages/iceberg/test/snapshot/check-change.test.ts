/** What cannot be is refused before anything is read or written. */
import { expect, it } from '@jest/globals';
import { BadInput, type Change, commitSnapshot, createTable, type Limits, type Naming } from '../../src/index.ts';
import { dataFile, deleteFile, LOCATION, pathOf, UUID } from '../support/files.ts';
import { memoryIo } from '../support/memory-io.ts';
import { namingOf } from '../support/naming.ts';

const file = dataFile(1);
it.each<[says: string, change: Change, naming?: Partial<Naming>, limits?: Limits]>([
  ['records is -1', { add: [{ ...file, records: -1n }] }],
  ['records is 3', { add: [{ ...file, records: 3 as never }] }],
  ['size is -1', { add: [{ ...file, size: -1n }] }],
  ['nulls of column 101 is -2', { add: [{ ...file, metrics: new Map([[101, { nulls: -2n }]]) }] }],
  ['records is -1', { addDeletes: [{ ...deleteFile(1), records: -1n }] }],
  ['without a path', { add: [{ ...file, path: '' }] }],
  ...[7, null, '', ['a'], 7n].map((dataPath): [string, Change] => [
    'the path of its data file is',
    { addDeletes: [{ ...deleteFile(1), dataPath: dataPath as never }] },
  ]),
  ['twice', { add: [file, file] }],
  ['to remove at once', { add: [file], remove: [pathOf(1)] }],
  ['perManifest is 0', {}, {}, { perManifest: 0 }],
  ['perManifest is 1.5', {}, {}, { perManifest: 1.5 }],
  ['manifests is -1', {}, {}, { manifests: -1 }],
  ['cannot be the id', {}, { snapshotId: 0n }],
  ['cannot be the id', {}, { snapshotId: 2n ** 63n }],
  ['cannot be the id', {}, { snapshotId: 7 as never }],
  ['now is NaN', {}, { now: Number.NaN }],
])('%s', async (says, change, naming = {}, limits = {}) => {
  const io = memoryIo();
  const empty = createTable({ location: LOCATION, uuid: UUID, columns: [], now: 1 });
  const committing = commitSnapshot(io, empty, change, { ...namingOf(1), ...naming }, limits);
  await expect(committing).rejects.toThrow(BadInput);
  await expect(committing).rejects.toThrow(says);
  expect(io.files.size).toBe(0);
});
