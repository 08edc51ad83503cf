/** The mode of a fold on Spark is decided by statistics of files, and judged by the events: never too narrow, and never one that loses rows. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ReceiptRow, Result } from '@farelake/plan';
import { runs } from '../../../../jest.property.ts';
import {
  foldMode,
  judgeFold,
  plannedMode,
  surveyOfFiles,
  type FoldMode,
  type HistoryStatistics,
  type Survey,
} from '../../src/index.ts';

const MODES: readonly FoldMode[] = ['append', 'rebuild', 'truncate', 'whole'];
const seqOf = (n: number): string => String(n).padStart(35, '0');

interface Event {
  readonly seq: string | null;
  readonly oper: string;
}

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ seq: null, oper: 'L' }) },
  {
    weight: 9,
    arbitrary: fc.record({
      seq: fc.integer({ min: 1, max: 9 }).map(seqOf),
      oper: fc.constantFrom('I', 'U', 'B', 'D', 'I', 'U', 'B', 'D', 'T'),
    }),
  },
);

/** Which events are of the fold, which of other loads in the same file, and which statistics are not known. */
const file = fc.record({
  own: fc.array(event, { maxLength: 4 }),
  others: fc.oneof(fc.constant([]), fc.array(event, { maxLength: 2 })),
  unknown: fc.oneof(fc.constant<string[]>([]), fc.subarray(['all', 'listed', 'bounds', 'nulls'])),
});

function statisticsOf(events: readonly Event[], unknown: readonly string[]): HistoryStatistics | null {
  if (unknown.includes('all')) return null;
  const sequences = events.flatMap(({ seq }) => seq ?? []).sort();
  const [min, max] = [sequences.at(0), sequences.at(-1)];
  return {
    header__change_oper: unknown.includes('listed') ? {} : { listed: [...new Set(events.map(({ oper }) => oper))] },
    header__change_seq: {
      ...(unknown.includes('bounds') || min === undefined || max === undefined ? {} : { min, max }),
      ...(unknown.includes('nulls') ? {} : { nulls: events.length - sequences.length }),
    },
  };
}

const exactSurvey = (events: readonly Event[]): Survey => ({
  lowest: events.map(({ seq }) => seq ?? '').reduce<string | null>((a, b) => (a === null || b < a ? b : a), null),
  highest: events.map(({ seq }) => seq ?? '').reduce((a, b) => (a > b ? a : b), ''),
  truncates: events.some(({ oper }) => oper === 'T'),
  snapshots: events.some(({ oper }) => oper === 'L'),
});

const told = ({ lowest, highest, truncates, snapshots }: Survey): ReceiptRow => ({
  ...{ lowest, highest, truncates: Number(truncates), snapshots: Number(snapshots) },
});

const resultOf = (fresh: Survey, all = fresh): Result => ({
  ...{ version: 1, attempt: '0'.repeat(20), outcome: 'done', outputs: {}, selected: {}, read: {} },
  receipts: {
    ...{ fresh: [told(fresh)], all: [told(all)] },
    ...{ counters: [{ orphans: 1, moves_onto_live: 0 }], conflicts: [{ conflicts: 0 }] },
  },
  metrics: { seconds: 0, startSeconds: 0, engine: 'none', runner: 'none', counters: {} },
});

const survey = (lowest: number, truncates = false): Survey => ({
  ...{ lowest: seqOf(lowest), highest: seqOf(lowest), truncates, snapshots: false },
});

describe('the mode that statistics decide', () => {
  const seen = new Map<string, number>();

  it('is one in which the events come out right, whatever is not known of their files', () => {
    fc.assert(
      fc.property(fc.array(file, { maxLength: 3 }), fc.option(fc.integer({ min: 0, max: 9 })), (files, applied) => {
        const watermark = applied === null ? undefined : seqOf(applied);
        const wide = surveyOfFiles(files.map(({ own, others, unknown }) => statisticsOf([...own, ...others], unknown)));
        const exact = exactSurvey(files.flatMap(({ own }) => own));
        const [mode, needed] = [plannedMode(watermark, wide), foldMode(watermark, exact)];
        seen.set(`${needed} as ${mode}`, (seen.get(`${needed} as ${mode}`) ?? 0) + 1);
        if (needed !== 'append') expect(mode).not.toBe('append');
        expect(mode).not.toBe('truncate');
        expect(() => judgeFold(resultOf(exact), { mode, watermark, truncates: wide.truncates })).not.toThrow();
      }),
      runs(2000),
    );
  });

  it('met each mode, and some that were wider than need be', () => {
    expect([...seen.keys()]).toEqual(
      expect.arrayContaining(['append as append', 'append as rebuild', 'rebuild as rebuild', 'truncate as whole']),
    );
  });

  it('is no truncate where a T only may be: rows that no event touches would be lost', () => {
    for (const unknown of [null, {}]) expect(plannedMode(seqOf(1), surveyOfFiles([unknown]))).toBe('whole');
  });
});

describe('the judge of a fold', () => {
  const watermark = seqOf(5);
  const needs: readonly [FoldMode, Survey, readonly FoldMode[]][] = [
    ['append', survey(6), ['append', 'rebuild', 'whole']],
    ['rebuild', survey(5), ['rebuild', 'whole']],
    ['truncate', survey(6, true), ['truncate', 'whole']],
  ];

  it.each(needs)('takes events that need %s in the modes that give the same table only', (_, fresh, right) => {
    const taken = MODES.filter((mode) => {
      try {
        judgeFold(resultOf(fresh), { mode, watermark, truncates: true });
        return true;
      } catch {
        return false;
      }
    });
    expect(taken).toEqual(right);
  });

  it('refuses truncations that were not reckoned with', () => {
    const judge = (truncates: boolean) => () =>
      judgeFold(resultOf(survey(6), survey(2, true)), { mode: 'rebuild', watermark, truncates });
    expect(judge(false)).toThrow('without truncations');
    expect(judge(true)).not.toThrow();
  });
});
