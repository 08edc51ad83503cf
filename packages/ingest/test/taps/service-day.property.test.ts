/** Proves that the engine tells the same service day of a moment as the reader of records, across clock changes, in any session. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { dayText, serviceDays } from '@farelake/kafka';
import { openEngine, type Engine } from '@farelake/lake';
import { runs } from '../../../../jest.property.ts';
import { serviceDaySql } from '../../src/index.ts';

let engine: Engine;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'farelake-day-'));
  engine = await openEngine({ tempFolder: folder, threads: 1 });
});
afterAll(async () => {
  engine.close();
  await rm(folder, { recursive: true });
});

/**
 * On both sides of Greenwich and of the equator, of half hours, of changes by half an hour, of none, of days left out. Not those whose
 * rules have changed lately: engine and reader have editions of the zones' database of their own.
 */
const ZONES = [
  ...['America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/St_Johns', 'Asia/Kathmandu', 'UTC'],
  ...['Pacific/Apia', 'America/Santiago', 'Pacific/Chatham', 'america/los_angeles'],
];

const HOUR = 3_600_000;
const year = (n: number) => Date.UTC(n, 0, 1);

/** Milliseconds; many of them at the hours at which clocks change and days begin. */
const moments = fc.oneof(
  fc.integer({ min: year(1972), max: year(2037) }),
  fc
    .tuple(fc.integer({ min: year(1972) / HOUR, max: year(2037) / HOUR }), fc.constantFrom(-1, 0, 1))
    .map(([hour, more]) => hour * HOUR + more),
  // Around the last and the first Sundays of March, October and November, by the quarter.
  fc
    .tuple(
      fc.integer({ min: 1972, max: 2036 }),
      fc.constantFrom(2, 3, 9, 10),
      fc.integer({ min: 0, max: 20 * 96 }),
      fc.constantFrom(-1, 0),
    )
    .map(([y, month, quarter, more]) => Date.UTC(y, month, 1) + quarter * 900_000 + more),
);

test('the day of the engine is the day of the reader', async () => {
  const rules = fc.record({
    timeZone: fc.constantFrom(...ZONES),
    dayStartsAt: fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':')),
  });
  const session = fc.constantFrom('UTC', 'Asia/Tokyo', 'America/New_York');
  await fc.assert(
    fc.asyncProperty(rules, session, fc.array(moments, { minLength: 50, maxLength: 200 }), async (rule, own, all) => {
      const dayOf = serviceDays(rule);
      await engine.run(
        `CREATE OR REPLACE TABLE moments AS SELECT * FROM (VALUES ${all
          .map((moment, n) => `(${n}, make_timestamp(${moment}::BIGINT * 1000 + 999))`)
          .join(', ')}) t(n, moment)`,
      );
      await engine.run(
        `CREATE OR REPLACE VIEW days AS SELECT n, CAST(${serviceDaySql('moment', rule)} AS VARCHAR) AS day FROM moments`,
      );
      await engine.run(`SET TimeZone = '${own}'`);
      const rows = await engine.rows('SELECT day FROM days ORDER BY n');
      await engine.run(`SET TimeZone = 'UTC'`);
      expect(rows.map(({ day }) => day)).toEqual(all.map((moment) => dayText(dayOf(moment))));
    }),
    runs(60),
  );
});

test('it knows every zone that a contract may name', async () => {
  const zones = Intl.supportedValuesOf('timeZone');
  expect(zones.length).toBeGreaterThan(400);
  const selects = zones.map((timeZone) =>
    serviceDaySql("TIMESTAMP '2026-03-08 12:00:00'", { timeZone, dayStartsAt: '03:00' }),
  );
  const [row] = await engine.rows(`SELECT ${selects.map((sql, n) => `CAST(${sql} AS VARCHAR) AS d${n}`).join(', ')}`);
  const noon = Date.UTC(2026, 2, 8, 12);
  expect(Object.values(row!)).toEqual(
    zones.map((timeZone) => dayText(serviceDays({ timeZone, dayStartsAt: '03:00' })(noon))),
  );
});
