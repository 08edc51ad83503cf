/** Relations that are there and must not be read. */
import { quoteIdentifier as q, quoteLiteral } from '@farelake/schema-registry';

/**
 * SELECT that can be described, and fails when it is read: without rows it would be a wrong answer. Each column fails by itself, too:
 * the engine knows of a NULL that it passes no condition, and would not look at the rows.
 */
export function failingSql(
  problem: string,
  columns: readonly { readonly name: string; readonly type: string }[],
): string {
  const failure = `error(${quoteLiteral(problem)})`;
  const failing = columns.map(({ name, type }) => `CAST(${failure} AS ${type}) AS ${q(name)}`).join(', ');
  return `SELECT ${failing} WHERE ${failure} IS NULL`;
}
