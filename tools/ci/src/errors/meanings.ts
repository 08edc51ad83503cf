/** What the codes mean, in one file, and whether it fits the codes that the sources have. */
import type { ErrorPlace } from './find-errors.ts';

export interface Meaning {
  /** One plain sentence. */
  readonly meaning: string;
  /** Where several files use the code: what they have in common, so that it is one mistake. */
  readonly shared?: string;
}

/** By code. */
export type Meanings = Readonly<Record<string, Meaning>>;

export const MEANINGS_FILE = 'docs/errors.meanings.json';

/** @throws Error that names the entry which is not of the form */
export function parseMeanings(text: string): Meanings {
  const value = JSON.parse(text) as unknown;
  if (!isObject(value)) throw new Error(`${MEANINGS_FILE} holds no object`);
  for (const [code, entry] of Object.entries(value)) {
    const fields = isObject(entry) ? Object.entries(entry) : [];
    const isKnown = fields.every(([name, text]) => ['meaning', 'shared'].includes(name) && typeof text === 'string');
    if (!isKnown || !fields.some(([name]) => name === 'meaning'))
      throw new Error(`${MEANINGS_FILE}: ${code} is not {meaning: "…", shared?: "…"}`);
  }
  return value as Meanings;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What keeps codes and meanings from fitting; each says what to do. */
export function meaningFaults(places: readonly ErrorPlace[], meanings: Meanings): string[] {
  const byCode = Map.groupBy(places, ({ code }) => code);
  const faults: string[] = [];
  for (const [code, own] of byCode) {
    const entry = meanings[code];
    const files = [...new Set(own.map(({ path }) => path))];
    if (entry === undefined) faults.push(`${code} (${files.join(', ')}) has no meaning: write one`);
    else if (files.length > 1 && entry.shared === undefined)
      faults.push(
        `${code} is used by ${files.join(' and ')}: give one of them another code, or say under "shared" what they have in common`,
      );
    else if (files.length === 1 && entry.shared !== undefined)
      faults.push(`${code} is used by ${files.join()} alone: take "shared" away`);
  }
  for (const [code, { meaning, shared }] of Object.entries(meanings)) {
    if (!byCode.has(code)) faults.push(`${code} is nobody's code any more: take its meaning away`);
    for (const text of [meaning, shared ?? 'A sentence.'])
      if (!/^\S.*\.$/s.test(text)) faults.push(`${code}: "${text}" is no sentence`);
  }
  const codes = Object.keys(meanings);
  if (codes.join() !== codes.toSorted().join()) faults.push('the meanings are not in the order of their codes');
  return faults.map((fault) => `${MEANINGS_FILE}: ${fault}`);
}
