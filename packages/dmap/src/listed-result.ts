/** What a listing says of one dataset (DESIGN §2.2). */
import type { DmapApi } from '@farelake/schema-registry';
import type { SignedLink } from './link/signed-link.ts';

/** A set of datasets of one kind, that is one table. */
export interface DmapSet {
  readonly api: DmapApi;
  /** Its name in the vendor's paths: `agg_daily_fareprod`. */
  readonly set: string;
}

/** Which result it is: what is listed again with all of these is the same one. */
export interface ResultIdentity {
  /** The vendor's, 1 to 200 characters. */
  readonly datasetId: string;
  /** First and last service day, `YYYY-MM-DD`. */
  readonly startDate: string;
  readonly endDate: string;
  /** UTC, nine digits, sortable as text: `2022-05-18T12:12:24.897363000`. */
  readonly lastUpdated: string;
}

/** One text of all that tells a result apart. */
export const identityText = ({ datasetId, lastUpdated, startDate, endDate }: ResultIdentity): string =>
  JSON.stringify([datasetId, lastUpdated, startDate, endDate]);

export interface ListedResult extends ResultIdentity {
  readonly link: SignedLink;
}
