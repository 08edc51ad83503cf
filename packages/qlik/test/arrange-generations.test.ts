/** Where files go that come when generations are known already, and that it does not matter in which order they come. */
import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import {
  arrangeGenerations,
  missingPlaces,
  parseInstant,
  parseObjectKey,
  type Core,
  type SnapshotFile,
  type SnapshotKey,
} from '../src/index.ts';
import { runs } from '../../../jest.property.ts';

const at = (minute: number) =>
  parseInstant(
    `2021-12-01T${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00`,
  )!;

let given = 0;
/** `file('LOAD1', 10)`: written from minute 10; null: it has no time. */
function file(stem: string, minute: number | null, more: Partial<SnapshotFile> = {}): SnapshotFile {
  given += 1;
  const key = `cubic/ods_qlik/EDW.X/${stem}.csv.gz`;
  const time = minute === null ? null : at(minute);
  const object = parseObjectKey(key) as SnapshotKey;
  return { loadId: given, object, time, key, contentHash: `h${given}`, arrival: given, spoiled: false, ...more };
}
const core = (name: string, ...files: SnapshotFile[]): Core => ({ name, files });
const text = (one: SnapshotFile) =>
  `${one.object.stem}@${one.time === null ? '' : Number(one.time.slice(11, 13)) * 60 + Number(one.time.slice(14, 16))}`;
const shape = (cores: Core[], others: SnapshotFile[]) => {
  const { generations, rivals } = arrangeGenerations(cores, others);
  return {
    ...Object.fromEntries(generations.map(({ name, files }) => [name, files.map(text)])),
    ...(rivals.length > 0 ? { rivals: rivals.map(text) } : {}),
  };
};

describe('around known generations', () => {
  const old = () => core('old', file('LOAD1', 10), file('LOAD2', 11));
  const young = () => core('young', file('LOAD1', 30), file('LOAD2', 31));
  const OLD = ['LOAD1@10', 'LOAD2@11'];
  const YOUNG = ['LOAD1@30', 'LOAD2@31'];

  test.each<[what: string, cores: Core[], others: SnapshotFile[], expected: object]>([
    ['late file of the older', [old(), young()], [file('LOAD3', 12)], { old: [...OLD, 'LOAD3@12'], young: YOUNG }],
    ['late file of the newer', [old(), young()], [file('LOAD3', 32)], { old: OLD, young: [...YOUNG, 'LOAD3@32'] }],
    [
      'late files of both',
      [old(), young()],
      [file('LOAD3', 32), file('LOAD3', 12)],
      { old: [...OLD, 'LOAD3@12'], young: [...YOUNG, 'LOAD3@32'] },
    ],
    [
      'a late file of the one, and another snapshot whose files do not take its place',
      [old()],
      [file('LOAD3', 12), file('LOAD1', 30), file('LOAD2', 31)],
      { old: [...OLD, 'LOAD3@12'], '20211201T003000000000': YOUNG },
    ],
    [
      'what came first of another snapshot leaves when more of it comes',
      [old()],
      [file('LOAD1', 30), file('LOAD2', 31), file('LOAD3', 32)],
      { old: OLD, '20211201T003000000000': [...YOUNG, 'LOAD3@32'] },
    ],
    [
      'a first file of a third snapshot does not fall to the first, whose place is free',
      [old(), core('young', file('LOAD1', 30), file('LOAD2', 31), file('LOAD3', 32))],
      [file('LOAD3', 53)],
      { old: OLD, young: [...YOUNG, 'LOAD3@32'], '20211201T005300000000': ['LOAD3@53'] },
    ],
    [
      'a segment that began before the known one, and comes after it',
      [core('one', file('LOAD_1_00000001', 10))],
      [file('LOAD_2_00000001', 9)],
      { one: ['LOAD_2_00000001@9', 'LOAD_1_00000001@10'] },
    ],
    [
      'the same, when the own one is there too',
      [core('one', file('LOAD_1_00000001', 10))],
      [file('LOAD_2_00000001', 5), file('LOAD_2_00000001', 11)],
      { '20211201T000500000000': ['LOAD_2_00000001@5'], one: ['LOAD_1_00000001@10', 'LOAD_2_00000001@11'] },
    ],
    [
      'a segment that joined what was shown stays there when the next snapshot begins',
      [core('one', file('LOAD_1_00000001', 10))],
      [file('LOAD_2_00000001', 11), file('LOAD_1_00000001', 50), file('LOAD_2_00000001', 51)],
      {
        one: ['LOAD_1_00000001@10', 'LOAD_2_00000001@11'],
        '20211201T005000000000': ['LOAD_1_00000001@50', 'LOAD_2_00000001@51'],
      },
    ],
    [
      'a segment that the snapshot before did not have is of the next one, with which it was written',
      [core('one', file('LOAD_1_00000001', 10))],
      [file('LOAD_2_00000001', 50), file('LOAD_1_00000001', 51)],
      { one: ['LOAD_1_00000001@10'], '20211201T005000000000': ['LOAD_2_00000001@50', 'LOAD_1_00000001@51'] },
    ],
    [
      'what was still written is no pause',
      [core('one', file('LOAD_1_00000001', 10, { end: at(39) }))],
      [
        file('LOAD_2_00000001', 40, { end: at(45) }),
        file('LOAD_1_00000001', 50, { end: at(80) }),
        file('LOAD_2_00000001', 81),
      ],
      {
        one: ['LOAD_1_00000001@10', 'LOAD_2_00000001@40'],
        '20211201T005000000000': ['LOAD_1_00000001@50', 'LOAD_2_00000001@81'],
      },
    ],
    [
      'nothing joins changes only',
      [core('g0001')],
      [file('LOAD1', 10)],
      { g0001: [], '20211201T001000000000': ['LOAD1@10'] },
    ],
    [
      'other content with the start of a known file',
      [old()],
      [file('LOAD1', 10), file('LOAD3', 12)],
      { old: [...OLD, 'LOAD3@12'], rivals: ['LOAD1@10'] },
    ],
    ['a file without time joins none that has times', [old()], [file('LOAD3', null)], { old: OLD, g0001: ['LOAD3@'] }],
    [
      'a file without time joins one without, the newest that has room',
      [core('g0001', file('LOAD1', null)), core('g0002', file('LOAD1', null))],
      [file('LOAD2', null)],
      { g0001: ['LOAD1@'], g0002: ['LOAD1@', 'LOAD2@'] },
    ],
  ])('%s', (_, cores, others, expected) => {
    expect(shape(cores, others)).toEqual(expected);
    expect(Object.keys(shape(cores, others))).toEqual(Object.keys(expected));
  });

  it('a name that was given stays, and one that is spent is not given again', () => {
    const [first, second] = [file('LOAD1', 30, { recorded: 'kept' }), file('LOAD1', 50)];
    const { generations } = arrangeGenerations([], [first, second], { spent: new Set(['20211201T005000000000']) });
    expect(generations.map(({ name }) => name)).toEqual(['kept', '20211201T005000000000-2']);
  });

  it('what was passed over is known by what began it, also where no file is known by it any more', () => {
    const [late, began, other] = [file('LOAD1', 40), file('LOAD2', 50), file('LOAD1', 90)];
    const past = { spent: new Set(['over']), starts: new Map([['over', began.time!]]) };
    const { generations } = arrangeGenerations([], [late, began, other], past);
    expect(generations.map(({ name, files }) => [name, files.length])).toEqual([
      ['over', 2],
      ['20211201T013000000000', 1],
    ]);
  });
});

describe('in whatever order files come', () => {
  interface Told {
    readonly stem: string;
    readonly minute: number;
    readonly snapshot: number;
  }
  /** Snapshots one after the other, each of one or two segments that are written side by side. */
  const snapshots = fc
    .array(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 })
    .map((all) =>
      all.flatMap((segments, snapshot) =>
        segments.flatMap((count, segment) =>
          Array.from({ length: count }, (_, n): Told => ({
            stem: segments.length === 1 ? `LOAD${n + 1}` : `LOAD_${segment + 1}_0000000${n + 1}`,
            minute: 60 * snapshot + 2 * n + segment,
            snapshot,
          })),
        ),
      ),
    );
  const deliveries = snapshots.chain((files) =>
    fc.tuple(fc.shuffledSubarray(files, { minLength: files.length }), fc.array(fc.nat(files.length), { maxLength: 3 })),
  );

  it('snapshots of one segment are told apart exactly, once all of their files have come', () => {
    const single = deliveries.filter(([order]) => order.every(({ stem }) => !stem.includes('_')));
    fc.assert(
      fc.property(single, ([order, cuts]) => {
        const { come, cores } = delivered(order, cuts);
        const found = arrange(come, cores).map(({ files }) => files.map(text));
        const expected = Map.groupBy(
          order.toSorted((a, b) => a.minute - b.minute),
          ({ snapshot }) => snapshot,
        );
        expect(found.filter((files) => files.length > 0)).toEqual(
          [...expected.values()].map((files) => files.map(({ stem, minute }) => `${stem}@${minute}`)),
        );
      }),
      runs(1000),
    );
  });

  it('each snapshot that is known by a file of its own ends whole, with no file of another', () => {
    fc.assert(
      fc.property(deliveries, ([order, cuts]) => {
        const { come, cores, snapshotOf } = delivered(order, cuts);
        // A snapshot of which the first file came last is taken for a later one: until then it is whole without.
        const first = (own: number | undefined) =>
          order
            .filter(({ snapshot }) => snapshot === own)
            .map(({ minute }) => minute)
            .reduce((a, b) => Math.min(a, b));
        fc.pre(
          [...cores.values()].every((ids) =>
            come.some(({ loadId, time }) => ids.has(loadId) && time === at(first(snapshotOf.get(loadId)))),
          ),
        );
        const pure = [...cores].filter(([, ids]) => new Set([...ids].map((id) => snapshotOf.get(id))).size === 1);
        for (const { name, files } of arrange(come, cores)) {
          const ids = pure.find(([known]) => known === name)?.[1];
          if (ids === undefined) continue;
          const own = snapshotOf.get([...ids][0]!);
          const others = files.filter(({ loadId }) => snapshotOf.get(loadId) !== own);
          expect(others.map(text)).toEqual([]);
        }
      }),
      runs(1000),
    );
  });

  /** Comes in parts; what is whole is built, as the pipeline does, and from then on known by what it was built with. */
  function delivered(order: readonly Told[], cuts: readonly number[]) {
    const edges = [...new Set([...cuts, order.length])].sort((a, b) => a - b);
    const come = order.map(({ stem, minute }) => file(stem, minute));
    const snapshotOf = new Map(come.map((one, index) => [one.loadId, order[index]!.snapshot]));
    const cores = new Map<string, Set<number>>();
    for (const edge of edges)
      for (const { name, files } of arrange(come.slice(0, edge), cores))
        if (!cores.has(name) && missingPlaces(files).length === 0) {
          for (const ids of cores.values()) for (const { loadId } of files) ids.delete(loadId);
          cores.set(name, new Set(files.map(({ loadId }) => loadId)));
        }
    return { come, cores, snapshotOf };
  }

  function arrange(files: SnapshotFile[], cores: ReadonlyMap<string, ReadonlySet<number>>) {
    const own = [...cores].map(([name, ids]) => core(name, ...files.filter(({ loadId }) => ids.has(loadId))));
    const taken = new Set([...cores.values()].flatMap((ids) => [...ids]));
    return arrangeGenerations(
      own,
      files.filter(({ loadId }) => !taken.has(loadId)),
    ).generations;
  }
});
