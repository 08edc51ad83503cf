/** From when a DMAP result counts, where the clock that it was issued by may be wrong. */

/** So much later than its listing a result may say it was issued, before its clock counts as wrong. */
const CLOCK_TOLERANCE = `interval '24 hours'`;

/**
 * SQL: the time by which results of a dataset_id are compared: when it was issued, or, by a clock that is wrong, when it was listed.
 * @param lastUpdated SQL, a text as the ledger keeps them
 * @param listedAt SQL, a timestamptz
 */
export const countsFrom = (lastUpdated: string, listedAt: string): string =>
  `CASE WHEN ${lastUpdated} COLLATE "C" <= ${textOf(`${listedAt} + ${CLOCK_TOLERANCE}`)} THEN ${lastUpdated} ELSE ${textOf(listedAt)} END`;

/** SQL: a time as the ledger keeps those of listings: UTC, nine digits. */
const textOf = (time: string): string => `to_char((${time}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '000'`;
