/** Which relations a statement reads: by its words, which are too many rather than too few, or as the engine understands it. */
import type { Engine } from '@farelake/lake';

/**
 * By the words of its text, in names, strings and comments alike: too many only cost time. The engine's own list of a statement's
 * tables is empty of a PIVOT and whatever stands beside it.
 */
export function namedBy(statement: string): (name: string) => boolean {
  const words = new Set(statement.toLowerCase().match(/[\p{L}\p{N}_]+/gu));
  return (name) => words.has(name.toLowerCase());
}

/**
 * As the engine understands the statement: a name in a comment, in a value or of a CTE is none. For what goes wrong loudly where the
 * engine knows too few.
 * @returns undefined: it knows of none
 */
export function readBy({ connection }: Engine, statement: string): ((name: string) => boolean) | undefined {
  const names = new Set(connection.getTableNames(statement, false).map((name) => name.toLowerCase()));
  return names.size === 0 ? undefined : (name) => names.has(name.toLowerCase());
}
