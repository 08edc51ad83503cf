import type { Value } from '../table.ts';
import { dateTimeText, dayText, FOUR_DIGITS, timeText, TWO_DIGITS } from './clock.ts';
import { drawAgain, scramble } from './draw.ts';

/**
 * A field's text, or NULL.
 * @param draw chance, from 0 to 2^31 - 1
 * @param row number of the row, from 0 in the order of making
 * @param revision 0 as the row was made, and then the update that set this column last
 */
export type Field = (draw: number, row: number, revision: number) => Value;

export const fixed =
  (text: Value): Field =>
  () =>
    text;

export const pick = (list: readonly Value[]): Field => {
  if (list.length === 0) throw new RangeError('cannot pick from an empty list');
  return (draw) => list[draw % list.length] as Value;
};

export const integer =
  (min: number, max: number): Field =>
  (draw) =>
    String(min + (draw % (max - min + 1)));

/** NULL in so many of a hundred. */
export const orNull =
  (percent: number, field: Field): Field =>
  (draw, row, revision) =>
    draw % 100 < percent ? null : field(drawAgain(draw), row, revision);

/** NULL in so many of a hundred rows until something is set: a sparse update without mask cannot set NULL. */
export const nullAtFirst =
  (percent: number, field: Field): Field =>
  (draw, row, revision) =>
    revision === 0 && draw % 100 < percent ? null : field(drawAgain(draw), row, revision);

/** Every `every`th row holds something else. */
export const nowAndThen =
  (every: number, rare: Field, field: Field): Field =>
  (draw, row, revision) =>
    draw % every === 0 ? rare(drawAgain(draw), row, revision) : field(draw, row, revision);

const cents = (hundredths: number, end: string): string => {
  const size = Math.abs(hundredths);
  return `${hundredths < 0 ? '-' : ''}${String(Math.trunc(size / 100))}.${TWO_DIGITS[size % 100] ?? ''}${end}`;
};

/** Dollars and cents from `min` to `max` hundredths; `end` fills the scale, as `00` does four digits. */
export const amount =
  (min: number, max: number, end = ''): Field =>
  (draw) =>
    cents(min + (draw % (max - min + 1)), end);

/** `0.0000` to `max` ten-thousandths. */
export const fine =
  (max: number): Field =>
  (draw) => {
    const parts = draw % (max + 1);
    return `${String(Math.trunc(parts / 10_000))}.${FOUR_DIGITS[parts % 10_000] ?? ''}`;
  };

/** So many hexadecimal digits, in upper case. */
export const hex =
  (digits: number): Field =>
  (draw) => {
    let text = '';
    let state = draw;
    while (text.length < digits) {
      state = scramble(state + 1);
      text += (state >>> 0).toString(16).toUpperCase().padStart(8, '0');
    }
    return text.slice(0, digits);
  };

export type Instants = (draw: number, row: number) => number;

/** DATETIME with the milliseconds of the instant and up to four digits more. */
export const dateTime =
  (at: Instants, furtherDigits = 4): Field =>
  (draw, row) =>
    dateTimeText(at(draw, row), (FOUR_DIGITS[drawAgain(draw) % 10_000] ?? '').slice(0, furtherDigits));

export const date =
  (at: Instants): Field =>
  (draw, row) =>
    dayText(at(draw, row));

/** TIME with the milliseconds of the instant and up to four digits more. */
export const time =
  (at: Instants, furtherDigits = 0): Field =>
  (draw, row) =>
    timeText(at(draw, row)) + (FOUR_DIGITS[drawAgain(draw) % 10_000] ?? '').slice(0, furtherDigits);
