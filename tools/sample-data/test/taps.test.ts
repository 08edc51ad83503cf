/** Proves that the sample of taps has in it what it is for, and that its datasets of the same transactions agree with it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeEvent, recordReader, recordLine, serviceDays, dayText } from '../../../packages/kafka/src/index.ts';
import type { Contract } from '../../../packages/schema-registry/src/index.ts';
import { DEFAULT_SEED, generateUses, TAPS_CLUSTER, TAPS_TOPIC, writeTaps } from '../src/index.ts';
import { VENDOR_OPTIONS } from '../src/csv.ts';
import { parseCsv } from './support/vendor-files.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
const contract = JSON.parse(
  readFileSync(path.join(REPOSITORY, 'packages/schema-registry/registry/kafka/taps.json'), 'utf8'),
) as Contract;

const scratch = mkdtempSync(path.join(tmpdir(), 'farelake-taps-'));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

const make = (seed: number, name: string) => {
  writeTaps(seed, path.join(scratch, name));
  const text = (file: string) => readFileSync(path.join(scratch, name, 'taps', file), 'utf8');
  return { events: text('events.jsonl'), expected: text('expected.json') };
};

interface Expected {
  readonly rows: number;
  readonly repeated: number;
  readonly records: number;
  readonly events: number;
  readonly tombstones: number;
  readonly quarantine: Record<string, number>;
  readonly days: Record<string, number>;
  readonly checks: readonly { readonly why: string }[];
}

test('the same again for the same seed, another one for another', () => {
  const first = make(DEFAULT_SEED, 'one');
  expect(make(DEFAULT_SEED, 'two')).toEqual(first);
  expect(make(1, 'two').events).not.toBe(first.events);
});

test.each([DEFAULT_SEED, 1, 2, 3])(
  'of seed %i: events of several partitions, and records as they were told',
  (seed) => {
    const made = make(seed, 'one');
    const expected = JSON.parse(made.expected) as Expected;
    const deliveries = made.events
      .trimEnd()
      .split('\n')
      .map((line) => decodeEvent(JSON.parse(line)));
    expect(deliveries).toHaveLength(expected.events);
    expect(new Set(deliveries.map(({ cluster }) => cluster))).toEqual(new Set([TAPS_CLUSTER]));
    expect(
      deliveries.filter(({ records }) => new Set(records.map(({ partition }) => partition)).size > 2).length,
    ).toBeGreaterThan(10);
    const all = deliveries.flatMap(({ records }) => records);
    const places = new Map(all.map((record) => [`${record.partition} ${record.offset}`, recordLine(record)]));
    expect(new Set(all.map(({ topic }) => topic))).toEqual(new Set([TAPS_TOPIC]));
    expect(new Set(all.map(({ partition }) => partition)).size).toBe(6);
    expect([all.length, all.length - places.size]).toEqual([expected.records, expected.repeated]);
    // What comes again is what came.
    for (const record of all) expect(recordLine(record)).toBe(places.get(`${record.partition} ${record.offset}`));
    const read = recordReader(contract, () => 'a hash');
    const dayOf = serviceDays(contract.stream!);
    const found = {
      rows: 0,
      tombstones: 0,
      quarantine: {} as Record<string, number>,
      days: {} as Record<string, number>,
    };
    const seen = new Set<string>();
    for (const record of all) {
      const place = `${record.partition} ${record.offset}`;
      if (seen.has(place)) continue;
      seen.add(place);
      const one = read(record);
      if (one.kind === 'tombstone') found.tombstones += 1;
      else if (one.kind === 'refused') found.quarantine[one.reason] = (found.quarantine[one.reason] ?? 0) + 1;
      else {
        const day = dayText(dayOf(Number(record.timestamp)));
        found.rows += 1;
        found.days[day] = (found.days[day] ?? 0) + 1;
      }
    }
    expect(expected).toMatchObject(found);
    expect(expected.checks.map(({ why }) => why)).toEqual(
      expect.arrayContaining(
        ['told once more', 'no transaction', 'came two days late', 'cancelled', '38 digits'].map(
          (why) => expect.stringContaining(why) as string,
        ),
      ),
    );
  },
);

test('datasets of a day each, whose rows are transactions that taps tell of', () => {
  const made = [...generateUses()];
  expect([...generateUses()]).toEqual(made);
  expect(made.map(({ datasetId }) => datasetId)).toEqual(
    ['20260226', '20260227', '20260228', '20260301'].map((day) => `use_transaction_location_${day}`),
  );
  const taps = make(DEFAULT_SEED, 'one').events;
  const told = new Set(
    taps
      .trimEnd()
      .split('\n')
      .flatMap((line) => decodeEvent(JSON.parse(line)).records)
      .flatMap(({ value }) => /"tapId":"(\d+)"/.exec(Buffer.from(value ?? []).toString())?.[1] ?? []),
  );
  for (const { text, body, rows } of made) {
    expect(gunzipSync(body).toString()).toBe(text);
    const [header = [], ...records] = parseCsv(text, VENDOR_OPTIONS);
    expect(records).toHaveLength(rows);
    const ids = records.map((record) => record[header.indexOf('id')] ?? '');
    const share = ids.filter((id) => told.has(id)).length / ids.length;
    expect(share).toBeGreaterThan(0.85);
  }
});
