/** The work on one set within one run. */
import type { DmapSet, ResultIdentity, Vendor } from '@farelake/dmap';
import type { ObjectStore, Room } from '@farelake/lake';
import { inTable } from '../table/in-table.ts';
import { patiently } from '../retry/patiently.ts';
import type { OnProgress } from '../progress.ts';
import type { TableWorkspace } from '../workspace.ts';
import type { PoolClient } from 'pg';
import { openLinkBook, type LinkBook } from './link-book.ts';

export interface FailedResult extends ResultIdentity {
  /** In words, without links. */
  readonly reason: string;
}

/** What a run did for a set so far. */
export interface SetTally {
  /** Results that listings of this run held, each once. */
  listed: number;
  /** Of these, not known before. */
  fresh: number;
  /** Results that count no more and were never fetched. */
  superseded: number;
  /** Results listed no more before they could be fetched. */
  withdrawn: number;
  fetched: number;
  /** Of what was fetched, as delivered. */
  bytes: number;
  readonly failed: FailedResult[];
  /** Why nothing was done for the set; null: it was worked on. */
  skipped: string | null;
  /** What is wrong with the set's API, in words without links; null: nothing. */
  trouble: string | null;
}

export const newSetTally = (): SetTally => ({
  ...{ listed: 0, fresh: 0, superseded: 0, withdrawn: 0, fetched: 0, bytes: 0 },
  ...{ failed: [], skipped: null, trouble: null },
});

export interface SetWork {
  /** Its lease is that of the set's listing, not of its table. */
  readonly workspace: TableWorkspace;
  /** Where datasets are put. */
  readonly incoming: ObjectStore;
  readonly vendor: Vendor;
  readonly set: DmapSet;
  /** Of the table. */
  readonly dataset: string;
  readonly links: LinkBook;
  readonly tally: SetTally;
  readonly onProgress: OnProgress | undefined;
  /** Local folder of this run, and the room in it. */
  readonly scratch: string;
  readonly room: Room;
  /** Names of the results that listings of this run held. */
  readonly seen: Set<string>;
  /** Results that this run has tried to fetch. */
  readonly tried: Set<number>;
  /** How it stands with the vendor. */
  readonly standing: Standing;
}

export interface Standing {
  /** The last listing broke off, or cannot be believed: there is no sense in asking for links, or listing again in this run. */
  cannotList: boolean;
  /** Nothing more is fetched in this run. */
  stopped: boolean;
  /** Fetches since the last that went well which failed for reasons that are likely those of all. */
  inRow: number;
  /** What kept links from being used, for whatever dataset; a listing that goes well does not undo it. */
  linkTrouble: string | null;
  /** A listing that is under way for the sake of links: who wants another waits for it. */
  listing: Promise<boolean> | undefined;
  /** This run has asked for everything already. */
  askedForAll: boolean;
}

/** The set's lease beside that of its table: while one process fetches, another may load. */
export const leaseOf = (dataset: string): string => `${dataset}#sync`;

export const newSetWork = (given: Omit<SetWork, 'links' | 'seen' | 'tried' | 'standing'>): SetWork => ({
  ...given,
  links: openLinkBook(),
  seen: new Set(),
  tried: new Set(),
  standing: { cannotList: false, stopped: false, inRow: 0, linkTrouble: null, listing: undefined, askedForAll: false },
});

/** One transaction of the set's books; a database that goes away meanwhile is waited for. Running it twice does no harm. */
export const inBooks = <T>(
  { workspace, dataset, onProgress }: SetWork,
  change: (db: PoolClient) => Promise<T>,
): Promise<T> => patiently(workspace, dataset, () => inTable(workspace, change), onProgress);
