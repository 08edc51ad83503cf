import type { Recipe } from '../recipe.ts';
import { benchFare } from './bench-fare.ts';
import { card } from './card.ts';
import { deviceEvent } from './device-event.ts';
import { fareTransaction } from './fare-transaction.ts';
import { product } from './product.ts';
import { stopPoint } from './stop-point.ts';

/** The tables of the small feed, at any size. */
export const FEED_RECIPES: readonly Recipe[] = [fareTransaction, card, stopPoint, product, deviceEvent];

/** And those that are made only where they are named. */
export const RECIPES: readonly Recipe[] = [...FEED_RECIPES, benchFare];
