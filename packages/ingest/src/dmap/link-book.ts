/** The links of one set, in memory alone: of each result the newest, for as long as it can be relied on. */
import { identityText, type ListedResult, type ResultIdentity, type SignedLink } from '@farelake/dmap';

export interface LinkBook {
  put(results: readonly ListedResult[]): void;
  /** Undefined: there is none, or it is too old to be tried. */
  take(result: ResultIdentity): SignedLink | undefined;
  /** This link was refused; a newer one stays. */
  refuse(result: ResultIdentity, link: SignedLink): void;
  /** Forgets those of all others. */
  keepOnly(results: readonly ResultIdentity[]): void;
}

/** Links live about an hour; a download that begins a quarter of an hour before comes to its end. Milliseconds. */
export const RELIABLE = 45 * 60 * 1000;

/** @param clock milliseconds, never back */
export function openLinkBook(clock: () => number = () => performance.now()): LinkBook {
  let links = new Map<string, { link: SignedLink; at: number }>();
  return {
    put: (results) => {
      const at = clock();
      for (const result of results) links.set(identityText(result), { link: result.link, at });
    },
    take: (result) => {
      const found = links.get(identityText(result));
      return found === undefined || clock() - found.at > RELIABLE ? undefined : found.link;
    },
    refuse: (result, link) => {
      const name = identityText(result);
      if (links.get(name)?.link === link) links.delete(name);
    },
    keepOnly: (results) => {
      const kept = new Set(results.map(identityText));
      links = new Map([...links].filter(([name]) => kept.has(name)));
    },
  };
}
