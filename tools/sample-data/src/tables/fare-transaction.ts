import { VENDOR_OPTIONS } from '../csv.ts';
import { CARDS, cardToken, DEVICES, deviceId, PRODUCTS, productId, STATIONS, stopId } from '../identifiers.ts';
import type { Random } from '../random.ts';
import {
  again,
  anyRow,
  insert,
  late,
  remove,
  reserve,
  splitAfterFirst,
  tell,
  update,
  updateMissing,
  wait,
  type Change,
  type Source,
} from '../stream.ts';
import { headers, type Row, type Table } from '../table.ts';
import { date, dateTime, DAY, instant, MINUTE, timeOfDay } from '../time.ts';

/**
 * EDW.FARE_TRANSACTION: one row per tap. The large table: eleven snapshot files, keys beyond 2^53 that differ by one,
 * sparse updates without mask.
 */

const ROWS = 6000;
const SNAPSHOT_START = instant('2026-03-01T04:00:00.123');
/** 2^55 + 1: read as doubles, eight neighbours become one. */
const FIRST_ID = 36_028_797_018_963_969n;

const idOf = (number: number): string => String(FIRST_ID + BigInt(number));
const ABOVE_INT64 = '18446744073709551615';

const FARES = ['2.4000', '2.4000', '1.7000', '1.1000', '4.2500', '0.0000', '6.5000'];
const ROUTES = ['1', '28', '39', '66', '111', 'SL4', 'GRN-D', 'ORN', 'RED'];

const tapTime = (random: Random, day: number): number =>
  instant('2026-02-27T05:00:00.000') + day * DAY + random.int(0, 18 * 60 * MINUTE);

const tap = (random: Random, number: number, at: number): Row => ({
  TRANSACTION_ID: idOf(number),
  CARD_TOKEN: cardToken(random.int(1, CARDS)),
  DEVICE_ID: deviceId(random.int(1, DEVICES)),
  DEVICE_COUNTER: number % 997 === 0 ? ABOVE_INT64 : String(40_000 + number),
  STOP_ID: stopId(random.int(1, STATIONS)),
  PRODUCT_ID: productId(random.int(1, PRODUCTS)),
  FARE_AMOUNT: random.pick(FARES),
  BALANCE_AFTER: `${random.int(-3, 90)}.${random.digits(2)}00`,
  TRANSACTION_DTM: dateTime(at, random.digits(4)),
  SETTLED_DTM: random.chance(0.25) ? null : dateTime(at + random.int(1, 90) * MINUTE, random.digits(6)),
  SERVICE_DATE: date(at - 3 * 60 * MINUTE),
  TAP_TIME: timeOfDay(at),
  IS_TRANSFER: random.chance(0.2) ? '1' : '0',
  RIDER_COUNT: random.chance(0.04) ? String(random.int(2, 5)) : '1',
  SETTLEMENT_STATUS: random.pick(['SETTLED', 'SETTLED', 'SETTLED', 'PENDING', 'DISPUTED']),
  ROUTE_CODE: random.chance(0.3) ? null : random.pick(ROUTES),
});

function* rows(random: Random): Generator<Row> {
  for (let number = 0; number < ROWS; number++) yield tap(random, number, tapTime(random, number % 3 === 0 ? 0 : 1));
}

const settle = (source: Source, row: Row): Row => ({
  SETTLEMENT_STATUS: 'SETTLED',
  SETTLED_DTM: dateTime(source.now, source.random.digits(6)),
  ...(source.random.chance(0.2) ? { FARE_AMOUNT: source.random.pick(FARES) } : {}),
  ...(row['ROUTE_CODE'] === null && source.random.chance(0.5) ? { ROUTE_CODE: source.random.pick(ROUTES) } : {}),
});

const isUnsettled = (row: Row) => row['SETTLEMENT_STATUS'] !== 'SETTLED';

/** The changes of a quiet stretch: `count` taps, settlements and a few cancellations. */
function* ordinary(source: Source, from: number, count: number): Generator<Change> {
  const { random } = source;
  for (let number = from; number < from + count; number++) {
    yield* insert(source, tap(random, number, source.now));
    if (random.chance(0.5)) {
      const row = anyRow(source, isUnsettled);
      const changes = update(source, row, settle(source, row));
      yield* random.chance(0.06) ? again(changes) : changes;
    }
    if (random.chance(0.05)) yield* remove(source, anyRow(source));
  }
}

/** Made while the snapshot is read: each of these is in the snapshot and in the first change file. */
function* during(source: Source): Generator<Change> {
  const seen = tap(source.random, ROWS, source.now);
  yield* insert(source, { ...seen, SETTLEMENT_STATUS: 'PENDING' });
  yield* update(source, seen, { SETTLEMENT_STATUS: 'DISPUTED' });
  tell(source, seen, 'SETTLEMENT_STATUS', 'inserted and updated while the snapshot was read: in both, counted once');
  const cancelled = anyRow(source);
  yield* remove(source, cancelled);
  tell(source, cancelled, undefined, 'deleted before the snapshot reached it: its D finds nothing');
}

function* rulings(source: Source): Generator<Change> {
  const sparse = reserve(
    source,
    anyRow(source, (row) => row['ROUTE_CODE'] !== null && isUnsettled(row)),
  );
  yield* update(source, sparse, { FARE_AMOUNT: '-2.4001' });
  tell(source, sparse, 'FARE_AMOUNT', 'a sparse update, negative, four digits of scale');
  tell(source, sparse, 'ROUTE_CODE', 'not named by the sparse update: as the snapshot had it');
  const emptied = anyRow(source, (row) => row['ROUTE_CODE'] !== null);
  yield* update(source, emptied, { ROUTE_CODE: '' });
  tell(source, emptied, 'ROUTE_CODE', 'a sparse update to the empty string, which is not NULL');
  yield* updateMissing(source, { TRANSACTION_ID: idOf(900_001) }, { SETTLEMENT_STATUS: 'SETTLED' });
  tell(source, { TRANSACTION_ID: idOf(900_001) }, undefined, 'an orphan: updated, never inserted');
}

function* lateness(source: Source): Generator<Change> {
  const overtaken = tap(source.random, ROWS + 5000, source.now);
  yield* late(insert(source, { ...overtaken, RIDER_COUNT: '1' }));
  yield* splitAfterFirst(update(source, overtaken, { RIDER_COUNT: '4' }));
  tell(source, overtaken, 'RIDER_COUNT', 'its U was delivered one file before its I');
  const back = reserve(source, anyRow(source));
  yield* again(remove(source, back));
  yield* insert(source, { ...back, SETTLEMENT_STATUS: 'REINSTATED', SETTLED_DTM: null });
  tell(source, back, 'SETTLEMENT_STATUS', 'deleted, inserted again, and the D delivered once more afterwards');
  tell(source, back, 'SETTLED_DTM', 'NULL in an I is NULL');
  yield* updateMissing(source, { TRANSACTION_ID: idOf(900_002) }, { RIDER_COUNT: '2' });
  const gone = anyRow(source);
  yield* remove(source, gone);
  yield* updateMissing(source, gone, { SETTLEMENT_STATUS: 'SETTLED' });
  tell(source, gone, undefined, 'updated after its deletion: still gone, one more orphan');
}

/** Wide values whose every digit counts. */
function* extremes(source: Source): Generator<Change> {
  const widest = { ...tap(source.random, 0, source.now), TRANSACTION_ID: '9'.repeat(38) };
  yield* insert(source, { ...widest, BALANCE_AFTER: '999999999999999.9999', DEVICE_COUNTER: ABOVE_INT64 });
  tell(source, widest, 'BALANCE_AFTER', 'the largest NUMERIC(19,4), under the largest NUMERIC(38,0)');
  tell(source, widest, 'DEVICE_COUNTER', 'the largest UINT8, above a signed 64-bit integer');
  tell(source, { TRANSACTION_ID: idOf(1) }, 'TRANSACTION_DTM', 'seven digits of a second, cut to six');
  tell(source, { TRANSACTION_ID: idOf(2) }, 'CARD_TOKEN', 'a key above 2^53 whose neighbour differs by one');
  const precise = reserve(source, anyRow(source));
  yield* update(source, precise, { SETTLED_DTM: '2026-03-02 11:59:59.999999999' });
  tell(source, precise, 'SETTLED_DTM', 'nine digits of a second, cut and not rounded up');
}

function* changes(source: Source): Generator<Change> {
  reserve(source, { TRANSACTION_ID: idOf(1) });
  reserve(source, { TRANSACTION_ID: idOf(2) });
  yield* ordinary(source, ROWS + 1, 90);
  yield* rulings(source);
  wait(source, 120 * MINUTE);
  yield* ordinary(source, ROWS + 100, 90);
  yield* lateness(source);
  wait(source, 240 * MINUTE);
  yield* ordinary(source, ROWS + 200, 60);
  yield* extremes(source);
}

export const fareTransaction: Table = {
  schema: 'EDW',
  name: 'FARE_TRANSACTION',
  tableVersion: 1,
  columns: [
    { name: 'TRANSACTION_ID', type: 'NUMERIC', precision: 38, scale: 0 },
    { name: 'CARD_TOKEN', type: 'STRING', length: 32 },
    { name: 'DEVICE_ID', type: 'INT8' },
    { name: 'DEVICE_COUNTER', type: 'UINT8' },
    { name: 'STOP_ID', type: 'STRING', length: 16 },
    { name: 'PRODUCT_ID', type: 'INT4' },
    { name: 'FARE_AMOUNT', type: 'NUMERIC', precision: 19, scale: 4 },
    { name: 'BALANCE_AFTER', type: 'NUMERIC', precision: 19, scale: 4 },
    { name: 'TRANSACTION_DTM', type: 'DATETIME', scale: 7 },
    { name: 'SETTLED_DTM', type: 'DATETIME', scale: 9 },
    { name: 'SERVICE_DATE', type: 'DATE' },
    { name: 'TAP_TIME', type: 'TIME', scale: 3 },
    { name: 'IS_TRANSFER', type: 'BOOLEAN' },
    { name: 'RIDER_COUNT', type: 'UINT1' },
    { name: 'SETTLEMENT_STATUS', type: 'STRING', length: 12 },
    { name: 'ROUTE_CODE', type: 'STRING', length: 10 },
  ],
  key: ['TRANSACTION_ID'],
  keyInDfm: true,
  headers: headers('change_seq', 'change_oper', 'timestamp'),
  updateImage: 'sparse',
  beforeImage: 'none',
  options: VENDOR_OPTIONS,
  snapshotStart: SNAPSHOT_START,
  snapshotStems: Array.from(
    { length: 11 },
    (_, index) => `LOAD${(index + 1).toString(16).toUpperCase().padStart(8, '0')}`,
  ),
  rowsPerChangeFile: 80,
  rows,
  during,
  changes,
};
