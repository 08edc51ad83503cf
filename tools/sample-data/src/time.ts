/** Instants are milliseconds since 1970, UTC. The vendor writes them in four ways. */

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const DAY = 24 * 60 * MINUTE;

/** `2026-03-01T04:00:00.123` (UTC) to an instant. */
export const instant = (text: string): number => Date.parse(`${text}Z`);

/** As a `.dfm` writes it: `2026-03-01T04:00:00.123`. */
export const isoTime = (at: number): string => new Date(at).toISOString().slice(0, -1);

const compact = (at: number): string => isoTime(at).replace(/[-:T.]/g, '');

/** As a change file is named: `20260301-040000123`. */
export const stemTime = (at: number): string => compact(at).replace(/^\d{8}/, '$&-');

/** The first 16 digits of a change sequence: `YYYYMMDDHHmmSShh`. */
export const sequenceTime = (at: number): string => compact(at).slice(0, 16);

/** As a DATETIME field: `2026-03-01 04:00:00.123` and further digits of the second. */
export const dateTime = (at: number, furtherDigits = ''): string => isoTime(at).replace('T', ' ') + furtherDigits;

/** As a DATE field. */
export const date = (at: number): string => isoTime(at).slice(0, 10);

/** As a TIME field, to the millisecond and further digits. */
export const timeOfDay = (at: number, furtherDigits = ''): string => isoTime(at).slice(11) + furtherDigits;
