/** Datasets that are told apart by a number: `d_0007` is of the seventh day after the first of 2020. */
import type { Dataset } from './stand-in.ts';

export const nameOf = (n: number): string => `d_${String(n).padStart(4, '0')}`;

/** Issued in the night of its day, unless `fields` say otherwise. */
export const numbered = (n: number, bytes: Uint8Array, fields: Partial<Dataset> = {}): Dataset => ({
  ...{ datasetId: nameOf(n), startDate: dayOf(n), lastUpdated: `${dayOf(n)}T03:00:00.123456`, bytes },
  ...fields,
});

/** Days of the past, so that no clock is ahead. */
const dayOf = (n: number): string => new Date(Date.UTC(2020, 0, 1 + n)).toISOString().slice(0, 10);
