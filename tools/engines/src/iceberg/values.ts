/** Values of all readers in the form of `farelake query --format json`, so that rows compare by equality. */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * What readers in other languages say of a value: true, false and NULL as they are, lists as lists, all else as text: integers and
 * decimals in full, doubles with all their digits (`nan`, `inf`), times `YYYY-MM-DD HH:MM:SS.ffffff`, binary in hex.
 */
export type ValueText = string | boolean | null | readonly ValueText[];

/** @param type in Iceberg's words */
export function valueOf(type: string, said: ValueText): Json {
  if (said === null || typeof said === 'boolean') return said;
  if (typeof said !== 'string') {
    const element = /^list<(.+)>$/.exec(type)?.[1] ?? 'string';
    return said.map((one) => valueOf(element, one));
  }
  if (type === 'int' || type === 'long') return Number.isSafeInteger(Number(said)) ? Number(said) : said;
  if (type === 'double' || type === 'float') return doubleOf(said);
  // DuckDB writes no zero before the point where the type has no digit there.
  return type.startsWith('decimal') ? said.replace(/^(-?)\./, '$10.') : said;
}

const NOT_FINITE: Readonly<Record<string, string>> = { nan: 'NaN', inf: 'Infinity', '-inf': '-Infinity' };

/** JSON has neither NaN nor infinity, and JavaScript writes -0 as 0. */
const doubleOf = (said: string): Json => NOT_FINITE[said] ?? Number(said) + 0;

/** A type of DuckDB or Spark in Iceberg's words. */
export function icebergType(type: string): string {
  const name = type.toLowerCase();
  const list = /^(?:(.+)\[\]|array<(.+)>)$/.exec(name);
  if (list !== null) return `list<${icebergType(list[1] ?? list[2] ?? '')}>`;
  const decimal = /^decimal\((\d+), ?(\d+)\)$/.exec(name);
  if (decimal !== null) return `decimal(${decimal[1] ?? ''}, ${decimal[2] ?? ''})`;
  return NAMES[name] ?? name;
}

const NAMES: Readonly<Record<string, string>> = {
  ...{ bigint: 'long', integer: 'int', varchar: 'string', blob: 'binary', timestamp_ntz: 'timestamp' },
};
