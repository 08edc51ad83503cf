/**
 * Works on items, some at once.
 * @returns in the order of the items
 * @throws the first error, once nothing is under way any more
 */
export async function sideBySide<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  let broken = false;
  const lane = async () => {
    for (const [place, item] of queue) {
      if (broken) return;
      results[place] = await work(item).catch((error: unknown) => {
        broken = true;
        throw error;
      });
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, lane));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return results;
}
