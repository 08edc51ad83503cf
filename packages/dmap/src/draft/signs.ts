/**
 * Values that say something of a person by their look alone. To propose a treatment, not to prove anything: a person
 * reviews it. What is missed here the names of columns may tell (`personal.ts`).
 */
import { isIP } from 'node:net';

export const SIGNS = ['e-mail', 'phone', 'card number', 'address', 'ip', 'mac', 'coordinates'] as const;

export type Sign = (typeof SIGNS)[number];

/** Characters of a value that are looked at: patterns must not cost more than a value is worth. */
const LOOKED_AT = 512;

const EMAIL = /[^\s@,;<>]{1,64}@[^\s@,;<>]{1,190}\.[a-z]{2,}/i;
/** As North America writes them, with separators, or with a plus sign and the country's number. */
const PHONE = /(?:^|[^0-9])(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![0-9-])|^\+[1-9]\d{9,14}$/;
const GROUPED_CARD = /(?:^|[^0-9])(\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{1,7})(?![0-9])/;
const WHOLE_CARD = /^[2-6]\d{12,18}$/;
const STREETS =
  'street|st|avenue|ave|road|rd|drive|dr|lane|ln|boulevard|blvd|court|ct|place|pl|way|terrace|ter|square|sq';
const ADDRESS = new RegExp(`^\\d{1,6}[a-z]? [^,]{1,60}\\b(?:${STREETS})\\b`, 'i');
const MAC = /^(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i;
const COORDINATES = /^\(?-?\d{1,2}\.\d{3,}[,; ]\s?-?\d{1,3}\.\d{3,}\)?$/;
const PLAIN_NUMBER = /^-?[0-9]{0,12}(?:\.[0-9]*)?$/;

/** What a value, not empty, shows; most values show nothing, which is told fast. */
export function signsOf(text: string): readonly Sign[] {
  if (text.length < 7 || PLAIN_NUMBER.test(text)) return [];
  const seen = text.slice(0, LOOKED_AT);
  const signs: Sign[] = [];
  if (seen.includes('@') && EMAIL.test(seen)) signs.push('e-mail');
  if (isCard(seen)) signs.push('card number');
  else if (PHONE.test(seen)) signs.push('phone');
  if (ADDRESS.test(seen)) signs.push('address');
  if (seen.length <= 45 && isIP(seen) !== 0) signs.push('ip');
  if (MAC.test(seen)) signs.push('mac');
  if (COORDINATES.test(seen)) signs.push('coordinates');
  return signs;
}

/** A bank card's number: its last digit is that of Luhn's formula (ISO/IEC 7812), which one number in ten has by chance. */
function isCard(text: string): boolean {
  const digits = WHOLE_CARD.test(text) ? text : GROUPED_CARD.exec(text)?.[1]?.replaceAll(/[ -]/g, '');
  return digits !== undefined && digits.length >= 13 && hasLuhnDigit(digits);
}

function hasLuhnDigit(digits: string): boolean {
  const sum = Array.from(digits)
    .reverse()
    .reduce((total, character, place) => {
      const digit = Number(character) * (place % 2 === 1 ? 2 : 1);
      return total + (digit > 9 ? digit - 9 : digit);
    }, 0);
  return sum % 10 === 0;
}
