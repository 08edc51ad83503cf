import { deriveSeed, seededRandom } from './random.ts';

/** Identifiers that tables share, so that taps join to cards, stops, products and devices. */

export const CARDS = 420;
export const STATIONS = 48;
export const PRODUCTS = 36;
export const DEVICES = 90;

/** A pseudonymous token: it stands for no card that ever was. */
export const cardToken = (number: number): string =>
  `tok_${seededRandom(deriveSeed(number, 'card')).hex(16).toLowerCase()}`;

export const stopId = (number: number): string => `ST-${String(1000 + number * 7)}`;

export const productId = (number: number): string => String(100 + number);

export const deviceId = (number: number): string => String(7_000_000_000 + number * 13);
