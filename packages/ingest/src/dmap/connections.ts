/** A few connections shared by many sets: whatever comes first in the order of all of them is fetched next. */

export interface Connections<Item> {
  /**
   * Has the items of one set fetched, in their order; resolves when all of them are.
   * @throws the first error of a fetch, once none of the set's is under way; its further items are left
   */
  fetchAll(items: readonly Item[], fetch: (item: Item) => Promise<void>): Promise<void>;
}

interface Queue<Item> {
  readonly items: readonly Item[];
  readonly fetch: (item: Item) => Promise<void>;
  /** Settled when all is fetched. */
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  next: number;
  underWay: number;
  broken: { readonly error: unknown } | undefined;
}

/** @param comesBefore whether an item is fetched before another, of whichever set */
export function openConnections<Item>(count: number, comesBefore: (a: Item, b: Item) => boolean): Connections<Item> {
  const queues = new Set<Queue<Item>>();
  let busy = 0;
  const first = (): { queue: Queue<Item>; item: Item } | undefined => {
    let found: { queue: Queue<Item>; item: Item } | undefined;
    for (const queue of queues) {
      const item = queue.broken === undefined ? queue.items[queue.next] : undefined;
      if (item !== undefined && (found === undefined || comesBefore(item, found.item))) found = { queue, item };
    }
    return found;
  };
  const fetchNext = async (queue: Queue<Item>, item: Item): Promise<void> => {
    try {
      await queue.fetch(item);
    } catch (error) {
      queue.broken ??= { error };
    }
    queue.underWay -= 1;
    busy -= 1;
    if (queue.underWay === 0 && (queue.broken !== undefined || queue.next === queue.items.length)) {
      queues.delete(queue);
      if (queue.broken === undefined) queue.resolve();
      else queue.reject(queue.broken.error);
    }
    fill();
  };
  const fill = (): void => {
    for (let next = first(); busy < count && next !== undefined; next = first()) {
      busy += 1;
      next.queue.next += 1;
      next.queue.underWay += 1;
      void fetchNext(next.queue, next.item);
    }
  };
  return {
    fetchAll: async (items, fetch) => {
      if (items.length === 0) return;
      await new Promise<void>((resolve, reject) => {
        queues.add({ items, fetch, resolve, reject, next: 0, underWay: 0, broken: undefined });
        fill();
      });
    },
  };
}
