import fc from 'fast-check';
import { runs } from '../../../jest.property.ts';
import { formatField } from '../src/csv.ts';
import { asQueried } from '../src/expected.ts';
import { sequenceTime } from '../src/time.ts';
import { dateTime as slowDateTime, date as slowDate, timeOfDay } from '../src/time.ts';
import { dateTimeText, dayText, timeText } from '../src/volume/clock.ts';
import { drawColumn, drawRow, scramble } from '../src/volume/draw.ts';
import { openRows } from '../src/volume/recipe.ts';
import { rowStates } from '../src/volume/row-states.ts';
import { openTally, unitsOf } from '../src/volume/tally.ts';
import { RECIPES } from '../src/volume/tables/index.ts';

const FEED = { seed: 7, rows: 5_000 };
const row = fc.oneof(fc.nat({ max: 6_000 }), fc.nat({ max: 1_100_000_000 }));
const revision = fc.nat({ max: 200 });

describe.each(RECIPES.map((recipe) => [recipe.table.name, recipe] as const))('%s', (_, recipe) => {
  const { table } = recipe;
  const rows = openRows(recipe, FEED, table.snapshotStart, 0.2);

  test('a field that is not said to be free needs no quotes, at any revision', () => {
    const parts = recipe.columns(FEED, table.snapshotStart);
    fc.assert(
      fc.property(row, revision, (number, at) => {
        const values = rows.after(number, at);
        table.columns.forEach(({ name }, column) => {
          const value = values[column] ?? null;
          const free = typeof parts[name] !== 'function';
          if (!free && value !== null) expect([name, formatField(value, table.options)]).toEqual([name, value]);
          expect(() => asQueried(table.columns[column]!, value)).not.toThrow();
        });
      }),
      runs(200),
    );
  });

  test('an update leaves alone what it does not set, and sets what it says', () => {
    fc.assert(
      fc.property(row, fc.integer({ min: 1, max: 200 }), (number, at) => {
        const before = rows.after(number, at - 1);
        const after = rows.after(number, at);
        const { bits } = rows.changed(number, at);
        const others = after.map((value, column) => ((bits & (1 << column)) === 0 ? value : before[column]));
        expect(others).toEqual(before);
      }),
      runs(200),
    );
  });

  test('a sparse update without mask never sets NULL, which it could not say', () => {
    const masked = table.headers.some(({ name }) => name === 'header__change_mask');
    if (masked || table.updateImage === 'full') return;
    fc.assert(
      fc.property(row, fc.integer({ min: 1, max: 200 }), (number, at) => {
        const after = rows.after(number, at);
        for (const column of rows.changed(number, at).columns)
          expect([column, after[column]]).not.toEqual([column, null]);
      }),
      runs(200),
    );
  });

  test('no two rows have the same key, whatever became of them', () => {
    const keys = new Map<string, number>();
    for (let number = 0; number < 20_000; number++) {
      const values = rows.after(number, number % 7);
      const key = JSON.stringify(values.filter((_value, column) => rows.key[column]));
      expect([key, keys.get(key)]).toEqual([key, undefined]);
      keys.set(key, number);
    }
  });
});

test('scramble gives each integer another one', () => {
  const seen = new Set(Array.from({ length: 100_000 }, (_, number) => scramble(number)));
  expect(seen.size).toBe(100_000);
});

test('draws are small integers, spread evenly', () => {
  const buckets = Array<number>(10).fill(0);
  for (let number = 0; number < 20_000; number++) {
    const draw = drawColumn(drawRow(1, number, 0), 3);
    expect(Number.isInteger(draw) && draw >= 0 && draw < 2 ** 31).toBe(true);
    buckets[draw % 10]! += 1;
  }
  for (const count of buckets) expect(Math.abs(count - 2_000)).toBeLessThan(200);
});

test('times read as those of the small feed', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.parse('1985-01-01'), max: Date.parse('2040-01-01') }), (at) => {
      expect(dateTimeText(at, '123')).toBe(slowDateTime(at, '123'));
      expect(dayText(at)).toBe(slowDate(at));
      expect(timeText(at)).toBe(timeOfDay(at));
      expect(sequenceTime(at)).toHaveLength(16);
    }),
    runs(500),
  );
});

test('row states are those of a Map, whatever the rows', () => {
  const change = fc.record({ row: fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 2 ** 32 - 2 })), gone: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const states = rowStates(changes.length);
      const model = new Map<number, { row: number; revision: number; gone: boolean }>();
      changes.forEach((one, at) => {
        states.set(one.row, at, one.gone);
        model.set(one.row, { row: one.row, revision: at, gone: one.gone });
      });
      const byRow = (a: { row: number }, b: { row: number }) => a.row - b.row;
      expect([...states.entries()].sort(byRow)).toEqual([...model.values()].sort(byRow));
      for (const { row: number, revision: at, gone } of model.values())
        expect([states.revision(number), states.isGone(number)]).toEqual([at, gone]);
      expect(states.isGone(2 ** 32 - 2 - 1_000_000_007)).toBe(model.get(2 ** 32 - 2 - 1_000_000_007)?.gone ?? false);
    }),
    runs(200),
  );
});

describe('figures', () => {
  const { table } = RECIPES.find((recipe) => recipe.table.name === 'FARE_TRANSACTION')!;
  const amount = fc.integer({ min: -(2 ** 52), max: 2 ** 52 }).map((units) => {
    const digits = String(Math.abs(units)).padStart(5, '0');
    return `${units < 0 ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`;
  });

  test('are exact, in any order, and rows can be taken back', () => {
    const one = fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 30n }), fc.option(amount));
    fc.assert(
      fc.property(fc.array(one, { maxLength: 50 }), fc.nat({ max: 50 }), (made, back) => {
        const tally = openTally(table);
        const rows = made.map(([key, fare]) =>
          table.columns.map(({ name }) =>
            name === 'TRANSACTION_ID' ? String(key) : name === 'FARE_AMOUNT' ? fare : null,
          ),
        );
        for (const values of rows) tally.add(values);
        for (const values of rows.slice(0, back)) tally.takeBack(values);
        const kept = made.slice(back);
        const sum = kept.reduce((total, [, fare]) => total + BigInt(unitsOf(fare ?? '0.0000')), 0n);
        const figures = tally.figures();
        expect(figures.rows).toBe(kept.length);
        expect(figures.nulls['fare_amount']).toBe(kept.filter(([, fare]) => fare === null).length);
        expect(BigInt(figures.sums['fare_amount']!.replace('.', ''))).toBe(sum);
      }),
      runs(300),
    );
  });

  test('by key tell values that changed places', () => {
    const figures = (first: string, second: string) => {
      const tally = openTally(table);
      for (const [key, fare] of [
        ['36028797018963970', first],
        ['36028797018963971', second],
      ])
        tally.add(
          table.columns.map(({ name }) => (name === 'TRANSACTION_ID' ? key! : name === 'FARE_AMOUNT' ? fare! : null)),
        );
      return tally.figures();
    };
    const [right, wrong] = [figures('1.0000', '2.0000'), figures('2.0000', '1.0000')];
    expect(right.sums).toEqual(wrong.sums);
    const rest = Number(36_028_797_018_963_970n % 9973n);
    expect(right.keyed['fare_amount']).toBe(`${rest + 2 * (rest + 1)}.0000`);
    expect(wrong.keyed['fare_amount']).toBe(`${2 * rest + rest + 1}.0000`);
  });
});
