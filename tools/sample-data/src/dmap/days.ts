/** Days in UTC, as listings and files have them. */
export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

/** `YYYY-MM-DD`. */
export const isoDay = (at: number): string => new Date(at).toISOString().slice(0, 10);
