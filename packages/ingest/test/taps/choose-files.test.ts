/** The rule of compaction keeps both bounded: how often a row is written again, and how many files there are. */
import fc from 'fast-check';
import { runs } from '../../../../jest.property.ts';
import { chooseFiles, fileCount, SMALL, sumOf, type Sized } from '../../src/taps/compact/choose-files.ts';

const MIB = 1024 * 1024;
const sized = (...sizes: number[]): Sized[] => sizes.map((size) => ({ size, rows: 1 }));
const chosen = (...sizes: number[]): number[] => chooseFiles(sized(...sizes)).map(({ size }) => size);

it.each([
  ['none', [], []],
  ['one alone', [10], []],
  ['two alike', [10, 10], [10, 10]],
  ['a large and a small one', [1000, 10], []],
  ['a large and small ones, which are merged with each other', [1000, 10, 12, 15], [10, 12, 15]],
  ['small ones that weigh half as much as the large one', [60, 10, 10, 10], [10, 10, 10, 60]],
  ['one that would not be worth while by itself comes with a larger one that is', [100, 1, 98, 1], [1, 1, 98, 100]],
])('%s', (_, sizes, expected) => {
  expect(chosen(...sizes)).toEqual(expected);
});

it('as many files come of a merge as the rows need', () => {
  expect(fileCount(sized(1, 1))).toBe(1);
  expect(fileCount(sized(60 * MIB, 60 * MIB, 60 * MIB))).toBe(2);
  expect(fileCount([{ size: 1, rows: 5_000_000 }])).toBe(3);
});

it('not more is merged at once than fits', () => {
  const { bytes } = sumOf(chooseFiles(sized(...Array<number>(40).fill(40 * MIB))));
  expect(bytes).toBeLessThanOrEqual(512 * MIB);
  expect(bytes).toBeGreaterThan(400 * MIB);
});

/** Files that come late, each group followed by maintenance. */
it('a row is written again as often as its file grows by half until it is large, and few small files stay', () => {
  const group = fc.array(fc.integer({ min: 1000, max: 3 * MIB }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.array(group, { minLength: 1, maxLength: 60 }), (groups) => {
      let small: (Sized & { first: number; written: number })[] = [];
      for (const sizes of groups) {
        small.push(...sizes.map((size) => ({ size, rows: 1, first: size, written: 0 })));
        for (;;) {
          const merged = chooseFiles(small);
          if (merged.length === 0) break;
          const size = sumOf(merged).bytes / fileCount(merged);
          const one = {
            ...{ size, rows: 1, first: Math.min(...merged.map(({ first }) => first)) },
            written: Math.max(...merged.map(({ written }) => written)) + 1,
          };
          expect(one.written).toBeLessThanOrEqual(Math.ceil(Math.log((2 * SMALL.size) / one.first) / Math.log(1.5)));
          small = small.filter((file) => !merged.includes(file));
          if (size < SMALL.size) small.push(one);
        }
        const sorted = small.map(({ size }) => size).toSorted((a, b) => a - b);
        // None is worth merging any more: each is more than twice as large as all before it together.
        expect(sorted.length).toBeLessThanOrEqual(2 + Math.log(SMALL.size / 1000) / Math.log(3));
      }
    }),
    runs(200),
  );
});
