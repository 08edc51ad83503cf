/**
 * What is new of records that came, by what was taken before: the specification of "each record counts once". Deliveries come
 * again in other divisions and orders; a topic that was made anew gives its offsets again to other records.
 *
 * A record is told apart by cluster, topic, epoch, partition and offset. The reader of a topic does not always know its epoch, so
 * that two things tell it: Kafka's id of the topic, where it is known, and the record itself, since what stands at an offset of a
 * topic never changes. For each record, in the order of offsets:
 *
 * | an epoch that may be its own has at its offset | then |
 * |---|---|
 * | a record with its checksum | it was taken before |
 * | a record whose checksum is no longer kept: the newest such epoch, or one of the very topic id that the reader tells | it was taken before |
 * | in the newest such epoch, nothing | it is new in that epoch |
 * | in the newest such epoch, another record | it is new in the next epoch, which begins with it |
 *
 * Of an older epoch without a known id a checksum that is gone says nothing: the record would be lost if it were of the topic made
 * anew.
 *
 * An epoch may be a record's own unless both say the topic's id and differ. Where a topic's id is known and the newest epoch has
 * another one, the next epoch begins.
 */

/** Contiguous offsets that were taken, of one epoch of a partition. */
export interface Run {
  readonly first: bigint;
  readonly last: bigint;
  /** CRC-32 of each record, in the order of offsets; null: no longer kept. */
  readonly sums: Uint32Array | null;
}

/** A partition of a topic as it was once created. */
export interface Epoch {
  /** 0 and up. */
  readonly epoch: number;
  /** Kafka's id of the topic; null: nobody has told it yet. */
  readonly topicId: string | null;
  /** Those that the records may be in; others may be left out. */
  readonly runs: readonly Run[];
}

/** @template T what is known of a record besides */
export interface Arrived<T> {
  readonly offset: bigint;
  /** CRC-32. */
  readonly sum: number;
  readonly record: T;
}

export interface CutPart<T> {
  readonly epoch: number;
  /** Kafka's id of the topic, if it is known by now. */
  readonly topicId: string | null;
  /** Nothing of this epoch was taken before. */
  readonly begins: boolean;
  /** By offset, each offset once. */
  readonly records: readonly Arrived<T>[];
}

export interface Cut<T> {
  /** By epoch; none without a record. */
  readonly fresh: readonly CutPart<T>[];
  /** How many were taken before, or came twice. */
  readonly repeated: number;
}

/**
 * @param epochs of one partition, in any order
 * @param topicId null: the reader of these records does not know it
 * @param arrived of that partition, in any order
 */
export function cut<T>(epochs: readonly Epoch[], topicId: string | null, arrived: readonly Arrived<T>[]): Cut<T> {
  const books = epochs.map((epoch) => new Book<T>(epoch)).toSorted((a, b) => a.epoch - b.epoch);
  const own = openBook(books, topicId);
  let repeated = 0;
  for (const one of arrived.toSorted((a, b) => compare(a.offset, b.offset))) {
    const possible = books.filter((book) => book.mayBe(topicId));
    const newest = possible.at(-1) ?? own;
    if (possible.some((book) => book.has(one) || (book.isOf(topicId, newest) && book.hadAt(one.offset)))) {
      repeated += 1;
      continue;
    }
    if (newest.isFree(one.offset)) newest.take(one);
    else {
      const next = nextBook(books, topicId);
      next.take(one);
    }
  }
  const fresh = books.flatMap((book) => book.part(topicId));
  return { fresh, repeated };
}

/** The epoch that records without a contradiction go to; the next one begins where none may be theirs. */
function openBook<T>(books: Book<T>[], topicId: string | null): Book<T> {
  const newest = books.at(-1);
  const own = topicId === null ? newest : (books.findLast((book) => book.topicId === topicId) ?? newest);
  if (own?.mayBe(topicId) === true) return own;
  return nextBook(books, topicId);
}

function nextBook<T>(books: Book<T>[], topicId: string | null): Book<T> {
  const next = new Book<T>({ epoch: (books.at(-1)?.epoch ?? -1) + 1, topicId, runs: [] }, true);
  books.push(next);
  return next;
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** One epoch: what was taken before, and what is taken now. */
class Book<T> {
  readonly epoch: number;
  readonly topicId: string | null;
  readonly #runs: readonly Run[];
  readonly #begins: boolean;
  readonly #taken = new Map<bigint, Arrived<T>>();

  constructor({ epoch, topicId, runs }: Epoch, begins = false) {
    this.epoch = epoch;
    this.#begins = begins;
    this.topicId = topicId;
    this.#runs = runs.toSorted((a, b) => compare(a.first, b.first));
  }

  mayBe(topicId: string | null): boolean {
    return topicId === null || this.topicId === null || this.topicId === topicId;
  }

  has({ offset, sum }: Arrived<T>): boolean {
    const now = this.#taken.get(offset);
    if (now !== undefined) return now.sum === sum;
    const run = this.#runAt(offset);
    return run?.sums != null && run.sums[Number(offset - run.first)] === sum;
  }

  /** It took a record there, and nothing is known of it any more. */
  hadAt(offset: bigint): boolean {
    return this.#runAt(offset)?.sums === null;
  }

  /** Whether offsets alone tell its records. */
  isOf(topicId: string | null, newest: Book<T>): boolean {
    return this === newest || (topicId !== null && this.topicId === topicId);
  }

  isFree(offset: bigint): boolean {
    return !this.#taken.has(offset) && this.#runAt(offset) === undefined;
  }

  take(one: Arrived<T>): void {
    this.#taken.set(one.offset, one);
  }

  part(topicId: string | null): CutPart<T>[] {
    if (this.#taken.size === 0) return [];
    const records = [...this.#taken.values()];
    return [{ epoch: this.epoch, topicId: this.topicId ?? topicId, begins: this.#begins, records }];
  }

  /** The last that begins at or before it: runs of an epoch do not overlap. */
  #runAt(offset: bigint): Run | undefined {
    let [low, high] = [0, this.#runs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#runs[middle]?.first ?? 0n) <= offset) low = middle + 1;
      else high = middle;
    }
    const run = this.#runs[low - 1];
    return run !== undefined && offset <= run.last ? run : undefined;
  }
}

/** The runs that records, by offset, make: a new one wherever an offset is missing. */
export function runsOf(records: readonly Pick<Arrived<unknown>, 'offset' | 'sum'>[]): Run[] {
  const runs: Run[] = [];
  let from = 0;
  records.forEach(({ offset }, index) => {
    if (records[index + 1]?.offset === offset + 1n) return;
    const part = records.slice(from, index + 1);
    runs.push({ first: part[0]?.offset ?? offset, last: offset, sums: Uint32Array.from(part, ({ sum }) => sum) });
    from = index + 1;
  });
  return runs;
}
