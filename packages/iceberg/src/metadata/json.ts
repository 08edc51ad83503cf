/**
 * JSON with 64-bit integers. Java gives snapshots random ids of 63 bits, and plain `JSON.parse` rounds what is above 2^53: a
 * table read and written so would name snapshots that do not exist.
 */

/** What ES2026 gives and the compiler's library does not know yet: the text of a number, and a text taken as it is. */
interface ExactJson {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
}

const exact = JSON as unknown as ExactJson;

const INTEGER = /^-?\d+$/;

/** Integers that a number cannot hold come as bigint; other numbers that it cannot hold keep their text when written again. */
export function parseJson(text: string): unknown {
  return exact.parse(text, (_key, value, { source }) => {
    if (typeof value !== 'number' || source === undefined || Number.isSafeInteger(value)) return value;
    if (INTEGER.test(source)) return BigInt(source);
    return String(value) === source ? value : exact.rawJSON(source);
  });
}

/** Bigints are written as numbers. One line: readers do not care, and tables of many columns are read often. */
export const formatJson = (value: unknown): string =>
  JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? exact.rawJSON(String(one)) : one));
