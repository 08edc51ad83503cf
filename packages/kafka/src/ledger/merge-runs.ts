/**
 * Which runs of the offset ledger become one. Each commit adds runs; merged, they say the same in few rows: what `cut` answers does
 * not change by it. Pure.
 */

/** Records of one run whose checksums are kept: a delivery that touches it reads all of them, 128 KiB. */
export const LONGEST_RUN = 32_768;

/** A run without its checksums. */
export interface RunHead {
  readonly first: bigint;
  readonly last: bigint;
  /** Whether its checksums stay; they may go when Kafka has the records no more. */
  readonly keeps: boolean;
}

export interface MergedRun extends RunHead {
  /** Of how many it is made; 1: it stays as it is, or only loses its checksums. */
  readonly of: number;
}

/**
 * @param heads of one epoch of a partition, in the order of their offsets
 * @returns what they become, in that order: neighbours without a gap between them, as long as checksums of both stay, or of neither
 */
export function mergeRuns(heads: readonly RunHead[]): MergedRun[] {
  const merged: MergedRun[] = [];
  for (const head of heads) {
    const former = merged.at(-1);
    if (former !== undefined && isPart(former, head))
      merged[merged.length - 1] = { ...former, last: head.last, of: former.of + 1 };
    else merged.push({ ...head, of: 1 });
  }
  return merged;
}

const isPart = (former: RunHead, { first, last, keeps }: RunHead): boolean =>
  former.last + 1n === first && former.keeps === keeps && (!keeps || last - former.first + 1n <= BigInt(LONGEST_RUN));
