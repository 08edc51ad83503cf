/**
 * Random sequences of commits against the plainest model: the set of files after each. Proven: live files with their numbers, the
 * counts of the summary and of manifests, every retained snapshot readable at every time from files that are reachable, nothing
 * reachable that is not there, sizes of manifests and how many there are.
 */
import { test } from '@jest/globals';
import { deepStrictEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { runs } from '../../../../jest.property.ts';
import {
  type Change,
  commitSnapshot,
  createTable,
  currentSnapshot,
  expireSnapshots,
  formatMetadata,
  liveFiles,
  manifestsOf,
  parseMetadata,
  reachableFiles,
  snapshotOf,
  type TableMetadata,
} from '../../src/index.ts';
import { dataFile, deleteFile, LOCATION, UUID } from '../support/files.ts';
import { type MemoryIo, memoryIo } from '../support/memory-io.ts';
import { namingOf } from '../support/naming.ts';

interface ModelFile {
  readonly content: 'data' | 'position-deletes';
  readonly path: string;
  readonly records: bigint;
  readonly size: bigint;
  readonly sequenceNumber: bigint;
  readonly dataPath?: string;
}

type Step =
  | {
      readonly kind: 'commit';
      readonly add: number;
      /** Which of the live data files go, by place. */
      readonly remove: readonly number[];
      /** Of which live data file, by place; -1: of several. */
      readonly addDeletes: readonly number[];
      readonly removeDeletes: readonly number[];
      readonly sameRows: boolean;
    }
  | { readonly kind: 'expire'; readonly keep: number };

const place = fc.nat({ max: 1000 });
const STEP: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('commit' as const),
      add: fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 3 }) }, { weight: 1, arbitrary: fc.nat({ max: 30 }) }),
      remove: fc.oneof(fc.constant([]), fc.array(place, { maxLength: 12 })),
      addDeletes: fc.oneof(fc.constant([]), fc.array(fc.oneof(place, fc.constant(-1)), { maxLength: 3 })),
      removeDeletes: fc.oneof(fc.constant([]), fc.array(place, { maxLength: 3 })),
      sameRows: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const), keep: fc.nat({ max: 5 }) }) },
);
const LIMITS = fc.record({ perManifest: fc.integer({ min: 2, max: 9 }), manifests: fc.integer({ min: 1, max: 8 }) });

const at = <Item>(items: readonly Item[], places: readonly number[]): Item[] =>
  items.length === 0 ? [] : [...new Set(places.map((one) => items[one % items.length]!))];
const ofContent = (files: ReadonlyMap<string, ModelFile>, content: ModelFile['content']) =>
  [...files.values()].filter((file) => file.content === content);
const sum = (files: readonly ModelFile[], key: 'records' | 'size') => files.reduce((all, file) => all + file[key], 0n);

/** The change, and the files after it. */
function changed(files: ReadonlyMap<string, ModelFile>, step: Extract<Step, { kind: 'commit' }>, n: number) {
  const sequenceNumber = BigInt(n);
  const data = ofContent(files, 'data');
  const remove = at(data, step.remove).map(({ path }) => path);
  const stay = data.filter(({ path }) => !remove.includes(path));
  const add = Array.from({ length: step.add }, (_, m) => dataFile(n * 100 + m));
  const addDeletes = step.addDeletes.map((one, m) =>
    deleteFile(n * 100 + m, one < 0 ? undefined : at(stay, [one])[0]?.path),
  );
  const removeDeletes = at(ofContent(files, 'position-deletes'), step.removeDeletes).map(({ path }) => path);
  const after = new Map(files);
  for (const path of [...remove, ...removeDeletes]) after.delete(path);
  for (const { path, dataPath } of files.values())
    if (dataPath !== undefined && remove.includes(dataPath)) after.delete(path);
  for (const { path, records, size } of add) after.set(path, { content: 'data', path, records, size, sequenceNumber });
  for (const { path, records, size, dataPath } of addDeletes)
    after.set(path, {
      ...{ content: 'position-deletes', path, records, size, sequenceNumber },
      ...(dataPath === undefined ? {} : { dataPath }),
    });
  const change: Change = { add, remove, addDeletes, removeDeletes, sameRows: step.sameRows };
  return { change, after };
}

async function readable(io: MemoryIo, meta: TableMetadata, model: ReadonlyMap<bigint, ReadonlyMap<string, ModelFile>>) {
  const reachable = await reachableFiles(io, meta);
  for (const path of reachable) ok(io.files.has(path), `${path} is gone`);
  const only = memoryIo();
  for (const path of reachable) only.files.set(path, io.files.get(path)!);
  for (const [id, files] of model) {
    const read = await liveFiles(only, snapshotOf(meta, id));
    const found = read.map(({ content, path, records, size, sequenceNumber, dataPath }) => ({
      ...{ content, path, records, size, sequenceNumber },
      ...(dataPath === undefined ? {} : { dataPath }),
    }));
    const byPath = (one: { path: string }, other: { path: string }) => (one.path < other.path ? -1 : 1);
    deepStrictEqual(found.sort(byPath), [...files.values()].sort(byPath));
  }
}

function checkSummary(meta: TableMetadata, files: ReadonlyMap<string, ModelFile>) {
  const [data, deletes] = [ofContent(files, 'data'), ofContent(files, 'position-deletes')];
  const { summary } = currentSnapshot(meta)!;
  deepStrictEqual(
    [
      ...[summary['total-data-files'], summary['total-delete-files'], summary['total-records']],
      ...[summary['total-position-deletes'], summary['total-files-size']],
    ],
    [
      data.length,
      deletes.length,
      sum(data, 'records'),
      sum(deletes, 'records'),
      sum([...data, ...deletes], 'size'),
    ].map(String),
  );
}

async function checkManifests(
  io: MemoryIo,
  meta: TableMetadata,
  files: ReadonlyMap<string, ModelFile>,
  limits: { perManifest: number; manifests: number },
) {
  const manifests = await manifestsOf(io, currentSnapshot(meta));
  for (const manifest of manifests) {
    ok(manifest.addedFiles + manifest.existingFiles + manifest.deletedFiles <= limits.perManifest);
    ok(BigInt(io.files.get(manifest.path)!.length) === manifest.length);
  }
  const rows = (content: 'data' | 'deletes') =>
    manifests.filter((one) => one.content === content).reduce((all, one) => all + one.addedRows + one.existingRows, 0n);
  deepStrictEqual(
    [rows('data'), rows('deletes')],
    [sum(ofContent(files, 'data'), 'records'), sum(ofContent(files, 'position-deletes'), 'records')],
  );
}

test('a table is what was committed to it, at every snapshot it keeps', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 25 }), LIMITS, async (steps, limits) => {
      const io = memoryIo();
      let meta = createTable({ location: LOCATION, uuid: UUID, columns: [], now: 0 });
      const model = new Map<bigint, ReadonlyMap<string, ModelFile>>();
      let files: ReadonlyMap<string, ModelFile> = new Map();
      let commits = 0;
      for (const step of steps) {
        if (step.kind === 'expire') {
          const before = await reachableFiles(io, meta);
          const { metadata, expired } = expireSnapshots(meta, (_, fromNewest) => fromNewest < step.keep, 0);
          for (const snapshot of expired) model.delete(snapshot['snapshot-id']);
          meta = metadata;
          const still = await reachableFiles(io, meta);
          for (const path of before) if (!still.has(path)) io.files.delete(path);
          await readable(io, meta, model);
        } else {
          commits += 1;
          const { change, after } = changed(files, step, commits);
          const before = await manifestsOf(io, currentSnapshot(meta));
          const done = await commitSnapshot(io, meta, change, namingOf(commits), limits);
          files = after;
          meta = parseMetadata(formatMetadata(done.metadata));
          model.set(BigInt(commits), files);
          const now = await manifestsOf(io, currentSnapshot(meta));
          const held = new Set(now.map(({ path }) => path));
          deepStrictEqual(
            [...done.dropped].sort(),
            before
              .map(({ path }) => path)
              .filter((path) => !held.has(path))
              .sort(),
          );
          for (const { path, size } of done.written) deepStrictEqual(io.files.get(path)?.length, size);
          checkSummary(meta, files);
          await checkManifests(io, meta, files, limits);
        }
        deepStrictEqual(
          meta.snapshots.map((one) => one['snapshot-id']),
          [...model.keys()],
        );
      }
      await readable(io, meta, model);
      deepStrictEqual([...io.files.keys()].sort(), [...(await reachableFiles(io, meta))].sort());
    }),
    runs(60),
  );
});
