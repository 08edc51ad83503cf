/**
 * Which relations a statement may read, by the words of its text, in names, strings and comments alike: too many only cost
 * time. The engine's own list of a statement's tables knows neither names in strings (`query_table('edw_x')`) nor what
 * DESCRIBE or PIVOT read.
 */
export function namedBy(statement: string): (name: string) => boolean {
  const words = new Set(statement.toLowerCase().match(/[\p{L}\p{N}_]+/gu));
  return (name) => words.has(name.toLowerCase());
}
