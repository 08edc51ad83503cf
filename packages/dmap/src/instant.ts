/**
 * Times as listings give them, in one text form whose order is the order of time. Of the years 1 to 9999: others have no such
 * text, and databases no such day.
 */

const PATTERN = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9})\d*)?(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * UTC with nine digits, `2022-05-18T12:12:24.897363000`; a time without a zone is UTC. Further digits are cut.
 * @returns undefined: it is no time
 */
export function parseInstant(text: string): string | undefined {
  const [, day, time, fraction = '', zone = 'Z'] = PATTERN.exec(text.trim()) ?? [];
  if (day === undefined || time === undefined || !isDay(day)) return undefined;
  const at = Date.parse(`${day}T${time}${zone.replace(/(\d{2})(\d{2})$/, '$1:$2')}`);
  if (Number.isNaN(at)) return undefined;
  const utc = new Date(at).toISOString();
  // A zone may lead out of the years.
  return isDay(utc.slice(0, 10)) ? `${utc.slice(0, 19)}.${fraction.padEnd(9, '0')}` : undefined;
}

/** `YYYY-MM-DD` of a day, or of the day of a time; undefined: it is neither. */
export function parseDay(text: string): string | undefined {
  const [, day] = /^(\d{4}-\d{2}-\d{2})(?:[T ].*)?$/.exec(text.trim()) ?? [];
  return day !== undefined && isDay(day) ? day : undefined;
}

/** `YYYY-MM-DD` of a day of the years 1 to 9999 that the calendar has. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text.startsWith('0000')) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}
