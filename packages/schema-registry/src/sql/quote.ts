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
 * backslash means itself. Spark reads both differently: `quoteSparkLiteral`.
 * @throws UserError `bad-literal` for text with a NUL character, which Postgres cannot hold
 */
export const quoteLiteral = (text: string): string => `'${withoutNul(text).replaceAll("'", "''")}'`;

/**
 * A string literal for Spark, with a backslash before quotes and backslashes (Spark SQL reference 3.5, "Literals").
 * @throws UserError `bad-literal` as the other dialects do
 */
export const quoteSparkLiteral = (text: string): string => `'${withoutNul(text).replaceAll(/['\\]/g, '\\$&')}'`;

function withoutNul(text: string): string {
  if (!text.includes('\0')) return text;
  throw new UserError({ code: 'bad-literal', problem: 'An SQL string literal may not hold a NUL character.' });
}

function badIdentifier(problem: string, name: string): UserError {
  return new UserError({ code: 'bad-identifier', problem, data: { name } });
}
