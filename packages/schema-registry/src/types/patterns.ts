/**
 * What text fits a type, as patterns that every engine's regular expressions read alike: neither quotes nor backslashes, so that the same
 * text can stand in a literal of each dialect. The whole of a text has to match.
 */

export const YEAR = '(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})';
export const TIME_OF_DAY = '([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?';
/** Whether the day exists is the cast's to say. */
export const DATE = `${YEAR}-[0-9]{2}-[0-9]{2}`;
export const TIMESTAMP = `${DATE}([ T]${TIME_OF_DAY})?`;
/** For GLOB, a third of a pattern's cost; hours of 24 and more are to be excluded besides. */
export const WHOLE_SECONDS = '[0-2][0-9]:[0-5][0-9]:[0-5][0-9]';
export const INTEGER = '[+-]?([0-9]+([.]0*)?|[.]0+)';
export const DOUBLE = '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?';
export const NAN = `[+-]?${anyCase('nan')}`;
export const INFINITY = `[+-]?${anyCase('inf')}(${anyCase('inity')})?`;
export const TRUE = `${anyCase('t')}|${anyCase('true')}|${anyCase('y')}`;
export const FALSE = `${anyCase('f')}|${anyCase('false')}|${anyCase('n')}`;
export const HEX = '([0-9A-Fa-f]{2})+';

/** ASCII letters only: `lower` and case-blind patterns also take İ for i or ſ for s, and engines differ in which. */
function anyCase(word: string): string {
  return Array.from(word, (letter) => `[${letter}${letter.toUpperCase()}]`).join('');
}

/** A number without an exponent whose digits beyond the scale are zeros. */
export function decimalPattern(scale: number): string {
  if (scale === 0) return INTEGER;
  return `[+-]?([0-9]+([.][0-9]{0,${scale}}0*)?|[.][0-9]{1,${scale}}0*)`;
}
