import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runs } from '../../../jest.property.ts';
import { MOST_PAGES, Paging, RESTARTS, STALE_PAGES, type PagingStep } from '../src/listing/paging.ts';

/** What a listing asked for and came to. @param server answers the n-th request, from 0 */
function walk(server: (offset: number, request: number) => readonly string[]) {
  const paging = new Paging();
  const offsets: number[] = [];
  const given = new Set<string>();
  let step: PagingStep = { kind: 'ask' };
  while (step.kind === 'ask') {
    const page = server(paging.offset, offsets.length);
    offsets.push(paging.offset);
    for (const identity of page) given.add(identity);
    step = paging.take(page);
  }
  return { step, offsets, given };
}

const names = (count: number, from = 0): string[] => Array.from({ length: count }, (_, at) => `r${String(from + at)}`);
const steady =
  (all: readonly string[], size = 100) =>
  (offset: number): readonly string[] =>
    all.slice(offset, offset + size);

test.each([
  { what: 'nothing', all: 0, size: 100, offsets: [0] },
  { what: 'one result', all: 1, size: 100, offsets: [0, 1] },
  { what: 'a short page', all: 2, size: 100, offsets: [0, 1] },
  { what: 'a full page', all: 100, size: 100, offsets: [0, 99] },
  { what: 'a page and one', all: 101, size: 100, offsets: [0, 99, 100] },
  { what: 'pages of 40 where 100 were asked for', all: 100, size: 40, offsets: [0, 39, 78, 99] },
  { what: 'all at once, whatever was asked for', all: 1300, size: 5000, offsets: [0, 1299] },
  { what: 'pages of two', all: 4, size: 2, offsets: [0, 1, 2, 3] },
])('$what is read whole, each page beginning with the last result of the one before', ({ all, size, offsets }) => {
  const walked = walk(steady(names(all), size));
  expect(walked.step).toEqual({ kind: 'whole' });
  expect(walked.offsets).toEqual(offsets);
  expect(walked.given.size).toBe(all);
});

test('1,300 results in pages of 100 arrive whole', () => {
  const { step, given } = walk(steady(names(1300)));
  expect(step).toEqual({ kind: 'whole' });
  expect(given.size).toBe(1300);
});

test('what is put before the results that were read moves them on, and nothing is passed over', () => {
  const later = [...names(50, 9000), ...names(250)];
  const { step, given, offsets } = walk((offset, request) => steady(request === 0 ? names(250) : later)(offset));
  expect(step).toEqual({ kind: 'whole' });
  expect([...given]).toEqual(expect.arrayContaining(names(250)));
  expect(offsets).toEqual([0, 99, 198, 297, 299]);
});

test('more than a page of results put before, or some taken away: the listing begins again', () => {
  for (const later of [[...names(200, 9000), ...names(250)], names(240, 10)]) {
    const { step, given, offsets } = walk((offset, request) => steady(request === 0 ? names(250) : later)(offset));
    expect(step).toEqual({ kind: 'whole' });
    expect([...given]).toEqual(expect.arrayContaining(later));
    expect(offsets.slice(0, 3)).toEqual([0, 99, 0]);
  }
});

test('an end that moves is followed', () => {
  const { step, given } = walk((offset, request) => steady(names(100 + 20 * Math.min(request, 9)))(offset));
  expect(step).toEqual({ kind: 'whole' });
  expect(given.size).toBe(280);
});

test('an end that is taken away is no end: what lay before it may have moved up', () => {
  const { step, offsets } = walk((offset, request) => steady(names(request === 0 ? 150 : 40))(offset));
  expect(step).toEqual({ kind: 'whole' });
  expect(offsets).toEqual([0, 99, 0, 39]);
});

test('a listing that never holds still is given to its end, and is not called whole', () => {
  const { step, offsets, given } = walk((offset, request) => steady(names(500, 7 * Math.min(request, 9)))(offset));
  expect(step).toEqual({ kind: 'unsteady' });
  expect(offsets.filter((offset) => offset === 0)).toHaveLength(1 + RESTARTS);
  expect(Math.max(...offsets)).toBeGreaterThan(400);
  expect(given.size).toBeGreaterThan(400);
});

test.each([1, 2, 40, 100])('a server that ignores the offset is told from one that goes on (%d results)', (count) => {
  const { step, offsets } = walk(() => names(count));
  expect(step).toEqual({ kind: 'stuck', why: 'does-not-move' });
  expect(offsets.length).toBeLessThanOrEqual((1 + RESTARTS) * 2 + STALE_PAGES);
});

test('pages of one result cannot be told from an end, and are never taken for one', () => {
  expect(walk(steady(names(5), 1)).step).toEqual({ kind: 'unsteady' });
  expect(walk(steady(names(5), 1)).given.size).toBe(5);
});

test('a result that is listed on two pages is no harm', () => {
  const all = names(250);
  // Each page but the first begins ten results too early.
  const { step, given } = walk((offset) => all.slice(Math.max(0, offset - 10), Math.max(0, offset - 10) + 100));
  expect(step).toEqual({ kind: 'whole' });
  expect(given.size).toBe(250);
});

test('a listing without an end is given up', () => {
  const { step, offsets } = walk((offset) => names(2, offset));
  expect(step).toEqual({ kind: 'stuck', why: 'too-many-pages' });
  expect(offsets).toHaveLength(MOST_PAGES);
});

test('whatever changes between two pages: what was there all the time is given, or it is told', () => {
  const change = fc.oneof(
    fc.record({ kind: fc.constant('insert' as const), at: fc.nat(60), count: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ kind: fc.constant('remove' as const), at: fc.nat(60), count: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ kind: fc.constant('re-issue' as const), at: fc.nat(60), count: fc.constant(1) }),
  );
  // Many are left in peace soon, many hardly ever: either must be seen in every run of this test.
  const between = fc.array(change, { maxLength: 2 });
  const changes = fc.oneof(fc.array(between, { maxLength: 25 }), fc.array(between, { minLength: 25, maxLength: 60 }));
  const ends = { whole: 0, thrown: 0 };
  fc.assert(
    fc.property(fc.nat(40), fc.integer({ min: 2, max: 12 }), changes, (count, size, between) => {
      let all = names(count);
      let fresh = 0;
      const isStable = new Set(all);
      const { step, given } = walk((offset, request) => {
        for (const { kind, at, count: many } of request === 0 ? [] : (between[request - 1] ?? [])) {
          const place = Math.min(at, all.length);
          const gone = kind === 'insert' ? [] : all.slice(place, place + many);
          for (const identity of gone) isStable.delete(identity);
          const put = kind === 'insert' ? Array.from({ length: many }, () => `new${String(fresh++)}`) : [];
          all = [...all.slice(0, place), ...put, ...all.slice(place + gone.length)];
          // What is issued again is another result, listed last.
          if (kind === 're-issue') all.push(...gone.map((identity) => `${identity}'`));
        }
        return all.slice(offset, offset + size);
      });
      ends[step.kind === 'whole' ? 'whole' : 'thrown'] += 1;
      if (step.kind === 'whole') expect([...isStable].filter((identity) => !given.has(identity))).toEqual([]);
    }),
    runs(3000),
  );
  // Neither is what always happens.
  expect(Math.min(ends.whole, ends.thrown)).toBeGreaterThan(0);
});
