/** Random choices that a seed repeats. */
export interface Random {
  /** A whole number from 0 to below `count`. */
  below(count: number): number;
  chance(probability: number): boolean;
  oneOf<T>(list: readonly T[]): T;
  /** A stream of its own for a part of the work, the same whatever else was drawn. */
  of(name: string): Random;
}

/** The generator mulberry32: 32 bits of state, good enough to choose by. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return {
    below,
    chance: (probability) => next() < probability,
    oneOf: (list) => {
      const chosen = list[below(list.length)];
      if (chosen === undefined) throw new Error('nothing to choose from');
      return chosen;
    },
    of: (name) => randomOf(Buffer.from(name).reduce((hash, byte) => Math.imul(hash ^ byte, 16777619), seed)),
  };
}
