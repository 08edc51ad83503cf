import { productId } from '../../identifiers.ts';
import { product as table } from '../../tables/product.ts';
import { DAY } from '../../time.ts';
import { amount, date, nullAtFirst, pick } from '../fields.ts';
import type { Recipe } from '../recipe.ts';
import { parallelStem } from '../stems.ts';

const KINDS = ['Single ride', 'Day pass', '7-day pass', 'Monthly pass', 'Stored value'];
const SERVICES = ['Bus', 'Subway', 'Ferry', 'Commuter rail', 'All modes'];

/** EDW.PRODUCT: a parallel snapshot, doubles in every print, sparse updates. */
export const product: Recipe = {
  table,
  columns: (_feed, start) => ({
    PRODUCT_ID: (_, row) => productId(row + 1),
    PRODUCT_CODE: (draw) => `P${draw.toString(36).padStart(6, '0').slice(-6)}`,
    PRODUCT_NAME: {
      field: (draw) =>
        `${KINDS[draw % KINDS.length] ?? ''} (${SERVICES[Math.floor(draw / KINDS.length) % SERVICES.length] ?? ''})`,
      free: true,
    },
    PRICE: amount(100, 9500),
    PEAK_FACTOR: pick(['1', '0.5', '0.875', '1.25', '2.5E-1', '1e-05', '-0.125', '123456.789']),
    DISCOUNT: nullAtFirst(30, pick(['0.5', '0.25', '0.125'])),
    VALID_MINUTES: pick(['120', '1440', '10080', '44640']),
    MAX_USES: pick(['-1', '1', '2', '10']),
    ON_SALE: pick(['t', 't', 't', 't', 'f']),
    SALE_START: date((draw) => start - (draw % 1800) * DAY),
  }),
  updates: [['PRICE'], ['PEAK_FACTOR', 'ON_SALE'], ['DISCOUNT']],
  move: [],
  stem: parallelStem,
};
