/**
 * What to do about the pointer of a table in Glue. Pure. The pointer in Postgres is the truth and Glue its projection, but a
 * reader of Glue must not see an older version of a table after a newer one: so what stands there is told apart into what a
 * publisher of ours left, what somebody else wrote over it, and what another ledger's publisher wrote.
 *
 * Relied on: the truth was read after Glue was (`glueTruth`), and the update is made only if Glue is still as it was read.
 */
import type { GlueTruth } from '@farelake/db';
import type { GlueTable } from '@farelake/lake';
import { parseCommitName, splitPath } from '../metadata-name.ts';

/**
 * Whose work stands there. `behind`: of this ledger's own later time, or of one that goes on from it. `another`: of a lake in another
 * folder. `unknown`: of a ledger that has committed to these files as well.
 */
export type OtherLedger = 'behind' | 'another' | 'unknown';

export type GlueDecision =
  /** It shows the newest version, and says so. */
  | { readonly action: 'nothing' }
  /** Its pointer is older, and there by our own doing (or the table was never published to): forward. */
  | { readonly action: 'move' }
  /** Somebody else has set or removed the pointer, or what is said of it: back to the truth. */
  | { readonly action: 'heal' }
  /** A newer version of ours than the truth that was read: a publisher that knows more was faster. */
  | { readonly action: 'leave' }
  /** Not to be touched before a person has looked. */
  | { readonly action: 'refuse'; readonly why: OtherLedger };

export type FoundInGlue = Pick<GlueTable, 'metadata' | 'version' | 'isIceberg'>;

export function decide(found: FoundInGlue, truth: GlueTruth): GlueDecision {
  const { pointer, known, standsAt, isOfSibling } = truth;
  if (found.metadata === pointer.metadata) {
    const isSaid = found.version === pointer.version && found.isIceberg;
    return { action: isSaid ? 'nothing' : standsAt === pointer.version ? 'heal' : 'move' };
  }
  if (known !== undefined && known > pointer.version) return { action: 'leave' };
  // Another table of ours is nothing that a publisher would ever have left here.
  if (known === undefined && !isOfSibling) {
    const other = otherLedgers(found, truth);
    if (other !== undefined) return { action: 'refuse', why: other };
  }
  // We write pointer and version together, so what we left always agrees, and is as new as our record of it.
  const isOurs = known !== undefined && found.version === known && known >= standsAt;
  const isFresh = found.version === undefined && standsAt === 0;
  return { action: isOurs || isFresh ? 'move' : 'heal' };
}

/**
 * Whose work a file is that this ledger does not know, if it is a farelake's: it is named as ours are, for the very version that the
 * table is said to show. In our folder: newer than all that this ledger has, it is of a later time than the ledger, as after a
 * restore from a backup, and to "heal" would take versions back that readers have seen. Of a number that this ledger has given itself,
 * it is of a second ledger, of which nobody knows here what it shows. Older than all that it knows, it may be its own: a restored one
 * knows no more. In another folder: two lakes publish to one database of Glue.
 * @returns undefined: it is nobody's that we know of
 */
function otherLedgers(
  { metadata = '', version }: FoundInGlue,
  { pointer, oldest }: GlueTruth,
): OtherLedger | undefined {
  const [folder, name] = splitPath(metadata);
  const named = parseCommitName(name);
  if (version === undefined || named?.kind !== 'metadata' || named.version !== version) return undefined;
  if (folder !== splitPath(pointer.metadata)[0]) return 'another';
  if (version > pointer.version) return 'behind';
  return version < oldest ? undefined : 'unknown';
}
