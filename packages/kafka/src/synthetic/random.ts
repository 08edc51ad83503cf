/** A seeded source of numbers: the same seed gives the same records on every machine. */
export interface Random {
  /** A number in [0, 1). */
  next: () => number;
  /** An integer in [0, below). */
  below: (count: number) => number;
  chance: (probability: number) => boolean;
  /** `length` lower-case hexadecimal digits. */
  hex: (length: number) => string;
}

/** Mulberry32: 32 bits of state, good enough for invented records. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (count: number) => Math.floor(next() * count);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    hex: (length) => Array.from({ length }, () => below(16).toString(16)).join(''),
  };
}

/**
 * Draws from `count` things of unequal weight, the first the heaviest: the n-th has 1/n^skew of its weight (Zipf). With skew 0 all
 * are drawn alike.
 * @returns a function that draws one, by its place from 0
 */
export function skewedDraw(count: number, skew: number): (random: Random) => number {
  const sums: number[] = [];
  let sum = 0;
  for (let place = 1; place <= count; place += 1) sums.push((sum += place ** -skew));
  return (random) => {
    const drawn = random.next() * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) <= drawn) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
