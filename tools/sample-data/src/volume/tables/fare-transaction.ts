import { fareTransaction as table } from '../../tables/fare-transaction.ts';
import { MINUTE } from '../../time.ts';
import { amount, date, dateTime, integer, nowAndThen, fixed, nullAtFirst, pick, time } from '../fields.ts';
import { anyToken, DEVICE_IDS, madeAt, PRODUCT_IDS, STOP_IDS } from '../identifiers.ts';
import type { Recipe } from '../recipe.ts';
import { hexStem } from '../stems.ts';

/** 2^55 + 1, as in the small feed: leading digits, and the last ten of the first key. */
const LEADING = '3602879';
const FIRST = 7_018_963_969;

/** EDW.FARE_TRANSACTION: taps in the order of their keys, settled and corrected by sparse updates. */
export const fareTransaction: Recipe = {
  table,
  columns: (feed, start) => {
    const at = madeAt(feed, start);
    return {
      TRANSACTION_ID: (_, row) => LEADING + String(FIRST + row),
      CARD_TOKEN: anyToken(feed),
      DEVICE_ID: pick(DEVICE_IDS),
      DEVICE_COUNTER: (_, row) => (row % 997 === 0 ? '18446744073709551615' : String(40_000 + row)),
      STOP_ID: pick(STOP_IDS),
      PRODUCT_ID: pick(PRODUCT_IDS),
      FARE_AMOUNT: pick(['2.4000', '2.4000', '1.7000', '1.1000', '4.2500', '0.0000', '6.5000', '-2.4001']),
      BALANCE_AFTER: amount(-300, 9000, '00'),
      TRANSACTION_DTM: dateTime((_, row) => at(row)),
      SETTLED_DTM: nullAtFirst(
        25,
        dateTime((draw, row) => at(row) + MINUTE + (draw % (90 * MINUTE))),
      ),
      SERVICE_DATE: date((_, row) => at(row) - 180 * MINUTE),
      TAP_TIME: time((_, row) => at(row)),
      IS_TRANSFER: pick(['1', '0', '0', '0', '0']),
      RIDER_COUNT: nowAndThen(25, integer(2, 5), fixed('1')),
      SETTLEMENT_STATUS: pick(['SETTLED', 'SETTLED', 'SETTLED', 'PENDING', 'DISPUTED']),
      ROUTE_CODE: {
        field: nullAtFirst(30, pick(['1', '28', '39', '66', '111', 'SL4', 'GRN-D', 'ORN', 'RED', ''])),
        free: true,
      },
    };
  },
  updates: [
    ['SETTLEMENT_STATUS', 'SETTLED_DTM'],
    ['SETTLEMENT_STATUS', 'SETTLED_DTM'],
    ['SETTLEMENT_STATUS', 'SETTLED_DTM'],
    ['SETTLEMENT_STATUS', 'SETTLED_DTM', 'FARE_AMOUNT', 'BALANCE_AFTER'],
    ['ROUTE_CODE'],
  ],
  move: [],
  stem: hexStem,
};
