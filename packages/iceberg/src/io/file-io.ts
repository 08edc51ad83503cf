/** The way to files: the package itself neither opens nor names any. */
export interface FileIo {
  /** @param path as it stands in metadata: `s3://bucket/key`, or `file:///abs/path` without percent-encoding */
  read(path: string): Promise<Uint8Array>;
  write(path: string, bytes: Uint8Array): Promise<void>;
}

/**
 * Requests under way at once. A manifest takes some ten milliseconds from a bucket, nearly all of them waiting; more than
 * these bring little, and each holds a manifest's entries in memory.
 */
const AT_ONCE = 8;

/**
 * The answers in the order of the items, a few asked for at once. After the first failure nothing more is begun, and it is told when
 * what was under way has ended: whoever removes what a failed commit wrote must not be overtaken by a write.
 */
export async function inParallel<Item, Answer>(
  items: readonly Item[],
  ask: (item: Item, place: number) => Promise<Answer>,
): Promise<Answer[]> {
  const answers = new Array<Answer>(items.length);
  const waiting = items.entries();
  const failures: unknown[] = [];
  const lane = async () => {
    for (const [place, item] of waiting) {
      if (failures.length > 0) return;
      try {
        answers[place] = await ask(item, place);
      } catch (failure) {
        failures.push(failure);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
  return answers;
}
