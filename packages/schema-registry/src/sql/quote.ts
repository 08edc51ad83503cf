/** The one place that quotes SQL identifiers and literals; whatever builds SQL text uses it. */
import { UserError } from '../errors.ts';

/**
 * An identifier in double quotes, inner ones doubled: DuckDB, Postgres, and Spark under
 * `spark.sql.ansi.doubleQuotedIdentifiers`.
 * @throws UserError `bad-identifier` for an empty name or one with a NUL character, which no engine takes
 */
export function quoteIdentifier(name: string): string {
  if (name === '') throw badIdentifier('An SQL identifier may not be empty.', name);
  if (name.includes('\0')) throw badIdentifier('An SQL identifier may not hold a NUL character.', name);
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * A string literal in single quotes, inner ones doubled: DuckDB and Postgres (`standard_conforming_strings`), where a
 * backslash means itself. Spark reads both differently: no quotes or backslashes in literals of plans it runs.
 * @throws UserError `bad-literal` for text with a NUL character, which Postgres cannot hold
 */
export function quoteLiteral(text: string): string {
  if (text.includes('\0'))
    throw new UserError({ code: 'bad-literal', problem: 'An SQL string literal may not hold a NUL character.' });
  return `'${text.replaceAll("'", "''")}'`;
}

function badIdentifier(problem: string, name: string): UserError {
  return new UserError({ code: 'bad-identifier', problem, data: { name } });
}
