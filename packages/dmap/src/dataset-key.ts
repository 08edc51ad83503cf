/**
 * Names of fetched datasets, both ways. The vendor names no files: a name is made of all that tells a result apart, so that
 * what was fetched can be told from its name alone, and no two results share one.
 *
 *   cubic/dmap/agg_daily_fareprod/agg_daily_fareprod_20220517/2022-05-17_2022-05-17/20220518T121224897363000.csv.gz
 */
import { parseDay, parseInstant } from './instant.ts';
import type { ResultIdentity } from './listed-result.ts';

const DMAP_PREFIX = 'cubic/dmap';

export interface DatasetKey extends ResultIdentity {
  readonly set: string;
}

/** Characters of a name from outside, once it is written as part of a path. */
const LONGEST_PART = 200;

/** Whether a name from outside can be part of a path. */
export const isNameable = (name: string): boolean => name !== '' && pathPart(name).length <= LONGEST_PART;

/** A name from outside as one part of a path: letters, digits, `_`, `-` and inner dots as they are, all else as %XX. */
export const pathPart = (name: string): string =>
  [...Buffer.from(name.toWellFormed(), 'utf8')]
    .map((byte, place) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9_-]/.test(character) || (character === '.' && place > 0)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');

export const formatDatasetKey = ({ set, datasetId, startDate, endDate, lastUpdated }: DatasetKey): string =>
  `${DMAP_PREFIX}/${pathPart(set)}/${pathPart(datasetId)}/${startDate}_${endDate}/${lastUpdated.replaceAll(/[-:.]/g, '')}.csv.gz`;

const KEY =
  /(?:^|\/)dmap\/([^/]+)\/([^/]+)\/(\d{4}-\d\d-\d\d)_(\d{4}-\d\d-\d\d)\/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{9})\.csv\.gz$/;

/** The dataset that a file holds, whatever folder it was found below; undefined: its name is none that is made so. */
export function parseDatasetKey(path: string): DatasetKey | undefined {
  const [found, set = '', id = '', startDate = '', endDate = '', ...time] = KEY.exec(path) ?? [];
  if (found === undefined) return undefined;
  const [year, month, day, hour, minute, second, fraction] = time;
  const lastUpdated = `${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}.${fraction ?? ''}`;
  try {
    const key = { set: decodeURIComponent(set), datasetId: decodeURIComponent(id), startDate, endDate, lastUpdated };
    // Only what comes out the same is a name of ours, and digits in the right places may be no time.
    const isTime =
      parseDay(startDate) === startDate && parseDay(endDate) === endDate && parseInstant(lastUpdated) === lastUpdated;
    return isTime && path.endsWith(formatDatasetKey(key).slice(DMAP_PREFIX.length)) ? key : undefined;
  } catch {
    return undefined;
  }
}
