/** Which snapshot files make one generation, what is missing of it, and which change files reach it. */
import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import {
  arrangeGenerations,
  compareFiles,
  missingPlaces,
  parseInstant,
  parseObjectKey,
  rankFiles,
  reaches,
  snapshotStem,
  type SnapshotFile,
  type SnapshotKey,
} from '../src/index.ts';
import { runs } from '../../../jest.property.ts';

/** `file('LOAD1', 10)`: start in minutes of one hour, or null. Arrival is the place in the case's list. */
interface Told {
  readonly stem: string;
  readonly minute: number | null;
  readonly loaded?: boolean;
}
const told = (stem: string, minute: number | null, loaded = true): Told => ({ stem, minute, loaded });
const at = (minute: number) => parseInstant(`2021-12-01T11:${String(minute).padStart(2, '0')}:00`)!;

const snapshotFile = ({ stem, minute, loaded = true }: Told, arrival: number): SnapshotFile => {
  const key = `cubic/ods_qlik/EDW.X/${stem}.csv.gz`;
  return {
    loadId: arrival + 1,
    object: parseObjectKey(key) as SnapshotKey,
    time: minute === null ? null : at(minute),
    key,
    contentHash: `hash${arrival}`,
    arrival,
    spoiled: !loaded,
  };
};
const names = (files: readonly SnapshotFile[]) => files.map(({ loadId }) => loadId);

const CASES: [
  what: string,
  files: Told[],
  generations: { name: string; files: number[]; superseded?: number[] }[],
  rivals?: number[],
][] = [
  ['no file, no generation', [], []],
  [
    'one snapshot, in file order',
    [told('LOAD00000002', 12), told('LOAD00000001', 10)],
    [{ name: '20211201T111000000000', files: [2, 1] }],
  ],
  [
    'two snapshots with the same names are told apart by time, whatever came first',
    [told('LOAD2', 32), told('LOAD1', 10), told('LOAD1', 30), told('LOAD2', 12)],
    [
      { name: '20211201T111000000000', files: [2, 4] },
      { name: '20211201T113000000000', files: [3, 1] },
    ],
  ],
  [
    'LOAD1 and LOAD00000001 are one place',
    [told('LOAD1', 10), told('LOAD00000001', 30)],
    [
      { name: '20211201T111000000000', files: [1] },
      { name: '20211201T113000000000', files: [2] },
    ],
  ],
  [
    'segments of a parallel load count apart',
    [told('LOAD_1_00000001', 10), told('LOAD_2_00000001', 11), told('LOAD_1_00000002', 12)],
    [{ name: '20211201T111000000000', files: [1, 2, 3] }],
  ],
  [
    'files without times are one generation by names',
    [told('LOAD2', null), told('LOAD1', null)],
    [{ name: 'g0001', files: [2, 1] }],
  ],
  [
    'without times, a name again begins another generation, as arrival tells',
    [told('LOAD1', null), told('LOAD2', null), told('LOAD1', null)],
    [
      { name: 'g0001', files: [1, 2] },
      { name: 'g0002', files: [3] },
    ],
  ],
  [
    'new content of a file that never loaded takes its place',
    [told('LOAD1', 10, false), told('LOAD2', 12), told('LOAD1', 10)],
    [{ name: '20211201T111000000000', files: [3, 2], superseded: [1] }],
  ],
  [
    'the same without times',
    [told('LOAD1', null, false), told('LOAD1', null, false), told('LOAD1', null)],
    [{ name: 'g0001', files: [3], superseded: [1, 2] }],
  ],
  [
    'other content of a file that is there, with the same time, is new data beside an old .dfm',
    [told('LOAD1', 10), told('LOAD1', 10)],
    [{ name: '20211201T111000000000', files: [1] }],
    [2],
  ],
  [
    'what failed and is delivered again later is of the same snapshot, which keeps its start',
    [told('LOAD1', 10, false), told('LOAD2', 12), told('LOAD1', 30)],
    [{ name: '20211201T111000000000', files: [2, 3], superseded: [1] }],
  ],
  [
    'a whole new snapshot is not what failed, delivered again',
    [told('LOAD1', 10, false), told('LOAD2', 12), told('LOAD1', 30), told('LOAD2', 32)],
    [
      { name: '20211201T111000000000', files: [1, 2] },
      { name: '20211201T113000000000', files: [3, 4] },
    ],
  ],
  [
    'two good contents of one file of one snapshot: what follows belongs to the snapshot',
    [told('LOAD1', 10), told('LOAD1', 10), told('LOAD2', 12)],
    [{ name: '20211201T111000000000', files: [1, 3] }],
    [2],
  ],
  [
    'a counter that steps back is of another snapshot, though no place is taken',
    [told('LOAD2', 12), told('LOAD1', 30)],
    [
      { name: '20211201T111200000000', files: [1] },
      { name: '20211201T113000000000', files: [2] },
    ],
  ],
  [
    'files that began at the same time are in order as they are',
    [told('LOAD2', 10), told('LOAD1', 10)],
    [{ name: '20211201T111000000000', files: [2, 1] }],
  ],
  [
    'a failed late file of one snapshot is not taken for a whole later one, delivered again',
    [told('LOAD3', 13, false), told('LOAD1', 30), told('LOAD2', 31), told('LOAD3', 32)],
    [
      { name: '20211201T111300000000', files: [1] },
      { name: '20211201T113000000000', files: [2, 3, 4] },
    ],
  ],
  [
    'two snapshots without times, found at once, are not mixed',
    [told('LOAD1', null), told('LOAD2', null), told('LOAD1', null)],
    [
      { name: 'g0001', files: [1, 2] },
      { name: 'g0002', files: [3] },
    ],
  ],
  [
    'what came without times before every timed snapshot is the oldest',
    [told('LOAD1', null), told('LOAD1', 10)],
    [
      { name: 'g0001', files: [1] },
      { name: '20211201T111000000000', files: [2] },
    ],
  ],
  [
    'what came without times after a timed snapshot is the latest',
    [told('LOAD1', 10), told('LOAD1', null)],
    [
      { name: '20211201T111000000000', files: [1] },
      { name: 'g0001', files: [2] },
    ],
  ],
];

describe('generations', () => {
  it('the same content twice in one place at one time adds nothing', () => {
    const [first, other] = [told('LOAD1', 10), told('LOAD00000001', 10)].map(snapshotFile);
    const found = arrangeGenerations([], [first!, { ...other!, contentHash: first!.contentHash }]);
    expect(found.generations.map(({ files }) => names(files))).toEqual([[1]]);
    expect(found.repeats.map(({ file, of }) => [file.loadId, of.loadId])).toEqual([[2, 1]]);
  });

  test.each(CASES)('%s', (_, files, expected, rivals = []) => {
    const { generations: found, rivals: beside } = arrangeGenerations([], files.map(snapshotFile));
    expect(names(beside)).toEqual(rivals);
    expect(found.map((g) => ({ name: g.name, files: names(g.files), superseded: names(g.superseded) }))).toEqual(
      expected.map((generation) => ({ superseded: [], ...generation })),
    );
    for (const { start, files: own, superseded } of found)
      expect(start).toBe([...own, ...superseded].sort(compareFiles)[0]?.time ?? null);
  });

  it('do not depend on the order in which the files are given, and hold each file once', () => {
    const files = fc
      .array(
        fc.tuple(
          fc.constantFrom('LOAD1', 'LOAD2', 'LOAD_1_00000001', 'LOAD0000000B'),
          fc.option(fc.nat(5)),
          fc.boolean(),
        ),
        { maxLength: 8 },
      )
      .map((list) => list.map(([stem, minute, loaded], index) => snapshotFile(told(stem, minute, loaded), index)));
    fc.assert(
      fc.property(
        files.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          const found = arrangeGenerations([], shuffled);
          expect(found).toEqual(arrangeGenerations([], list));
          const all = [
            ...found.generations.flatMap(({ files, superseded }) => [...files, ...superseded]),
            ...found.rivals,
            ...found.repeats.map(({ file }) => file),
          ];
          expect(names(all).sort()).toEqual(names(list).sort());
        },
      ),
      runs(500),
    );
  });

  it('may have more files than a call may have arguments', () => {
    const files = Array.from({ length: 200_000 }, (_, index) => snapshotFile(told(snapshotStem(index + 1), 1), index));
    const [only, ...others] = arrangeGenerations([], files).generations;
    expect(only?.files).toHaveLength(200_000);
    expect(others).toEqual([]);
    expect(missingPlaces(files)).toEqual([]);
  });
});

describe('missing places', () => {
  const missing = (...stems: string[]) =>
    missingPlaces(stems.map((stem, index) => snapshotFile(told(stem, 1), index))).map(({ segment, counter }) =>
      snapshotStem(counter, segment),
    );
  test.each([
    [['LOAD1', 'LOAD2', 'LOAD3'], []],
    [['LOAD00000003', 'LOAD00000001'], ['LOAD00000002']],
    [['LOAD00000010'], Array.from({ length: 15 }, (_, index) => snapshotStem(index + 1))],
    [['LOAD_1_00000001', 'LOAD_2_00000002'], ['LOAD_2_00000001']],
    [['LOAD_1_00000002', 'LOAD1'], ['LOAD_1_00000001']],
    [[], []],
  ])('of %j are %j', (stems, expected) => {
    expect(missing(...stems)).toEqual(expected);
  });

  it('of a stray high counter are named as far as anybody reads', () => {
    expect(missing('LOADFFFFFFFF')).toHaveLength(20);
  });
});

describe('a change file reaches a generation', () => {
  test.each([
    ['that has no time', null, 1, 1, true],
    ['when it says nothing itself', 30, null, null, true],
    ['written to its end after the start', 30, 31, null, true],
    ['written to its end at the start', 30, 30, null, true],
    ['with a last transaction at the start, though its end is older', 30, 29, 30, true],
    ['not when its end is older', 30, 29, null, false],
    ['not when its last transaction is older', 30, null, 29, false],
    ['not when both are older', 30, 29, 29, false],
  ])('%s', (_, start, end, last, expected) => {
    const instant = (minute: number | null) => (minute === null ? null : at(minute));
    expect(reaches(instant(start), instant(end), instant(last))).toBe(expected);
  });
});

describe('file order', () => {
  it('is by time, unknown first, then key, then content, and ranks from 1', () => {
    const file = (time: number | null, key: string, contentHash: string) => ({
      time: time === null ? null : at(time),
      key,
      contentHash,
    });
    const inOrder = [
      file(null, 'a', '2'),
      file(null, 'b', '1'),
      file(1, 'B', '9'),
      file(1, 'a', '1'),
      file(1, 'a', '2'),
      file(1, 'é', '1'),
      file(2, 'a', '1'),
    ];
    expect(rankFiles(inOrder.toReversed())).toEqual(inOrder.map((each, index) => ({ file: each, rank: index + 1 })));
  });
});
