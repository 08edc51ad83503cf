/** A seeded source of numbers: the same seed gives the same feed on every machine. */
export interface Random {
  /** A number in [0, 1). */
  next: () => number;
  /** An integer in [min, max], both included. */
  int: (min: number, max: number) => number;
  pick: <T>(list: readonly T[]) => T;
  chance: (probability: number) => boolean;
  /** `length` upper-case hexadecimal digits. */
  hex: (length: number) => string;
  /** `length` decimal digits. */
  digits: (length: number) => string;
}

/** Mulberry32: 32 bits of state, good enough for invented rows. */
const mulberry32 = (seed: number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};

export const seededRandom = (seed: number): Random => {
  const next = mulberry32(seed);
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  const text = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet.charAt(int(0, alphabet.length - 1))).join('');
  return {
    next,
    int,
    pick: <T>(list: readonly T[]) => {
      if (list.length === 0) throw new RangeError('cannot pick from an empty list');
      return list[int(0, list.length - 1)] as T;
    },
    chance: (probability) => next() < probability,
    hex: (length) => text('0123456789ABCDEF', length),
    digits: (length) => text('0123456789', length),
  };
};

/** A seed of its own for each name (FNV-1a), so that one table's rows do not depend on which others are made. */
export const deriveSeed = (seed: number, name: string): number => {
  let hash = 0x811c9dc5 ^ seed;
  for (const byte of Buffer.from(name, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
};
