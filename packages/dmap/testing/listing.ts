/** How the stand-in answers a request for a listing. */
import type { DmapSet } from '../src/index.ts';
import type { Entry } from './catalogue.ts';

/** Ways in which a server does not do what it is asked. */
export interface Manners {
  /** Results of a page at most, whatever `limit` says; 100, as the vendor's. */
  pageSize?: number | undefined;
  /** `limit` is not looked at: every page is as long as pages may be. */
  ignoreLimit?: boolean | undefined;
  /** `offset` is not looked at: the first page again and again. */
  ignoreOffset?: boolean | undefined;
  /** `last_updated` is not looked at. */
  ignoreSince?: boolean | undefined;
  /** Each page begins with so many results of the one before, beyond what `offset` says. */
  repeatOverPages?: number | undefined;
  /** Seconds that links live which are listed from now on. */
  linkSeconds?: number | undefined;
  /** Entries that are listed as they are, before all others. */
  extraEntries?: readonly unknown[] | undefined;
}

const FAMILIES: Readonly<Record<string, DmapSet['api']>> = {
  'datasetpublicusersapi/aggregations': 'aggregations',
  'datasetcontrolleduserapi/transactional': 'transactional',
};

/** The set that a path of the API asks for; undefined: it is none of its paths. */
export function askedSet(path: string): DmapSet | undefined {
  const [, family = '', set] = /([^/]+\/[^/]+)\/([^/]+)$/.exec(path) ?? [];
  const api = FAMILIES[family];
  return api === undefined || set === undefined ? undefined : { api, set: decodeURIComponent(set) };
}

/** One page of a listing. @param listed all that is to be listed, in order */
export function pageOf<T>(
  listed: readonly T[],
  query: URLSearchParams,
  { pageSize = 100, ignoreLimit, ignoreOffset, repeatOverPages = 0 }: Manners,
): readonly T[] {
  const limit = ignoreLimit === true ? pageSize : Math.min(pageSize, Number(query.get('limit') ?? pageSize));
  const offset = ignoreOffset === true ? 0 : Number(query.get('offset') ?? 0);
  const from = Math.max(0, offset - repeatOverPages);
  return listed.slice(from, from + limit);
}

/** A result as the vendor writes it: its `id` is the set's name. */
export const written = (entry: Entry, url: string): Record<string, string> => ({
  id: entry.set,
  dataset_id: entry.datasetId,
  url,
  start_date: entry.startDate,
  end_date: entry.endDate,
  last_updated: entry.lastUpdated,
});
