import { card as table } from '../../tables/card.ts';
import { DAY, MINUTE } from '../../time.ts';
import { drawAgain } from '../draw.ts';
import { amount, date, dateTime, fixed, integer, nowAndThen, orNull, pick } from '../fields.ts';
import { tokenAt } from '../identifiers.ts';
import type { Recipe } from '../recipe.ts';
import { hexStem } from '../stems.ts';

/** EDW.CARD: cards whose updates have masks and full before images, and whose tokens are issued anew. */
export const card: Recipe = {
  table,
  columns: ({ seed }, start) => ({
    CARD_TOKEN: (_, row, revision) => tokenAt(seed, row, revision),
    ISSUER_ID: integer(1, 4),
    MEDIA_TYPE: pick(['SMARTCARD', 'SMARTCARD', 'MOBILE', 'PAPER', 'BANKCARD']),
    STATUS: pick(['ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'SUSPENDED', 'EXPIRED']),
    RIDER_CLASS: pick(['Adult', 'Adult', 'Senior', 'Student', 'Reduced fare']),
    ACTIVATED_DATE: date((draw) => start - (30 + (draw % 1100)) * DAY),
    EXPIRY_DATE: orNull(
      15,
      date((draw) => start + (draw % 1826) * DAY),
    ),
    STORED_VALUE: amount(0, 12_000),
    PENDING_VALUE: nowAndThen(10, amount(100, 4000), fixed('0.00')),
    AUTOLOAD: pick(['true', 'false', 'false']),
    ACCOUNT_TOKEN: orNull(40, (draw) => `acc_${draw.toString(16).padStart(8, '0')}`),
    TAP_COUNT: integer(0, 4000),
    BLOCK_REASON: orNull(60, pick(['reported lost', 'worn out', 'unpaid'])),
    LAST_USED_DTM: orNull(
      10,
      dateTime((draw) => start - (drawAgain(draw) % (60 * 24 * 60)) * MINUTE),
    ),
  }),
  updates: [
    ['STORED_VALUE', 'TAP_COUNT', 'LAST_USED_DTM'],
    ['STORED_VALUE', 'TAP_COUNT', 'LAST_USED_DTM'],
    ['STORED_VALUE', 'TAP_COUNT', 'LAST_USED_DTM'],
    ['STATUS', 'BLOCK_REASON'],
    ['AUTOLOAD', 'PENDING_VALUE'],
    ['ACCOUNT_TOKEN', 'AUTOLOAD'],
    ['EXPIRY_DATE'],
    [],
  ],
  move: ['CARD_TOKEN', 'STATUS', 'TAP_COUNT'],
  stem: hexStem,
};
