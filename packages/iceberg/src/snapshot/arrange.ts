/**
 * Which entries lie in which manifests. A manifest that is large is written again by itself, so that a removal costs what it
 * touches; small ones that must be written anyway, what comes in, and, when there are too many, all small ones, are put together.
 */
import type { Entry } from '../manifest/entry.ts';
import { liveCount, type Manifest } from '../manifest/manifest.ts';
import type { Opened } from './removal.ts';

export interface Sizes {
  readonly perManifest: number;
  readonly manifests: number;
}

const isSmall = (manifest: Manifest, { perManifest }: Sizes): boolean => liveCount(manifest) < perManifest / 2;

/**
 * Manifests that nothing was removed from and that are written into others all the same: the small ones, when there are more
 * than there should be, and not for one or two at a time: a table of many large manifests would merge with every commit.
 * @param kept manifests of one content that the new snapshot takes as they are
 */
export function toMerge(kept: readonly Manifest[], sizes: Sizes): Manifest[] {
  if (kept.length < sizes.manifests) return [];
  const small = kept.filter((manifest) => isSmall(manifest, sizes));
  return small.length >= Math.max(2, Math.ceil(sizes.manifests / 10)) ? small : [];
}

/** The entries of each manifest to write, all of one content. */
export function arrange(added: readonly Entry[], opened: readonly Opened[], sizes: Sizes): Entry[][] {
  const large = opened.filter(({ manifest }) => !isSmall(manifest, sizes));
  const small = opened.filter(({ manifest }) => isSmall(manifest, sizes));
  const together = [...added, ...small.flatMap(({ entries }) => entries)];
  return [
    ...evenly(together, sizes.perManifest),
    ...large.flatMap(({ entries }) => evenly(entries, sizes.perManifest)),
  ];
}

/** As few parts as may be, of about the same size: a part of one entry would be merged soon. */
function evenly(entries: readonly Entry[], most: number): Entry[][] {
  const parts = Math.ceil(entries.length / most);
  const each = Math.ceil(entries.length / Math.max(1, parts));
  return Array.from({ length: parts }, (_, part) => entries.slice(part * each, (part + 1) * each)).filter(
    (part) => part.length > 0,
  );
}
