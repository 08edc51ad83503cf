/** Which errors of the engine quote the values that they are about. */
import { UserError } from '@farelake/schema-registry';

/** Kinds whose words hold values (DuckDB 1.5, "Exception types"). */
const QUOTING = /^(Conversion|Invalid Input|Out of Range|Mismatch Type|INTERNAL|Constraint) Error:/;

/** The kind of an error of the engine whose words may hold a value; undefined: they cannot, or are this program's own. */
export const quotingKind = (error: unknown): string | undefined =>
  Error.isError(error) && !(error instanceof UserError) ? QUOTING.exec(error.message)?.[1] : undefined;
