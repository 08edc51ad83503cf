/** Names that somebody may have meant. */

/**
 * @returns at most three, the nearest first: those that differ in few letters from what was written, or are the start or the end of it,
 * or it of them; upper and lower case and the signs between words do not count
 */
export function nearest(written: string, names: readonly string[]): string[] {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '_');
  const asked = plain(written);
  if (asked === '') return [];
  const near = names.flatMap((name) => {
    const own = plain(name);
    const isPart = own.startsWith(asked) || own.endsWith(asked) || asked.startsWith(own) || asked.endsWith(own);
    const distance = lettersBetween(asked, own);
    return isPart || distance <= Math.max(1, asked.length / 4) ? [{ name, distance }] : [];
  });
  return near
    .toSorted((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Letters to be put in, taken out or changed to make one of the other (Levenshtein). */
function lettersBetween(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 0; row < one.length; row += 1) {
    const here = [row + 1];
    for (let at = 0; at < other.length; at += 1)
      here.push(
        Math.min((above[at] ?? 0) + (one[row] === other[at] ? 0 : 1), (above[at + 1] ?? 0) + 1, (here[at] ?? 0) + 1),
      );
    above = here;
  }
  return above[other.length] ?? 0;
}
