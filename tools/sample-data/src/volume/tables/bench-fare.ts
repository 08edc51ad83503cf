import { VENDOR_OPTIONS } from '../../csv.ts';
import { headers, type TableShape } from '../../table.ts';
import { instant, MINUTE } from '../../time.ts';
import { timeText } from '../clock.ts';
import { amount, date, dateTime, fine, fixed, integer, nowAndThen, nullAtFirst, pick, type Field } from '../fields.ts';
import { anyToken, DEVICE_IDS, madeAt, PRODUCT_IDS, STOP_IDS } from '../identifiers.ts';
import type { Recipe } from '../recipe.ts';
import { hexStem } from '../stems.ts';

/**
 * EDW.BENCH_FARE: the table that benchmarks measure with. Twenty columns and about 175 bytes of csv a row, with what
 * costs an engine time: wide decimals, times, NULLs, and text with delimiters, quotes and newlines in it.
 */
const table: TableShape = {
  schema: 'EDW',
  name: 'BENCH_FARE',
  tableVersion: 1,
  columns: [
    { name: 'FARE_ID', type: 'INT8' },
    { name: 'CARD_TOKEN', type: 'STRING', length: 32 },
    { name: 'DEVICE_ID', type: 'INT8' },
    { name: 'STOP_ID', type: 'STRING', length: 16 },
    { name: 'PRODUCT_ID', type: 'INT4' },
    { name: 'OPERATOR_CODE', type: 'STRING', length: 8 },
    { name: 'FARE_AMOUNT', type: 'NUMERIC', precision: 19, scale: 4 },
    { name: 'DISCOUNT_AMOUNT', type: 'NUMERIC', precision: 19, scale: 4 },
    { name: 'BALANCE_AFTER', type: 'NUMERIC', precision: 19, scale: 4 },
    { name: 'TRANSACTION_DTM', type: 'DATETIME', scale: 6 },
    { name: 'SETTLED_DTM', type: 'DATETIME', scale: 6 },
    { name: 'SERVICE_DATE', type: 'DATE' },
    { name: 'TAP_TIME', type: 'TIME' },
    { name: 'IS_TRANSFER', type: 'BOOLEAN' },
    { name: 'RIDER_COUNT', type: 'INT4' },
    { name: 'SETTLEMENT_STATUS', type: 'STRING', length: 12 },
    { name: 'ROUTE_CODE', type: 'STRING', length: 10 },
    { name: 'DISTANCE_KM', type: 'REAL8' },
    { name: 'TRACE_NUMBER', type: 'INT8' },
    { name: 'NOTE', type: 'STRING', length: 80 },
  ],
  key: ['FARE_ID'],
  keyInDfm: true,
  headers: headers('change_seq', 'change_oper', 'timestamp'),
  updateImage: 'sparse',
  beforeImage: 'none',
  options: VENDOR_OPTIONS,
  snapshotStart: instant('2026-03-01T04:35:00.234'),
};

const FIRST = 4_000_000_000;

const NOTES: Field = pick([
  'gate 3, second tap',
  'refund, see "desk"',
  'two riders,\none card',
  'told: "out of order"',
  'free ride, line 7',
]);

export const benchFare: Recipe = {
  table,
  columns: (feed, start) => {
    const at = madeAt(feed, start);
    const token = anyToken(feed);
    return {
      FARE_ID: (_, row) => String(FIRST + row),
      CARD_TOKEN: (draw) => token(draw).slice(0, 12),
      DEVICE_ID: pick(DEVICE_IDS),
      STOP_ID: pick(STOP_IDS),
      PRODUCT_ID: pick(PRODUCT_IDS),
      OPERATOR_CODE: pick(['NB', 'SB', 'FE', 'RL']),
      FARE_AMOUNT: amount(-50, 900, '00'),
      DISCOUNT_AMOUNT: nullAtFirst(50, fine(39_999)),
      BALANCE_AFTER: amount(-300, 99_000, '00'),
      TRANSACTION_DTM: dateTime((_, row) => at(row), 3),
      SETTLED_DTM: nullAtFirst(
        25,
        dateTime((draw, row) => at(row) + MINUTE + (draw % (90 * MINUTE)), 3),
      ),
      SERVICE_DATE: date((_, row) => at(row) - 180 * MINUTE),
      TAP_TIME: (_, row) => timeText(at(row)).slice(0, 8),
      IS_TRANSFER: pick(['1', '0', '0', '0', '0']),
      RIDER_COUNT: nowAndThen(25, integer(2, 5), fixed('1')),
      SETTLEMENT_STATUS: pick(['SETTLED', 'SETTLED', 'SETTLED', 'PENDING', 'DISPUTED']),
      ROUTE_CODE: nullAtFirst(30, pick(['1', '28', '39', '66', '111', 'SL4', 'GRN-D', 'ORN', 'RED'])),
      DISTANCE_KM: (draw) => String((draw % 40_000) / 1000),
      TRACE_NUMBER: (draw) => String(1_000_000_000 + draw),
      NOTE: { field: nullAtFirst(75, NOTES), free: true },
    };
  },
  updates: [
    ['SETTLEMENT_STATUS', 'SETTLED_DTM'],
    ['SETTLEMENT_STATUS', 'SETTLED_DTM'],
    ['SETTLEMENT_STATUS', 'SETTLED_DTM', 'FARE_AMOUNT', 'BALANCE_AFTER'],
    ['ROUTE_CODE', 'NOTE'],
    ['DISCOUNT_AMOUNT', 'BALANCE_AFTER'],
  ],
  move: [],
  stem: hexStem,
};
