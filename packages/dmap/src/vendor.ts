/** What a vendor's API is to those who use it. */
import type { DmapSet, ListedResult } from './listed-result.ts';
import type { SignedLink } from './link/signed-link.ts';

export interface ListOptions {
  /** Only what was issued at this day or later, `YYYY-MM-DD`; absent: everything. */
  readonly since?: string | undefined;
  readonly signal: AbortSignal;
}

/** Results as they come in, page by page; the same one may be given more than once, when the listing changes meanwhile. */
export interface ListedPage {
  readonly results: readonly ListedResult[];
  /** Entries that could not be read, and why, in words that hold no link. */
  readonly unreadable: readonly string[];
}

export interface DownloadOptions {
  /** Local file, made anew. */
  readonly file: string;
  readonly signal: AbortSignal;
  /** ETag of what was fetched before: what has it still is not fetched again. */
  readonly known?: string | undefined;
  /**
   * Told before bytes are written: how many will be there, and how many the whole has, where that is announced. What it throws
   * ends the download.
   */
  readonly onBytes?: (bytes: number, whole: number | undefined) => void | Promise<void>;
}

export interface Downloaded {
  /** Bytes, as delivered: still packed. */
  readonly size: number;
  /** By which the server tells this content from any other; null: it names none. */
  readonly etag: string | null;
}

/**
 * All that is passing (a network that is away, 429, 5xx, a transfer that breaks) has been tried again, a limited number of
 * times, before an error is thrown. No error, and no `cause` of one, holds a key or the signature of a link.
 */
export interface Vendor {
  /**
   * Every result of the set, page by page until the end.
   * @throws UserError `dmap-unreachable`, `dmap-refused`, `dmap-no-such-set`, `dmap-bad-answer`, `dmap-asked-to-wait`;
   * `dmap-unsteady` in the end, when results may have been passed over because the listing kept changing
   */
  list(set: DmapSet, options: ListOptions): AsyncIterable<ListedPage>;
  /**
   * Fetches what a link leads to, whole and checked (length, MD5 where it is told, gzip by its first bytes).
   * @throws UserError `link-expired` (403: list again for another one), `link-gone` (404, 410), `no-dataset` (what came is no
   * gzip file: a page of HTML, for example), `cut-off`, `damaged-transfer`, `dmap-unreachable`, `dmap-asked-to-wait`
   * @returns undefined: it is what is known already, and there is no file
   */
  download(link: SignedLink, options: DownloadOptions): Promise<Downloaded | undefined>;
  /** Ends its connections. */
  close(): Promise<void>;
}
