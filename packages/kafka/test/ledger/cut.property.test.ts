/** "Each record counts once", by the table in `cut.ts`: any division, repetition and order of what a topic holds takes the same records. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runs } from '../../../../jest.property.ts';
import { cut, LONGEST_RUN, mergeRuns, runsOf, type Arrived, type Epoch } from '../../src/index.ts';

type One = Arrived<string>;

const one = (offset: number, sum: number, name = `${offset}:${sum}`): One => ({
  offset: BigInt(offset),
  sum,
  record: name,
});

/** The ledger as rows: epochs of one partition. */
class Ledger {
  #epochs: Epoch[] = [];
  readonly taken: string[] = [];

  deliver(records: readonly One[], topicId: string | null = null): number {
    // Only runs that touch the delivery, as the database answers.
    const offsets = records.map(({ offset }) => offset);
    const touches = ({ first, last }: { first: bigint; last: bigint }) =>
      offsets.some((offset) => offset >= first && offset <= last);
    const seen = this.#epochs.map((epoch) => ({ ...epoch, runs: epoch.runs.filter(touches) }));
    const { fresh, repeated } = cut(seen, topicId, records);
    for (const part of fresh) {
      const known = this.#epochs.find(({ epoch }) => epoch === part.epoch);
      expect(part.begins).toBe(known === undefined);
      const runs = [...(known?.runs ?? []), ...runsOf(part.records)];
      this.#epochs = [
        ...this.#epochs.filter((epoch) => epoch !== known),
        { epoch: part.epoch, topicId: part.topicId, runs },
      ];
      this.taken.push(...part.records.map(({ record }) => record));
    }
    return repeated;
  }

  /** As maintenance does: runs are merged; checksums beyond the lowest offsets go where the topic's id is known. */
  maintain(forgets: boolean, fromBegin = 3n): void {
    this.#epochs = this.#epochs.map((epoch) => {
      const runs = epoch.runs.toSorted((a, b) => Number(a.first - b.first));
      const mayGo = (first: bigint) => forgets && epoch.topicId !== null && first >= (runs[0]?.first ?? 0n) + fromBegin;
      const heads = runs.map(({ first, last, sums }) => ({ first, last, keeps: sums !== null && !mayGo(first) }));
      return {
        ...epoch,
        runs: mergeRuns(heads).map(({ first, last, keeps }) => {
          const own = runs.filter((run) => run.first >= first && run.last <= last);
          const sums = keeps ? Uint32Array.from(own.flatMap((run) => [...(run.sums ?? [])])) : null;
          if (sums !== null) expect(BigInt(sums.length)).toBe(last - first + 1n);
          return { first, last, sums };
        }),
      };
    });
  }

  get runs(): number {
    return this.#epochs.reduce((sum, { runs: own }) => sum + own.length, 0);
  }

  get epochs(): number {
    return this.#epochs.length;
  }
}

const delivery = (most: number) => fc.array(fc.nat(most), { maxLength: 30 });

test('of one topic, in any division: each record once, in one epoch', () => {
  fc.assert(
    fc.property(fc.array(delivery(40), { maxLength: 20 }), (deliveries) => {
      const ledger = new Ledger();
      for (const offsets of deliveries) {
        const before = ledger.taken.length;
        const repeated = ledger.deliver(offsets.map((offset) => one(offset, offset * 7)));
        expect(repeated + ledger.taken.length - before).toBe(offsets.length);
      }
      const all = new Set(deliveries.flat().map((offset) => `${offset}:${offset * 7}`));
      expect(ledger.taken.toSorted()).toEqual([...all].toSorted());
      expect(ledger.epochs).toBe(all.size === 0 ? 0 : 1);
    }),
    runs(500),
  );
});

test('merging runs at any moment changes nothing of what is taken, in which epoch, and what is left out', () => {
  const record = fc.record({ offset: fc.nat(15), life: fc.nat(2) });
  const step = fc.tuple(fc.array(record, { maxLength: 12 }), fc.constantFrom(null, 'a', 'b'), fc.boolean());
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const [plain, merged] = [new Ledger(), new Ledger()];
      for (const [records, topicId, maintains] of steps) {
        const own = records.map(({ offset, life }) => one(offset, 100 * life + offset));
        expect(merged.deliver(own, topicId)).toBe(plain.deliver(own, topicId));
        if (maintains) merged.maintain(false);
      }
      expect([merged.taken, merged.epochs]).toEqual([plain.taken, plain.epochs]);
      expect(merged.runs).toBeLessThanOrEqual(plain.runs);
    }),
    runs(500),
  );
});

test('with its id known, checksums may go: every record of each life of a topic once', () => {
  const step = fc.record({ offsets: delivery(15), life: fc.nat(2), forgets: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const ledger = new Ledger();
      const all = new Set<string>();
      for (const { offsets, life, forgets } of steps) {
        const own = offsets.map((offset) => one(offset, 100 * life + offset, `${life}/${offset}`));
        if (own.length > 0) ledger.deliver(own, `id-${life}`);
        for (const { record: name } of own) all.add(name);
        ledger.maintain(forgets);
      }
      expect(ledger.taken.toSorted()).toEqual([...all].toSorted());
    }),
    runs(500),
  );
});

test('a reader without an id, after one that knew it: the lowest offsets tell that the topic was made anew, and then nothing is lost', () => {
  const ledger = new Ledger();
  const old = Array.from({ length: 10 }, (_, offset) => one(offset, offset));
  ledger.deliver(old, 'a');
  ledger.maintain(true);
  // The topic as it was: what comes again is known, also where its checksum is gone.
  expect(ledger.deliver(old)).toBe(10);
  const anew = Array.from({ length: 12 }, (_, offset) => one(offset, 100 + offset));
  expect(ledger.deliver(anew)).toBe(0);
  expect(ledger.deliver(anew)).toBe(12);
  expect([ledger.epochs, ledger.taken.length]).toEqual([2, 22]);
});

test('a topic that lost its log and gives offsets again keeps its id: what it still has is known, without checksums too', () => {
  const ledger = new Ledger();
  ledger.deliver(
    Array.from({ length: 10 }, (_, offset) => one(offset, offset)),
    'a',
  );
  expect(ledger.deliver([one(9, 900), one(10, 10)], 'a')).toBe(0);
  ledger.maintain(true);
  expect(
    ledger.deliver(
      Array.from({ length: 9 }, (_, offset) => one(offset, offset)),
      'a',
    ),
  ).toBe(9);
});

test('runs become one up to a length, without checksums up to any; a gap stays', () => {
  const head = (first: number, last: number, keeps = true) => ({ first: BigInt(first), last: BigInt(last), keeps });
  expect(mergeRuns([head(0, 1), head(2, 2), head(4, 5), head(6, 6, false), head(7, 9, false)])).toEqual([
    { ...head(0, 2), of: 2 },
    { ...head(4, 5), of: 1 },
    { ...head(6, 9, false), of: 2 },
  ]);
  expect(
    mergeRuns([head(0, LONGEST_RUN - 2), head(LONGEST_RUN - 1, LONGEST_RUN - 1), head(LONGEST_RUN, LONGEST_RUN)]),
  ).toEqual([
    { ...head(0, LONGEST_RUN - 1), of: 2 },
    { ...head(LONGEST_RUN, LONGEST_RUN), of: 1 },
  ]);
  expect(
    mergeRuns([head(0, 10 * LONGEST_RUN, false), head(10 * LONGEST_RUN + 1, 20 * LONGEST_RUN, false)]),
  ).toHaveLength(1);
  expect(mergeRuns([])).toEqual([]);
});

test('of a topic that was made anew, without its id: every record of both once, whatever comes again', () => {
  const record = fc.record({ offset: fc.nat(15), life: fc.nat(2) });
  fc.assert(
    fc.property(fc.array(fc.array(record, { maxLength: 12 }), { maxLength: 20 }), (deliveries) => {
      const ledger = new Ledger();
      const all = new Set<string>();
      for (const records of deliveries) {
        const own = records.map(({ offset, life }) => one(offset, 100 * life + offset));
        ledger.deliver(own);
        for (const { record: name } of own) all.add(name);
      }
      expect(ledger.taken.toSorted()).toEqual([...all].toSorted());
    }),
    runs(500),
  );
});

test('of a topic that was made anew, with its id: equal records of both count each for itself', () => {
  const step = fc.record({ offsets: delivery(15), life: fc.nat(2) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const ledger = new Ledger();
      const all = new Set<string>();
      for (const { offsets, life } of steps) {
        const own = offsets.map((offset) => one(offset, 5, `${life}/${offset}`));
        if (own.length > 0) ledger.deliver(own, `id-${life}`);
        for (const { record: name } of own) all.add(name);
      }
      expect(ledger.taken.toSorted()).toEqual([...all].toSorted());
    }),
    runs(500),
  );
});

test('an id that becomes known later begins no epoch, and one that changes begins one', () => {
  const ledger = new Ledger();
  ledger.deliver([one(0, 1)]);
  ledger.deliver([one(0, 1), one(1, 2)], 'a');
  ledger.deliver([one(1, 2), one(2, 3)]);
  expect([ledger.epochs, ledger.taken]).toEqual([1, ['0:1', '1:2', '2:3']]);
  ledger.deliver([one(0, 1, 'new')], 'b');
  expect([ledger.epochs, ledger.taken.at(-1)]).toEqual([2, 'new']);
  // Late ones of before, by a reader that still has the former topic.
  expect(ledger.deliver([one(0, 1), one(1, 2)], 'a')).toBe(2);
});

test('where checksums are no longer kept, an offset that was taken was taken', () => {
  const epoch: Epoch = { epoch: 0, topicId: null, runs: [{ first: 0n, last: 9n, sums: null }] };
  expect(cut([epoch], null, [one(9, 1), one(10, 1)])).toMatchObject({
    repeated: 1,
    fresh: [{ epoch: 0, begins: false, records: [{ offset: 10n }] }],
  });
});

test('runs: a new one wherever an offset is missing', () => {
  expect(runsOf([one(3, 1), one(4, 2), one(7, 3)])).toEqual([
    { first: 3n, last: 4n, sums: Uint32Array.of(1, 2) },
    { first: 7n, last: 7n, sums: Uint32Array.of(3) },
  ]);
  expect(runsOf([])).toEqual([]);
});
