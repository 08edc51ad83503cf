/** What a person sees of an error: what was wrong and what to do. A bug shows its stack. */
import { DbError } from '@farelake/db';
import { UserError } from '@farelake/schema-registry';

export function describeProblem(error: unknown): string {
  if (error instanceof UserError) return `farelake: ${error.message}`;
  if (error instanceof DbError) return `farelake: ${error.message} ${error.remedy}`;
  if (Error.isError(error)) return `farelake: ${error.stack ?? error.message}`;
  return `farelake: ${String(error)}`;
}

/** A mistake in what was typed: exit code 2. */
export class UsageError extends UserError {
  override readonly name = 'UsageError';
}

/** Codes of errors that are about what was typed. */
const USAGE_CODES: readonly string[] = ['no-key', 'nothing-delivered', 'unknown-key-column', 'repeated-key-column'];

export const isUsage = (error: unknown): boolean =>
  error instanceof UsageError || (error instanceof UserError && USAGE_CODES.includes(error.code));
