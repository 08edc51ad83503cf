/** What differs between what was expected and what came, counted: things missing are lost, things too many are repeated. */

/** Everything that must be the same however often the work was cut off, by kind; each kind a bag of texts. */
export type Picture = ReadonlyMap<string, readonly string[]>;

export interface Difference {
  readonly lost: number;
  readonly repeated: number;
  /** The first of them, in words. */
  readonly examples: readonly string[];
}

/** Examples told of each kind. */
const TOLD = 3;

/** A thing that changed is one lost and one repeated: it is not there as it should be, and is there as it should not. */
export function compare(expected: Picture, actual: Picture): Difference {
  let lost = 0;
  let repeated = 0;
  const examples: string[] = [];
  for (const kind of new Set([...expected.keys(), ...actual.keys()])) {
    const missing = without(expected.get(kind) ?? [], actual.get(kind) ?? []);
    const extra = without(actual.get(kind) ?? [], expected.get(kind) ?? []);
    lost += missing.length;
    repeated += extra.length;
    for (const text of missing.slice(0, TOLD)) examples.push(`lost of ${kind}: ${text}`);
    for (const text of extra.slice(0, TOLD)) examples.push(`repeated of ${kind}: ${text}`);
  }
  return { lost, repeated, examples };
}

/** What of `these` is not in `those`, each as often as it is there too often. */
function without(these: readonly string[], those: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const text of those) left.set(text, (left.get(text) ?? 0) + 1);
  return these.filter((text) => {
    const count = left.get(text) ?? 0;
    if (count > 0) left.set(text, count - 1);
    return count === 0;
  });
}
